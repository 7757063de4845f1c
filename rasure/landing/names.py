"""Which file of a delivery is what, by its name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from rasure.landing.delivery import UNREADABLE, Delivery, Member, is_damage
from rasure.landing.errors import FilesUnexpected, printable, sentence
from rasure.sources.contract import FileName, Source

BLOCK = 2**20
ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".tar", ".tgz")


@dataclass(frozen=True)
class FileSetAside:
    """A file of a delivery that does not land, with the reason; `rows` are its data
    rows, and `force` is None where its name does not say it."""

    file: str
    force: str | None
    reason: str
    rows: int = 0


@dataclass(frozen=True)
class _Fault:
    """Why a file cannot be used: what was expected, what was found, what to do."""

    expected: str
    found: str
    advice: str


def named_files(
    delivery: Delivery, source: Source
) -> tuple[list[tuple[Member, FileName]], list[FileSetAside]]:
    """The files to land with what their names say, and the files set aside.

    A file is at fault whose name has another form, whose force is unknown or passed
    over, or that says the same as another one; of files with the same bytes the first
    is not. It is set aside if the source `sets_files_aside`. Raises `FilesUnexpected`
    when it does not, or when no file is left.
    """
    names = [(member, source.read_name(member.path)) for member in delivery.data()]
    copies = Counter(name for _, name in names if name)
    same = _same_files(names, copies) if source.sets_files_aside else {}
    forces = source.known_forces()
    named: list[tuple[Member, FileName]] = []
    set_aside: list[FileSetAside] = []
    first: str | None = None
    for member, name in names:
        fault = _fault(member, name, source, forces, copies, same)
        if fault is None:
            named.append((member, name))
            continue
        message = sentence(
            delivery.name, fault.expected, fault.found, fault.advice, file=member.path
        )
        if not source.sets_files_aside:
            raise FilesUnexpected(message)
        first = first or message
        reason = f"expected {fault.expected}, found {fault.found}"
        rows = _data_rows(member) if name else 0
        force = name.force if name else None
        set_aside.append(FileSetAside(printable(member.path), force, reason, rows))
    if not named:
        if set_aside and all(file.force in source.passed_over for file in set_aside):
            passed_over = sorted({source.passed_over[file.force] for file in set_aside})
            first = sentence(
                delivery.name,
                "a file of a force with ground in England or Wales",
                f"files of {' and '.join(passed_over)} only",
                "Rasure has no ground for them: there is nothing to land.",
            )
        raise FilesUnexpected(
            first
            or sentence(
                delivery.name,
                f"files named {source.layout}",
                "no file of data",
                "Check what was sent.",
            )
        )
    return named, set_aside


def _same_files(
    names: list[tuple[Member, FileName | None]], copies: Counter
) -> dict[str, str]:
    """The path of each file that says the same as another one, with the path of the
    first file of that name if all files of that name have the same bytes."""
    of_name: dict[FileName, list[Member]] = {}
    for member, name in names:
        if copies[name] > 1:
            of_name.setdefault(name, []).append(member)
    same: dict[str, str] = {}
    for members in of_name.values():
        if len({member.size for member in members}) > 1:
            continue
        try:
            hashes = {member.sha256() for member in members}
        except UNREADABLE as error:
            if not is_damage(error):
                raise
            continue  # refused as damaged when it is unpacked
        if len(hashes) == 1:
            same |= {member.path: members[0].path for member in members}
    return same


def _fault(
    member: Member,
    name: FileName | None,
    source: Source,
    forces: set[str],
    copies: Counter,
    same: dict[str, str],
) -> _Fault | None:
    """What is wrong with a file's name; None if nothing is."""
    if name is None and member.path.lower().endswith(ARCHIVES):
        return _Fault(
            f"files named {source.layout}",
            "an archive in the delivery",
            "Unpack it and land what is in it.",
        )
    if name is None:
        return _Fault(
            f"names of the form {source.layout}",
            "another name",
            "Take the file out of the delivery, or give it its proper name.",
        )
    if name.force in source.passed_over:
        return _Fault(
            "a force with ground in England or Wales",
            f"'{name.force}' ({source.passed_over[name.force]})",
            "Nothing needs to be done: the files of other forces land.",
        )
    if name.force not in forces:
        return _Fault(
            "a force that is known",
            f"'{name.force}'",
            "`rasure geography forces` lists them; check the file's name.",
        )
    if copies[name] > 1 and member.path in same:
        if member.path == same[member.path]:
            return None
        return _Fault(
            "each file once",
            f"a copy of {printable(same[member.path])}, which landed",
            "Nothing needs to be done.",
        )
    if copies[name] > 1:
        return _Fault(
            "one file for each force, month and kind",
            f"{copies[name]}",
            "Take out those that are not wanted.",
        )
    return None


def _data_rows(member: Member) -> int:
    """The number of lines of a file without its header line; 0 if it is damaged."""
    lines, last = 0, b"\n"
    try:
        with member.open() as stream:
            while block := stream.read(BLOCK):
                lines, last = lines + block.count(b"\n"), block[-1:]
    except UNREADABLE as error:
        if not is_damage(error):
            raise
        return 0
    return max(lines + (last != b"\n") - 1, 0)
