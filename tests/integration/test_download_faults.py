"""Downloading through a server and a line that misbehave."""

from __future__ import annotations

import zipfile

import pytest

from rasure.sources.errors import (
    DownloadFailed,
    FileChanged,
    NotPublished,
    RangesRefused,
)
from tests.integration.downloading import (
    FILES,
    MONTHS,
    NEWER,
    country,
    fetch,
    held,
    path_of,
)
from tests.integration.publisher import Publisher, archive, serve


@pytest.fixture
def publisher():
    with country() as running:
        yield running


@pytest.mark.parametrize(
    "fault",
    [
        "500",
        "503",
        "429",
        "drop",
        "truncate",
        "shorter",
        "elsewhere",
        "silence",
        "trickle",
        "wrong bytes",
        "wrong end",
        "replace",
    ],
)
@pytest.mark.parametrize("request_number", [0, 1, 2, 4])
def test_a_fault_that_passes_is_got_over(publisher, tmp_path, fault, request_number):
    # requests: the archive's end, then header and data of each of two files
    publisher.faults = [None] * request_number + [fault]
    done = fetch(publisher, tmp_path)
    expected = NEWER if fault == "replace" else FILES
    assert held(done.folder) == expected
    assert done.rows == 5000 * 2 if fault != "replace" else 4000 * 2


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        ("500", DownloadFailed, r"the server answered 500, 3 times in a row"),
        ("503", DownloadFailed, r"the server answered 503, 3 times in a row"),
        ("404", NotPublished, r"has nothing at .*2024-02\.zip \(answer 404\)"),
        ("403", NotPublished, r"has nothing at .*2024-02\.zip \(answer 403\)"),
        ("400", DownloadFailed, r"gave an unexpected answer \(400\)"),
        ("416", DownloadFailed, r"gave an unexpected answer \(416\)"),
        ("drop", DownloadFailed, r"the connection broke, 3 times in a row"),
        ("truncate", DownloadFailed, r"the connection broke, 3 times in a row"),
        ("silence", DownloadFailed, r"the server fell silent, 3 times in a row"),
        ("trickle", DownloadFailed, r"the answer only trickled, 3 times in a row"),
        ("whole", RangesRefused, r"Choose the force and months at https://data.police"),
        ("wrong end", DownloadFailed, r"the answer is not a ZIP archive, 3 times"),
        ("page", DownloadFailed, r"answers with a web page, not with an archive"),
        ("replace again", FileChanged, r"was replaced while it was being read"),
    ],
)
def test_a_fault_that_stays_is_reported_in_a_sentence(
    publisher, tmp_path, fault, error, message
):
    publisher.always = fault
    with pytest.raises(error, match=message):
        fetch(publisher, tmp_path)
    assert not (tmp_path / "done").exists()


@pytest.mark.parametrize("fault", ["shorter", "wrong bytes"])
def test_wrong_data_time_and_again_is_never_taken_for_whole(publisher, tmp_path, fault):
    publisher.faults = [None, None]
    publisher.always = fault
    with pytest.raises(DownloadFailed, match="3 times in a row"):
        fetch(publisher, tmp_path)
    assert not (tmp_path / "done").exists()
    assert held(tmp_path) == {}


def test_no_server_at_all_is_reported_in_a_sentence(tmp_path):
    with serve(Publisher()) as gone:
        pass
    with pytest.raises(DownloadFailed, match="there is no connection to the server"):
        fetch(gone, tmp_path)


def test_an_address_that_is_none_is_refused_at_once(tmp_path):
    with pytest.raises(DownloadFailed, match="is not a web address"):
        fetch(Publisher(url="archives"), tmp_path)


def test_what_is_no_archive_is_refused(publisher, tmp_path):
    publisher.files["2024-02.zip"] = b"not an archive" * 1000
    with pytest.raises(DownloadFailed, match="the answer is not a ZIP archive"):
        fetch(publisher, tmp_path)


def test_a_dropped_line_goes_on_from_the_byte_it_stopped_at(publisher, tmp_path):
    publisher.faults = [None, None, "truncate"]
    fetch(publisher, tmp_path)
    start, end = map(int, publisher.ranges[2].split("-"))
    again, same_end = map(int, publisher.ranges[3].split("-"))
    assert same_end == end
    assert again == start + (end - start + 1) // 2


def test_every_request_after_the_first_is_bound_to_the_same_version(
    publisher, tmp_path
):
    fetch(publisher, tmp_path)
    bound = [headers.get("If-Range") for headers in publisher.requests]
    assert bound == [None] + ['"first"'] * (len(bound) - 1)


def test_a_weak_etag_binds_by_date(publisher, tmp_path):
    publisher.etag = 'W/"first"'
    fetch(publisher, tmp_path)
    assert publisher.requests[-1]["If-Range"] == publisher.modified


def test_an_archive_replaced_halfway_gives_only_the_newer_files(publisher, tmp_path):
    publisher.faults = [None, None, None, None, "replace"]
    assert held(fetch(publisher, tmp_path).folder) == NEWER


def test_a_later_run_fetches_only_what_is_lacking(publisher, tmp_path):
    publisher.faults = [None, None, None, None, "truncate", "500", "500", "500"]
    with pytest.raises(DownloadFailed):
        fetch(publisher, tmp_path)
    before, publisher.sent = publisher.sent, 0
    requests_before = len(publisher.ranges)
    assert held(fetch(publisher, tmp_path).folder) == FILES
    stopped = publisher.ranges[requests_before - 1].split("-")[0]
    assert publisher.ranges[-1].split("-")[0] == stopped
    assert publisher.sent < before


def test_parts_of_an_older_archive_are_dropped_by_a_later_run(publisher, tmp_path):
    publisher.faults = [None, None, None, None, "truncate", "500", "500", "500"]
    with pytest.raises(DownloadFailed):
        fetch(publisher, tmp_path)
    publisher.files, publisher.etag = publisher.replacement, '"second"'
    assert held(fetch(publisher, tmp_path).folder) == NEWER


def test_files_spoilt_on_disk_in_the_meantime_are_fetched_again(publisher, tmp_path):
    publisher.faults = [None, None, None, None, "truncate", "500", "500", "500"]
    with pytest.raises(DownloadFailed):
        fetch(publisher, tmp_path)
    work = tmp_path / ".done.part"
    whole, part = work / path_of(MONTHS[0]), next(work.rglob(".*.part"))
    whole.write_bytes(whole.read_bytes()[:-1] + b"!")
    part.write_bytes(b"!" * part.stat().st_size)
    assert held(fetch(publisher, tmp_path).folder) == FILES


def test_an_unknown_packing_is_reported(publisher, tmp_path):
    publisher.files["2024-02.zip"] = archive(FILES, zipfile.ZIP_BZIP2)
    with pytest.raises(
        DownloadFailed, match=r"a method that Rasure cannot unpack \(12\)"
    ):
        fetch(publisher, tmp_path)
