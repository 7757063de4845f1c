"""Tables that stand for dbt's models in a test, made from the models' own contracts.

The columns and types are those of the model's YAML, which dbt holds the model to, so a
test's table never has a column that the model lacks, nor lacks one that it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import psycopg
import yaml

from rasure.settings import CHECKOUT

# A model that has all columns of another, and describes only those that it adds.
ADDS_TO = {"fct_crime": "all_crimes"}
MODELS = CHECKOUT / "dbt" / "models"


@cache
def _models() -> dict[str, dict]:
    """Every model that the project describes, by its name."""
    return {
        model["name"]: model
        for file in MODELS.rglob("*.yml")
        for model in yaml.safe_load(file.read_text()).get("models", [])
    }


def columns(model: str) -> dict[str, str]:
    """The columns of a model with their types, in the order of its contract."""
    described = [*_models().get(ADDS_TO.get(model), {}).get("columns", [])]
    described += _models()[model]["columns"]
    return {column["name"]: _rendered(column["data_type"]) for column in described}


@cache
def _variables() -> dict[str, object]:
    """The variables of the project."""
    project = (CHECKOUT / "dbt" / "dbt_project.yml").read_text()
    return yaml.safe_load(project)["vars"]


def _rendered(text: str) -> str:
    """A text of a YAML file with the project's variables in it."""
    from jinja2 import Template

    return Template(text).render(var=_variables().__getitem__)


def create_table(
    connection: psycopg.Connection,
    relation: str,
    computed: Mapping[str, str] | None = None,
) -> None:
    """An empty table for a model: `core.fct_crime`.

    `computed` columns are generated from the others, by an expression each.
    """
    schema, model = relation.split(".")
    expressions = computed or {}
    described = ", ".join(
        f"{name} {type_}"
        + (
            f" generated always as ({expressions[name]}) stored"
            if name in expressions
            else ""
        )
        for name, type_ in columns(model).items()
    )
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(f"create table {relation} ({described})")


def insert(connection: psycopg.Connection, relation: str, **row: object) -> None:
    """Insert one row; columns that are not given are empty."""
    names = ", ".join(row)
    values = ", ".join(["%s"] * len(row))
    connection.execute(
        f"insert into {relation} ({names}) values ({values})", list(row.values())
    )


@cache
def _macros(figures: tuple[tuple[str, object], ...]):
    from jinja2 import Environment

    variables = {**_variables(), **dict(figures)}
    environment = Environment(extensions=["jinja2.ext.do"])
    environment.globals["var"] = variables.__getitem__
    files = sorted((CHECKOUT / "dbt" / "macros").rglob("*.sql"))
    return environment.from_string("\n".join(file.read_text() for file in files)).module


def macro(name: str, *arguments: str, **figures: object) -> str:
    """The SQL of a macro of the project, with the variables that dbt would have.

    `figures` are variables with other values than the project's.
    """
    module = _macros(tuple(sorted(figures.items())))
    return str(getattr(module, name)(*arguments))
