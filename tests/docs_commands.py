"""The commands of docs/operate.md and docs/deploy.md, and where each is run.

A command is named by its shape: the program, its sub-commands and its options, without
what the reader fills in. `docs_commands.toml` says for each shape

run         the arguments with which test_services.py runs it, on the home of its tests;
            `{folder}` is a folder of the test
test, call  the test that runs it, or what it calls, and the piece of its file that does
not_run     why no test can run it
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import typer

from rasure.cli import app
from rasure.settings import CHECKOUT

DOCS = [CHECKOUT / "docs" / name for name in ("operate.md", "deploy.md")]
LIST = Path(__file__).with_name("docs_commands.toml")
PROGRAMS = (
    *("apt-get", "chmod", "chown", "cp", "docker", "docker-compose", "find", "git"),
    *("mkdir", "mv", "psql", "rasure", "rm", "curl", "systemctl", "kubectl", "helm"),
    *("openssl", "echo", "tar", "rsync", "cat", "touch", "ls", "sed", "sudo", "export"),
)
SCRIPT = re.compile(r"scripts/\w+")
SPAN = re.compile(r"`([^`]+)`")
OPTION = re.compile(r"\[?(--?[a-z][a-z-]*)")


def commands(text: str) -> set[str]:
    """The shape of each command in the code blocks and the code spans of a doc."""
    joined = re.sub(r"\\\n\s*", " ", text)
    blocks, prose, is_fenced = [], [], False
    for line in joined.splitlines():
        if line.startswith("```"):
            is_fenced = not is_fenced
        elif is_fenced or line.startswith("    "):
            blocks.append(line.split(" #")[0])
        else:
            prose.append(line)
    spans = SPAN.findall("\n".join(prose))
    parts = [
        part.strip()
        for line in (*blocks, *spans)
        for part in re.split(r"&&|\|\||;|\s\|\s|\$\(|\)", " ".join(line.split()))
    ]
    return {one for part in parts if (one := shape(part))}


def shape(command: str) -> str | None:
    """The shape of a command; None for what is none, such as a name of a file.

    >>> shape(".venv/bin/rasure backup verify BACKUP --key FILE")
    'rasure backup verify --key'
    """
    words = command.split()
    if not words:
        return None
    program = words[0].removeprefix(".venv/bin/")
    if program not in PROGRAMS and not SCRIPT.fullmatch(program):
        return None
    options = sorted({match[1] for word in words[1:] if (match := OPTION.match(word))})
    names = _sub_commands(program, words[1:])
    if len(words) == 1 and not SCRIPT.fullmatch(program):
        return None
    return " ".join([program, *names, *options])


def _sub_commands(program: str, words: list[str]) -> list[str]:
    """The sub-commands: all of `rasure`, one of docker-compose and of git."""
    if program == "rasure":
        names, command = [], typer.main.get_command(app)
        for word in words:
            sub = getattr(command, "commands", {}).get(word.strip("[],"))
            if sub is None:
                break
            names.append(word.strip("[],"))
            command = sub
        return names
    if program in ("docker", "docker-compose", "git", "kubectl", "helm", "apt-get"):
        return [word for word in words if re.fullmatch(r"[a-z]+", word)][:1]
    return []


def listed() -> dict[str, dict]:
    """How each shape is run."""
    return tomllib.loads(LIST.read_text())
