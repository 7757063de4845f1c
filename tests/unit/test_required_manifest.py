"""A records-management delivery must state itself, and is told what is missing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rasure.landing import manifest as manifests
from rasure.landing.delivery import open_delivery
from rasure.landing.errors import FilesUnexpected, ManifestMismatch
from rasure.landing.names import named_files
from tests.niche_files import EXTRACTED, delivery, row

NEXT_DAY = (EXTRACTED + timedelta(days=1)).isoformat()


def opened(tmp_path, change=None):
    return open_delivery(
        delivery(tmp_path, {"units": [row("units", 1)]}, change=change)
    )


def test_a_whole_manifest_gives_the_contract_in_the_forces_words(tmp_path):
    manifest, contract = manifests.open_contract(opened(tmp_path), "niche_rms")
    assert (manifest.force, manifest.kind) == ("thames-valley", "full")
    assert manifest.window == (EXTRACTED - timedelta(days=366), EXTRACTED)
    assert contract.kinds["units"].headers[1] == "NameG"
    assert contract.kinds["units"].encodings == ("cp1252",)


def test_a_manifest_may_name_another_encoding(tmp_path):
    delivery = opened(tmp_path, lambda _, manifest: manifest.update(encoding="utf-8"))
    _, contract = manifests.open_contract(delivery, "niche_rms")
    assert contract.kinds["units"].encodings == ("utf-8",)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"force": "nowhere"}, "a force that has a mapping (hampshire, thames-valley)"),
        ({"force": None}, "found none"),
        ({"force": ["x"]}, "a force that has a mapping"),
        ({"source": "police_uk"}, "expected source 'niche_rms'"),
        ({"kind": "some"}, "expected kind 'full' or 'delta', found another kind"),
        ({"extracted_at": None}, "expected extracted_at, a time with its offset"),
        ({"extracted_at": "2026-01-01T04:00:00"}, "extracted_at, a time with its"),
        ({"window": None}, "expected window.from, a time with its offset"),
        ({"window": {"from": "2025"}}, "expected window.from, a time with its offset"),
        (
            {"window": {"from": NEXT_DAY, "to": EXTRACTED.isoformat()}},
            "a window that ends after it begins",
        ),
        (
            {"window": {"from": EXTRACTED.isoformat(), "to": NEXT_DAY}},
            "no later than the extract",
        ),
        ({"encoding": "cp850"}, "expected encoding utf-8 or cp1252, or none"),
        ({"files": [{"path": "OrgPoliceUnit.csv"}]}, "its sha256, bytes and rows"),
        ({"files": []}, "expected no file that the manifest does not list"),
    ],
)
def test_a_manifest_that_does_not_say_it_all_is_refused(tmp_path, change, told):
    delivery = opened(tmp_path, lambda _, manifest: manifest.update(change))
    with pytest.raises(ManifestMismatch) as refused:
        manifests.open_contract(delivery, "niche_rms")
    assert told in str(refused.value)
    assert delivery.name in str(refused.value)


def test_without_a_manifest_nobody_knows_the_force(tmp_path):
    path = delivery(tmp_path, {"units": [row("units", 1)]})
    (path / "manifest.json").unlink()
    with pytest.raises(ManifestMismatch, match="a manifest with force, kind, window"):
        manifests.open_contract(open_delivery(path), "niche_rms")


def test_a_kind_must_be_said(tmp_path):
    delivery = opened(tmp_path, lambda _, manifest: manifest.pop("kind"))
    with pytest.raises(
        ManifestMismatch, match="expected kind 'full' or 'delta', found"
    ):
        manifests.open_contract(delivery, "niche_rms")


@pytest.mark.parametrize("name", ["Units.csv", "OrgPoliceUnit.txt", "x/units.csv"])
def test_a_file_that_the_mapping_does_not_name_is_refused(tmp_path, name):
    def rename(files, manifest):
        files[name.replace("/", "_")] = files.pop("OrgPoliceUnit.csv")
        manifest["files"][0]["path"] = name.replace("/", "_")

    delivery = opened(tmp_path, rename)
    _, contract = manifests.open_contract(delivery, "niche_rms")
    with pytest.raises(FilesUnexpected, match="as the force's mapping calls them"):
        named_files(delivery, contract)


def test_the_force_kind_and_time_are_part_of_the_identity(tmp_path):
    rows = {"units": []}
    identities = {
        manifests.stated_identity(
            open_delivery(delivery(tmp_path / str(number), rows, **said)), "niche_rms"
        )
        for number, said in enumerate(
            [
                {},
                {"kind": "delta"},
                {"force": "hampshire"},
                {"extracted_at": EXTRACTED + timedelta(hours=1)},
            ]
        )
    }
    assert len(identities) == 4
