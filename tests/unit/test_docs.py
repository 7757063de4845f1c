"""The docs are true: each link and path leads somewhere, each command parses."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from rasure.cli import app
from rasure.settings import CHECKOUT

DOCS = sorted([*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").glob("*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")
TOP = "rasure|dbt|superset|dags|tests|scripts|docs|config|expectations|requirements"
PATH = re.compile(rf"`((?:{TOP})/[\w./*-]+)`")
CODE = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"(?m)^(?: {4}|```)")
# What a doc leaves to its reader: `NNN`, `<source>`, `…`.
LEFT_OPEN = re.compile(r"NNN|<[^>]*>|…|\.\.\.")


def ids(paths: list[Path]) -> list[str]:
    return [path.relative_to(CHECKOUT).as_posix() for path in paths]


def commands(text: str) -> list[list[str]]:
    """Each `rasure …` of the text, in code spans and in indented or fenced lines."""
    lines = [span for span in CODE.findall(text) if "rasure " in span]
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            lines.append(line)
    calls = []
    for line in lines:
        for part in re.split(r"&&|\|\||;|\|(?= )|\$\(", line.split(" #")[0]):
            words = part.strip().removesuffix("\\").strip()
            match = re.match(r"(?:\S+/)?rasure (?=[a-z-])(.*)", words)
            if match:
                try:
                    calls.append(shlex.split(match[1]))
                except ValueError:
                    calls.append(match[1].split())
    return calls


def fault(words: list[str]) -> str | None:
    """Why the command line has no such command or option; None if it has."""
    command = typer.main.get_command(app)
    for place, word in enumerate(words):
        if not hasattr(command, "commands"):
            break
        name = word.strip("[],")
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", name):
            break
        sub = command.commands.get(name)
        if sub is None:
            return f"there is no command {' '.join(words[: place + 1])!r}"
        command = sub
    options = {
        name
        for parameter in command.params
        for name in (*parameter.opts, *parameter.secondary_opts)
    } | {"--help"}
    for word in words:
        option = re.match(r"\[?(--[a-z][a-z-]*)", word)
        if option and option[1] not in options:
            return f"{' '.join(words)!r} has no option {option[1]}"
    return None


@pytest.mark.parametrize("doc", DOCS, ids=ids(DOCS))
def test_each_link_leads_to_a_file(doc: Path) -> None:
    missing = [
        link
        for link in LINK.findall(doc.read_text())
        if not (doc.parent / link).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("doc", DOCS, ids=ids(DOCS))
def test_each_path_exists(doc: Path) -> None:
    missing = [
        path
        for path in PATH.findall(doc.read_text())
        if not LEFT_OPEN.search(path) and not any(CHECKOUT.glob(path.rstrip("/.")))
    ]
    assert missing == []


@pytest.mark.parametrize("doc", DOCS, ids=ids(DOCS))
def test_each_command_is_one_that_the_command_line_has(doc: Path) -> None:
    faults = [fault(words) for words in commands(doc.read_text())]
    assert [one for one in faults if one] == []


def test_the_docs_name_many_commands() -> None:
    """So that the test above does not pass on nothing."""
    assert sum(len(commands(doc.read_text())) for doc in DOCS) > 60
    assert fault(["transform", "--layer", "core"]) == (
        "'transform --layer core' has no option --layer"
    )
    assert fault(["places", "nothing"]) == "there is no command 'places nothing'"
