"""`rasure download` as a process: its words, its end by a signal, two at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.integration.publisher import Publisher, archive, serve, street_file

PATH = "2024-01/2024-01-thames-valley-street.csv"
CONTENT = street_file("2024-01", 5000)


@pytest.fixture
def publisher():
    with serve(Publisher({"2024-01.zip": archive({PATH: CONTENT})})) as running:
        yield running


def command(publisher: Publisher, home: Path, *more: str) -> subprocess.Popen:
    return subprocess.Popen(
        [
            *(sys.executable, "-c", "from rasure.cli import main; main()"),
            *("download", "police_uk", "--force", "thames-valley", "--kinds", "street"),
            *("--from", "2024-01", "--to", "2024-01", "--base-url", publisher.url),
            *more,
        ],
        env={**os.environ, "RASURE_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_a_part(home: Path) -> Path:
    """The half-fetched member, once something of it is on disk."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for part in home.rglob("*.csv.part"):
            if part.stat().st_size > 20_000:
                return part
        time.sleep(0.02)
    raise AssertionError("nothing came in 60 seconds")


def test_it_says_where_the_delivery_is_and_how_to_land_it(publisher, tmp_path):
    out, err = command(publisher, tmp_path).communicate(timeout=60)
    folder = tmp_path / "downloads/thames-valley_2024-01_2024-01"
    assert out == (
        f"Downloaded: 1 files with 5,000 rows in {folder}. Land them with: "
        f"rasure land police_uk {folder}\n"
    ), err
    assert (folder / PATH).read_bytes() == CONTENT
    out, _ = command(publisher, tmp_path).communicate(timeout=60)
    assert out.startswith("Already there: 1 files with 5,000 rows in ")


def test_a_killed_download_goes_on_where_it_was_killed(publisher, tmp_path):
    publisher.faults = [None, None, "held"]
    running = command(publisher, tmp_path)
    part = wait_for_a_part(tmp_path)
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=60)
    came = part.stat().st_size
    assert not (tmp_path / "downloads/thames-valley_2024-01_2024-01").exists()
    requests_before = len(publisher.ranges)
    out, err = command(publisher, tmp_path).communicate(timeout=60)
    assert out.startswith("Downloaded: 1 files with 5,000 rows"), err
    first = int(publisher.ranges[2].split("-")[0])
    again = int(publisher.ranges[requests_before + 2].split("-")[0])
    assert again == first + came
    assert next(tmp_path.rglob("*street.csv")).read_bytes() == CONTENT


def test_two_downloads_to_one_place_do_not_meet(publisher, tmp_path):
    publisher.faults = [None, None, "held"]
    running = command(publisher, tmp_path)
    wait_for_a_part(tmp_path)
    second = command(publisher, tmp_path)
    _, err = second.communicate(timeout=60)
    assert second.returncode == 1
    assert "is under way. Wait for it to end." in err
    publisher.released.set()
    out, err = running.communicate(timeout=60)
    assert out.startswith("Downloaded: 1 files"), err


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        (("--force", "thames"), 2, "No geography is known for the force 'thames'"),
        (("--from", "2024-13"), 2, "'2024-13' is no month. Write it as 2024-01."),
        (("--from", "2024-02"), 2, "The months run backwards"),
        (("--kinds", "crimes"), 2, "'crimes' is no kind of file: street, outcomes"),
        (("--to", "2024-03"), 1, "(answer 404). A month is published about two months"),
    ],
)
def test_a_wrong_choice_is_reported_in_a_sentence(
    publisher, tmp_path, more, code, message
):
    process = command(publisher, tmp_path, *more)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, "")
    assert err.startswith("rasure: ")
    assert message in err
    assert "Traceback" not in err


def test_a_full_disk_is_reported_in_a_sentence(publisher, tmp_path, monkeypatch):
    from rasure.errors import SetupError
    from rasure.sources.police_uk import download as part

    monkeypatch.setattr(
        part.shutil, "disk_usage", lambda _: part.shutil._ntuple_diskusage(1, 1, 0)
    )
    with pytest.raises(SetupError, match=r"is full\. Make room"):
        part.download(
            "thames-valley",
            "2024-01",
            "2024-01",
            kinds=("street",),
            folder=tmp_path / "done",
            base_url=publisher.url,
        )
