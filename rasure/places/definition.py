"""What a hot place is: a few figures, with a version.

They are data, not constants, so that a force can set its own, and every published
designation carries the ones it was made with. Those that dbt computes with are
variables of its project (`dbt/dbt_project.yml`); the others are in `definition.toml`.
What a home sets in `[places]` of its `settings.toml` goes before both; the transform
hands it to dbt.
"""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import resources

from rasure.places.errors import DefinitionRejected

LIMITS = {
    "coverage_percent": (0.0, 100.0),
    "half_life_months": (1.0, 1200.0),
    "harm_power": (0.0, 1.0),
    "persistence_share": (0.0, 1.0),
    "persistence_years": (0.0, 50.0),
    "history_years": (0.0, 50.0),
    "least_history_years": (0.0, 50.0),
    "top_probability": (0.0, 1.0),
    "institution_share": (0.0, 1.0),
    "review_months": (0.0, 120.0),
    "kde_bandwidth_metres": (0.0, 10_000.0),
    "lattice_metres": (1.0, 100.0),
    "staffed_hot_spots": (0.0, 10_000.0),
    "hot_spot_km2": (0.0, 100.0),
    "hot_spot_gap_metres": (0.0, 1000.0),
    "choice_hold_out_months": (0.0, 60.0),
    "choice_trials": (0.0, 120.0),
    "choice_jitter_metres": (0.0, 1000.0),
}
# What dbt computes with: variables of its project.
DBT_FIGURES = (
    "half_life_months",
    "harm_power",
    "institution_share",
    "public_places_only",
    "without_domestic_abuse",
)
MAY_BE_NOUGHT = ("harm_power", "persistence_share", "patrol_areas")
SWITCHES = (
    "public_places_only",
    "without_domestic_abuse",
    "needs_review",
    "by_number",
)


@dataclass(frozen=True)
class Definition:
    """The parameters of a designation, in the units that their names say."""

    version: str
    coverage_percent: float
    half_life_months: float
    harm_power: float
    persistence_share: float
    persistence_years: float
    history_years: float
    least_history_years: float
    top_probability: float
    institution_share: float
    public_places_only: bool
    without_domestic_abuse: bool
    needs_review: bool
    review_months: float
    kde_bandwidth_metres: float
    lattice_metres: float
    staffed_hot_spots: float
    hot_spot_km2: float
    hot_spot_gap_metres: float
    choice_hold_out_months: float
    choice_trials: float
    choice_jitter_metres: float
    by_number: bool = False

    @classmethod
    def load(cls, **overrides) -> Definition:
        """The shipped definition, then the home's settings, then `overrides`.

        An override that is None is no override. Raises `DefinitionRejected` for an
        unknown name or a value out of its limits.
        """
        shipped = resources.files("rasure.places").joinpath("definition.toml")
        values = tomllib.loads(shipped.read_text())
        values |= dbt_defaults()
        values |= home_figures()
        values |= {
            name: value for name, value in overrides.items() if value is not None
        }
        for table in ("zones", "crime_type_groups"):  # not figures of a designation
            values.pop(table, None)
        check_names(values, {field.name for field in dataclasses.fields(cls)})
        for name, (above, most) in LIMITS.items():
            values[name] = checked(name, values[name], above, most)
        for name in SWITCHES:
            check_switch(name, values[name])
        return cls(**values)

    def designation_parameters(self, by_years: bool = False) -> dict[str, float]:
        """The figures that shape a designation, for its row and its identity.

        Those of the rule of years or of that of months, whichever it went by.
        """
        persistence = ("persistence_share",)
        if by_years:
            persistence = ("persistence_years", "history_years", "top_probability")
        names = ("half_life_months", "harm_power", "institution_share")
        names += ("staffed_hot_spots", "hot_spot_km2") if self.by_number else ()
        names += () if self.by_number else ("coverage_percent",)
        return {name: getattr(self, name) for name in (*names, *persistence)}


def home_figures() -> dict[str, object]:
    """What this home settles in `[places]` of its settings, unchecked."""
    from rasure.settings import Settings

    return Settings.load().stored.get("places", {})


@cache
def dbt_project_variables() -> dict[str, object]:
    """The variables of dbt's project, as it ships them."""
    import yaml

    from rasure.settings import CHECKOUT

    return yaml.safe_load((CHECKOUT / "dbt" / "dbt_project.yml").read_text())["vars"]


def dbt_defaults() -> dict[str, object]:
    """The figures of places that dbt computes with, as its project ships them."""
    return {name: dbt_project_variables()[name] for name in DBT_FIGURES}


@cache
def crime_type_groups() -> dict[str, list[str]]:
    """Groups of crime types that `--crime-types` takes: words in their names."""
    shipped = resources.files("rasure.places").joinpath("definition.toml")
    return tomllib.loads(shipped.read_text())["crime_type_groups"]


def window_hours() -> tuple[int, int]:
    """The local hours at which the windows of patrolling begin, day and night."""
    variables = dbt_project_variables()
    return variables["day_window_from"], variables["night_window_from"]


def dbt_variables() -> dict[str, object]:
    """The variables that dbt must be given: the home's own figures, by name.

    Empty where the home settles none of those that dbt computes with. Raises
    `DefinitionRejected` as `Definition.load` does.
    """
    definition = Definition.load()
    own = home_figures()
    return {name: getattr(definition, name) for name in DBT_FIGURES if name in own}


def check_names(values: Collection[str], names: Collection[str]) -> None:
    """Raise `DefinitionRejected` when a value has a name that is none of `names`."""
    if unknown := sorted(set(values) - set(names)):
        raise DefinitionRejected(
            f"The definition of hot places has no figure named {unknown[0]!r}; "
            f"it has {', '.join(sorted(names))}. Mend [places] in settings.toml."
        )


def check_switch(name: str, value: object) -> None:
    """Raise `DefinitionRejected` unless `value` is true or false."""
    if not isinstance(value, bool):
        raise DefinitionRejected(f"{name} is {value!r}, but it must be true or false.")


def checked(name: str, value: object, above: float, most: float) -> float:
    """`value` as a number in (above, most]; those of `MAY_BE_NOUGHT` may be nought."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    is_nought = name in MAY_BE_NOUGHT and number == above
    if not (above < number <= most or is_nought):
        raise DefinitionRejected(
            f"{name} is {value!r}, but it must be a number above {above:g} and at most "
            f"{most:g}."
        )
    return number


ZONE_LIMITS = {
    "margin_metres": (0.0, 1000.0),
    "snap_metres": (0.0, 500.0),
    "least_length_metres": (0.0, 1000.0),
    "walk_minutes": (0.0, 720.0),
    "walk_metres_per_second": (0.0, 10.0),
    "stop_share": (0.0, 1.0),
    "same_road_preference": (0.0, 100.0),
    "least_zone_metres": (0.0, 1000.0),
    "km2_per_zone": (0.0, 100.0),
    "zones_per_hot_spot": (0.0, 100.0),
    "patrol_areas": (0.0, 10_000.0),
    "buffer_metres": (0.0, 500.0),
}


@dataclass(frozen=True)
class ZoneDefinition:
    """What a patrol zone is, in the units that the names say."""

    margin_metres: float
    snap_metres: float
    least_length_metres: float
    walk_minutes: float
    walk_metres_per_second: float
    is_there_and_back: bool
    stop_share: float
    same_road_preference: float
    least_zone_metres: float
    km2_per_zone: float
    zones_per_hot_spot: float
    buffer_metres: float
    patrol_areas: float = 0.0

    @classmethod
    def load(cls, **overrides) -> ZoneDefinition:
        """The shipped figures, then the home's `[places.zones]`, then `overrides`.

        Raises `DefinitionRejected` for an unknown name or a value out of its limits.
        """
        from rasure.settings import Settings

        shipped = resources.files("rasure.places").joinpath("definition.toml")
        values = tomllib.loads(shipped.read_text())["zones"]
        values |= Settings.load().stored.get("places", {}).get("zones", {})
        values |= overrides
        names = {field.name for field in dataclasses.fields(cls)}
        if unknown := sorted(set(values) - names):
            raise DefinitionRejected(
                f"The definition of patrol zones has no figure named {unknown[0]!r}; "
                f"it has {', '.join(sorted(names))}. Mend [places.zones] in "
                "settings.toml."
            )
        check_switch("is_there_and_back", values["is_there_and_back"])
        for name, (above, most) in ZONE_LIMITS.items():
            values[name] = checked(name, values[name], above, most)
        definition = cls(**values)
        if definition.least_zone_metres > definition.budget_metres:
            raise DefinitionRejected(
                f"A zone has least_zone_metres, {definition.least_zone_metres:g} m, or "
                f"more, but a patrol walks {definition.budget_metres:g} m of street. "
                "Mend [places.zones] in settings.toml."
            )
        return definition

    @property
    def budget_metres(self) -> float:
        """The length of street that a patrol can walk: 540 m of 15 minutes and back.

        Every connected set of streets can be walked, each twice, back to the start; so
        there and back a zone of length L is walked in 2 L.
        """
        return self.walk_minutes * 60.0 * self.walk_metres_per_second / self.times

    def zones_of(self, area_km2: float) -> int:
        """How many zones a hot spot of that size may have: at least one."""
        by_size = math.floor(area_km2 / self.km2_per_zone + 0.5)
        return min(max(by_size, 1), max(int(self.zones_per_hot_spot), 1))

    @property
    def times(self) -> int:
        """How often each street is walked in a patrol."""
        return 2 if self.is_there_and_back else 1

    def minutes(self, length_m: float) -> float:
        """How long a patrol of a zone of that length takes."""
        return length_m * self.times / self.walk_metres_per_second / 60.0
