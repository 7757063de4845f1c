"""Downloading from a publisher's server that behaves."""

from __future__ import annotations

import hashlib
import json
import zipfile

import pytest

from rasure.geography import UnknownForce
from rasure.landing import manifest
from rasure.landing.delivery import open_delivery
from rasure.sources import get
from rasure.sources.errors import DownloadFailed, FolderInUse
from rasure.sources.police_uk.download import download
from tests.integration.downloading import (
    FILES,
    FORCE,
    HURRY,
    MONTHS,
    country,
    fetch,
    held,
    path_of,
)
from tests.integration.publisher import archive, street_file


@pytest.fixture
def publisher():
    with country() as running:
        yield running


def test_a_force_and_its_months_come_and_nothing_else(publisher, tmp_path):
    done = fetch(publisher, tmp_path)
    assert held(done.folder) == FILES
    assert done.rows == 10_000
    assert done.missing == []
    assert publisher.sent < len(publisher.files["2024-02.zip"]) / 3
    assert [entry.name for entry in tmp_path.iterdir()] == ["done"]


def test_the_manifest_says_what_came(publisher, tmp_path):
    done = fetch(publisher, tmp_path)
    assert json.loads((done.folder / "manifest.json").read_text()) == {
        "source": "police_uk",
        "kind": "full",
        "extracted_at": "2024-06-03T09:00:00+00:00",
        "window": {"from": "2024-01", "to": "2024-02"},
        "files": [
            {
                "path": path,
                "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content),
                "rows": 5000,
            }
            for path, content in FILES.items()
        ],
    }


def test_what_was_downloaded_is_a_delivery_that_landing_takes(publisher, tmp_path):
    delivery = open_delivery(fetch(publisher, tmp_path).folder)
    stated = manifest.read(delivery, "police_uk")
    assert (
        set(stated.files) == {member.path for member in delivery.data()} == set(FILES)
    )
    assert all(get("police_uk").read_name(path) for path in stated.files)


def test_a_finished_download_is_left_as_it_is_without_asking_the_server(
    publisher, tmp_path
):
    first = fetch(publisher, tmp_path)
    requests = len(publisher.requests)
    again = fetch(publisher, tmp_path)
    assert again.was_there
    assert (again.files, again.rows, len(publisher.requests)) == (
        first.files,
        10_000,
        requests,
    )


def test_a_folder_with_anything_else_is_not_touched(publisher, tmp_path):
    fetch(publisher, tmp_path)
    with pytest.raises(FolderInUse, match=r"holds something else\. Remove it"):
        fetch(publisher, tmp_path, kinds=("street", "outcomes"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(FolderInUse, match="mine is there already"):
        download(FORCE, *MONTHS, folder=tmp_path / "mine", base_url=publisher.url)
    assert (tmp_path / "mine" / "notes.txt").read_text() == "mine"


def test_leftovers_of_a_wider_choice_stay_out_of_the_delivery(publisher, tmp_path):
    left = tmp_path / ".done.part" / path_of("2024-01", "outcomes")
    left.parent.mkdir(parents=True)
    left.write_text("left by a run that was broken off")
    assert held(fetch(publisher, tmp_path).folder) == FILES


def test_files_that_the_publisher_lacks_are_named(publisher, tmp_path):
    done = fetch(publisher, tmp_path, kinds=("street", "stop-and-search"))
    assert held(done.folder) == FILES
    assert done.missing == [path_of(month, "stop-and-search") for month in MONTHS]


def test_a_force_without_any_file_is_reported(publisher, tmp_path):
    with pytest.raises(DownloadFailed, match="no outcomes file of thames-valley from"):
        fetch(publisher, tmp_path, kinds=("outcomes",))


def test_months_before_an_archives_reach_come_from_an_earlier_one(publisher, tmp_path):
    early = {path_of("2021-01"): street_file("2021-01", 10)}
    late = {path_of("2021-02"): street_file("2021-02", 10), **early}
    publisher.files = {"2021-01.zip": archive(early), "2024-01.zip": archive(late)}
    late_answer = download(
        FORCE,
        "2021-01",
        "2024-01",
        kinds=("street",),
        folder=tmp_path / "done",
        base_url=publisher.url,
        patience=HURRY,
    )
    assert held(late_answer.folder) == late
    assert len(late_answer.missing) == 35


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_stored_and_empty_members_come_too(publisher, tmp_path, packing):
    files = {path_of(MONTHS[0]): b"", path_of(MONTHS[1]): street_file(MONTHS[1], 3000)}
    publisher.files["2024-02.zip"] = archive(files, packing)
    assert held(fetch(publisher, tmp_path).folder) == files


def test_an_unknown_force_is_refused_before_the_server_is_asked(publisher, tmp_path):
    with pytest.raises(UnknownForce, match="thames-valley"):
        download("thames", *MONTHS, folder=tmp_path / "x", base_url=publisher.url)
    assert publisher.requests == []


def test_progress_ends_at_the_whole(publisher, tmp_path):
    seen = []
    fetch(publisher, tmp_path, progress=lambda *step: seen.append(step))
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    assert seen[-1][1] == seen[-1][2]
