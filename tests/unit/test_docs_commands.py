"""Each command in docs/operate.md and docs/deploy.md is run by a test, or why not."""

from __future__ import annotations

import ast

import pytest

from rasure.settings import CHECKOUT
from tests import docs_commands

LISTED = docs_commands.listed()
TESTED = {shape: how for shape, how in LISTED.items() if "test" in how}


@pytest.fixture(scope="module")
def named() -> set[str]:
    return set().union(
        *(docs_commands.commands(doc.read_text()) for doc in docs_commands.DOCS)
    )


def test_each_command_of_the_docs_is_listed_with_its_run(named):
    missing = sorted(named - set(LISTED))
    assert missing == [], f"add these to {docs_commands.LIST.name}"


def test_no_command_is_listed_that_the_docs_no_longer_name(named):
    assert sorted(set(LISTED) - named) == []


@pytest.mark.parametrize("shape", LISTED)
def test_each_entry_is_a_run_a_test_or_a_reason(shape):
    how = LISTED[shape]
    assert set(how) in ({"run"}, {"test", "call"}, {"not_run"})
    if "not_run" in how:
        assert how["not_run"].endswith(".")
    if "run" in how:
        words = shape.split()
        given = [word for word in how["run"] if word != "rasure"]
        options = {word for word in given if word.startswith("--")}
        assert {word for word in words if word.startswith("--")} <= options
        names = [word for word in words[1:] if not word.startswith("-")]
        assert given[: len(names)] == names


@pytest.mark.parametrize("shape", TESTED)
def test_the_test_that_runs_a_command_exists_and_calls_it(shape):
    name, _, function = TESTED[shape]["test"].partition("::")
    (file,) = (CHECKOUT / "tests").rglob(name)
    text = file.read_text()
    functions = [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
    ]
    assert function in functions
    assert TESTED[shape]["call"] in " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("    .venv/bin/rasure down && git pull", {"rasure down", "git pull"}),
        ("`rasure places\nplan x 1 --out FILE`", {"rasure places plan --out"}),
        (
            "    rasure places \\\n      plan x --window w",
            {"rasure places plan --window"},
        ),
        ("```\nrasure up # start\n```", {"rasure up"}),
        ("`secrets.toml`, `rasure.errors` and `git`", set()),
        ("    docker-compose up -d --scale a=3", {"docker-compose up --scale -d"}),
        ("    rasure fetch", {"rasure"}),
    ],
)
def test_commands_are_found_wherever_they_stand(text, shapes):
    assert docs_commands.commands(text) == shapes
