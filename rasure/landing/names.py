"""Which file of a delivery is what, by its name."""

from __future__ import annotations

from rasure.landing.delivery import Delivery, Member
from rasure.landing.errors import FilesUnexpected, sentence
from rasure.sources.contract import FileName, Source


def named_files(delivery: Delivery, source: Source) -> list[tuple[Member, FileName]]:
    """Every data file with what its name says; raises `FilesUnexpected` when there is
    none, when a name is of another form, a force is unknown, or two say the same."""
    named: list[tuple[Member, FileName]] = []
    seen: dict[FileName, str] = {}
    forces = source.known_forces()
    for member in delivery.data():
        name = source.read_name(member.path)
        if name is None:
            raise FilesUnexpected(
                sentence(
                    delivery.name,
                    f"names of the form {source.layout}",
                    "another name",
                    "Take the file out of the delivery, or give it its proper name.",
                    file=member.path,
                )
            )
        if name.force not in forces:
            raise FilesUnexpected(
                sentence(
                    delivery.name,
                    "a force that is known",
                    f"'{name.force}'",
                    "`rasure geography forces` lists them; check the file's name.",
                    file=member.path,
                )
            )
        if name in seen:
            raise FilesUnexpected(
                sentence(
                    delivery.name,
                    "one file for each force, month and kind",
                    f"a second one beside {seen[name]}",
                    "Take one of them out.",
                    file=member.path,
                )
            )
        seen[name] = member.path
        named.append((member, name))
    if not named:
        raise FilesUnexpected(
            sentence(
                delivery.name,
                f"files named {source.layout}",
                "no file of data",
                "Check what was sent.",
            )
        )
    return named
