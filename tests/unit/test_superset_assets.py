"""Files of assets that cannot be read are named, all at once."""

from __future__ import annotations

import shutil

import pytest

from rasure_superset.assets import bundle as assets
from rasure_superset.errors import AssetFaults
from tests.unit.superset_fixtures import change, folder

__all__ = ["folder"]


def test_broken_yaml_is_named_with_its_line(folder):
    (folder / "charts" / "map.yaml").write_text("slice_name: Map\nparams: [1, 2\n")
    with pytest.raises(
        AssetFaults, match=r"charts/map\.yaml: not valid YAML in line 3"
    ):
        assets.load(folder)


def test_missing_and_unknown_keys_and_foreign_uuids_are_all_named(folder):
    def edit(content):
        del content["viz_type"]
        content["colour"] = "red"

    change(folder, "charts/map.yaml", edit)
    change(folder, "charts/quarantine.yaml", lambda c: c.update(uuid="1234"))
    with pytest.raises(AssetFaults) as caught:
        assets.load(folder)
    assert caught.value.faults == [
        "charts/map.yaml: viz_type: missing",
        "charts/map.yaml: colour: unknown key",
        "charts/quarantine.yaml: uuid: 1234 does not begin with "
        "5e0a7a5e-0003-4000-8000-",
    ]


def test_two_files_with_one_uuid_are_named(folder):
    shutil.copy(folder / "charts" / "map.yaml", folder / "charts" / "map_again.yaml")
    with pytest.raises(AssetFaults, match=r"is also that of charts/map\.yaml"):
        assets.load(folder)


def test_files_that_nothing_uses_and_files_that_are_missing_are_named(folder):
    (folder / "datasets" / "old.sql").write_text("select 1")
    (folder / "datasets" / "map_layers.sql").unlink()
    with pytest.raises(AssetFaults) as caught:
        assets.load(folder)
    assert caught.value.faults == [
        "datasets/map_layers.yaml: there is no file map_layers.sql in its folder",
        "datasets/old.sql: no asset uses this file",
    ]


def test_datasets_that_share_a_query_name_what_differs(folder):
    bundle = assets.load(folder)
    by_name = {one.content["table_name"]: one for one in bundle.datasets.values()}
    assert "is_at_risk_under_18" in by_name["evidence_under_18"].companion
    assert not any("$" in one.companion for one in by_name.values() if one.companion)
    path = folder / "datasets" / "evidence_under_18.yaml"
    path.write_text(path.read_text().replace("  is_listed:", "  listed:"))
    with pytest.raises(AssetFaults) as caught:
        assets.load(folder)
    assert caught.value.faults == [
        "datasets/evidence_under_18.yaml: sql_values: does not name is_listed",
        "datasets/evidence_under_18.yaml: evidence_of_risk.sql: does not name listed",
    ]
