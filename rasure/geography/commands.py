"""`rasure geography`: build a force, load boundaries, show what is there."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

geography = typer.Typer(
    help="Boundaries, areas, hexagons and institutions.", no_args_is_help=True
)


class Content(StrEnum):
    """The files that can be loaded."""

    lsoa21 = "lsoa21"
    streets = "streets"


def register(app: typer.Typer) -> None:
    """Add this part's commands to the command line."""
    app.add_typer(geography, name="geography")


@geography.command()
def build(
    force: Annotated[str, typer.Argument(help="The publisher's name: thames-valley")],
    areas: Annotated[
        str | None,
        typer.Option(help="The area set to count in: lpa12, lpa11, lcu5, district"),
    ] = None,
    boundary: Annotated[
        Path | None,
        typer.Option(help="Of a place that Rasure does not have: its polygons"),
    ] = None,
    srid: Annotated[
        int | None,
        typer.Option(help="With a boundary: the EPSG code of the grid to count in"),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="With a boundary: what the force is called")
    ] = None,
    area_column: Annotated[
        str | None,
        typer.Option(help="With a boundary: the column with the names of its areas"),
    ] = None,
) -> None:
    """Build or rebuild the geography of a force; safe to repeat.

    A force of England and Wales by its name; any other place from a boundary and the
    grid in metres that its hexagons are to be drawn in.
    """
    from rasure import geography as part
    from rasure import runs, schema
    from rasure.database import connect
    from rasure.geography.status import read_status

    if boundary is None:
        if srid or name or area_column:
            raise typer.BadParameter(
                "--srid, --name and --area-column go with --boundary FILE"
            )
        part.force_name(force)
    elif srid is None or areas:
        raise typer.BadParameter(
            "--boundary needs the grid of the place, --srid N, and takes no --areas"
        )
    with connect("rasure geography", autocommit=True) as connection:
        schema.ensure(connection)
        with runs.exclusive(connection, "rasure geography build", say=typer.echo):
            if boundary is None:
                part.build(connection, force, areas)
            else:
                part.build_from_boundary(
                    connection, force, boundary, srid, name, area_column
                )
        built = next(row for row in read_status(connection) if row["force"] == force)
    typer.echo(_sentence(built))


@geography.command()
def load(
    content: Annotated[Content, typer.Argument(help="What the file holds")],
    file: Annotated[Path, typer.Argument(help="GeoJSON, GeoPackage or shapefile")],
    force: Annotated[
        str | None, typer.Option(help="The force whose streets they are")
    ] = None,
    layer: Annotated[
        str | None, typer.Option(help="The layer, where several of a file hold streets")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Load what no package ships: LSOA 2021 boundaries, or the streets of a force.

    Streets: OS Open Roads, OpenStreetMap ways or edges (u, v, length).
    """
    import dataclasses
    import json

    from rasure import geography as part
    from rasure import runs, schema
    from rasure.database import connect

    if content is Content.streets and force is None:
        raise typer.BadParameter("say whose streets they are: --force thames-valley")
    with connect("rasure geography", autocommit=True) as connection:
        schema.ensure(connection)
        with runs.exclusive(connection, "rasure geography load", say=typer.echo):
            if content is Content.streets:
                streets = part.load_streets(connection, file, force, layer)
                loaded = dataclasses.asdict(streets)
            else:
                loaded = {"lsoas": part.load_lsoa21(connection, file)}
        if content is not Content.streets:
            loaded["linked"] = connection.execute(
                "select count(*) from geo.lsoas"
                " where vintage = 2021 and force is not null"
            ).fetchone()[0]
    typer.echo(json.dumps(loaded, indent=2) if as_json else _loaded(file.name, loaded))


@geography.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Say which forces have their geography, and how much of it."""
    import json

    from rasure import schema
    from rasure.database import connect
    from rasure.geography.status import read_status

    with connect("rasure geography") as connection:
        schema.ensure(connection)
        rows = read_status(connection)
    if as_json:
        typer.echo(json.dumps(rows, indent=2, default=str))
    elif not rows:
        typer.echo("No force is built yet: rasure geography build thames-valley")
    for row in [] if as_json else rows:
        typer.echo(_sentence(row))


@geography.command()
def forces() -> None:
    """List the forces that can be built, by the name that their files have."""
    from rasure.geography import known_forces

    for force, name in known_forces().items():
        typer.echo(f"{force}: {name}")


def _sentence(row: dict) -> str:
    """The geography of one force, as a line."""
    if not row["districts"]:
        return (
            f"{row['force_name']} ({row['force']}): {row['area_km2']:,} km2 in "
            f"EPSG:{row['srid']}, {_count(row['areas'], 'area')}, "
            f"{_count(row['hexagons'], 'hexagon')}."
        )
    return (
        f"{row['force_name']} ({row['force']}): {row['area_km2']:,} km2, "
        f"{_count(row['areas'], 'area')} ({row['default_area_set']}), "
        f"{_count(row['districts'], 'district')}, "
        f"{row['lsoas_2011']:,} LSOAs of 2011 and {row['lsoas_2021']:,} of 2021, "
        f"{_count(row['hexagons'], 'hexagon')}, "
        f"{_count(row['institutions'], 'institution')}."
    )


def _loaded(file: str, loaded: dict) -> str:
    """The result of a load, as a line."""
    if "lsoas" in loaded:
        return (
            f"{loaded['lsoas']:,} LSOAs of 2021 loaded from {file}; "
            f"{loaded['linked']:,} are linked to a force that is built."
        )
    left_out = ", ".join(
        f"{number:,} {reason}" for reason, number in loaded["left_out"].items()
    )
    return (
        f"{loaded['force']}: {_count(loaded['links'], 'street link')}, "
        f"{loaded['length_km']:,.1f} km ({loaded['file_format']}, layer "
        f"{loaded['layer']}, {loaded['crs']}), "
        f"{loaded['unpatrollable']:,} of them not to be patrolled on foot, "
        f"{loaded['outside']:,} left out as far from the force. "
        + (f"Rows that are no street: {left_out}. " if left_out else "")
        + ("Loaded." if loaded["is_new"] else "Nothing changed: they were there.")
    )


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
