"""The staging models take every field that the entities have, in their forms."""

from __future__ import annotations

import re

import pytest
import yaml

from rasure.sources.niche_rms.entities import ENTITIES, Field
from rasure.transform.dbt import PROJECT

FOLDER = PROJECT / "models" / "staging" / "niche_rms"
STAGED = sorted(ENTITIES.keys() - {"choices", "deletions"})


@pytest.mark.parametrize("name", STAGED)
def test_a_staging_model_takes_the_fields_of_its_entity(name: str) -> None:
    entity = ENTITIES[name]
    fields = [field for field in entity.fields[1:] if field.name != "modified_at"]
    model = (FOLDER / f"stg_niche__{name}.sql").read_text()
    call = model[model.index("niche_staging(") :]
    assert re.findall(r"'([^']*)'", call) == [
        name,
        entity.key,
        *(
            ":".join(filter(None, (field.name, field.form, *_more(field))))
            for field in fields
        ),
    ]
    assert f"unique_key=['force', '{entity.key}']" in model
    assert f"'entity': '{name}'" in model
    # An id that the model logs is one that it has.
    logs = re.search(r"'logs': \[(.*)\]", model)
    assert set(re.findall(r"'(\w+)'", logs[1])) <= {f.name for f in entity.fields}
    assert f"{{'columns': ['{entity.key}', 'force'], 'unique': true}}" in model

    described = yaml.safe_load((FOLDER / f"stg_niche__{name}.yml").read_text())
    columns = [column["name"] for column in described["models"][0]["columns"]]
    derived = {f"{field.name}_code" for field in fields if field.terms}
    derived |= {f"{f.name}_precision" for f in fields if f.form == "birth"}
    derived |= {
        f"{field.name}_is_day"
        for field in fields
        if field.form == "instant" and field.bounds in ("event", "report")
    }
    if any(field.bounds for field in fields):
        derived.add("date_faults")
    assert set(columns) == {
        *(field.name for field in entity.fields),
        *derived,
        *("force", "load_id", "file_id", "row_number", "extracted_at"),
        *("emptied_fields", "is_outdated"),
    }


def _more(field: Field) -> tuple[str | None, ...]:
    """What follows the form: terms, or bounds and the start of an end."""
    return (field.terms, field.bounds, field.start)


def test_every_entity_is_staged() -> None:
    models = {path.stem for path in FOLDER.glob("*.sql")}
    assert models == {f"stg_niche__{name}" for name in (*STAGED, "files")}
