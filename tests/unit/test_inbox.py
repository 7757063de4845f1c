"""The watched folder: nothing counts before its flag, nothing is announced twice."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest

from rasure.errors import SetupError
from rasure.runtime import inbox


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("RASURE_HOME", str(tmp_path / "home"))
    path = inbox.folder("police_uk")
    path.mkdir(parents=True)
    return path


def test_a_delivery_waits_only_once_its_flag_stands(folder):
    (folder / "half.zip").touch()
    (folder / "gone.zip.ready").touch()
    (folder / "whole.zip").touch()
    assert inbox.waiting("police_uk") == []
    (folder / "whole.zip.ready").touch()
    assert inbox.waiting("police_uk") == [str(folder / "whole.zip")]


def test_the_oldest_flag_comes_first(folder):
    for name, time in (("a", 300), ("b", 100), ("c", 200)):
        (folder / name).mkdir()
        (folder / f"{name}.ready").touch()
        os.utime(folder / f"{name}.ready", (time, time))
    names = [path.rsplit("/", 1)[1] for path in inbox.waiting("police_uk")]
    assert names == ["b", "c", "a"]


def test_an_offered_folder_is_copied_whole_before_it_is_flagged(folder, tmp_path):
    (tmp_path / "given" / "2024-01").mkdir(parents=True)
    (tmp_path / "given" / "2024-01" / "street.csv").write_text("x")
    target = inbox.offer("police_uk", tmp_path / "given", "taken")
    assert (folder / "taken" / "2024-01" / "street.csv").read_text() == "x"
    assert inbox.waiting("police_uk") == [str(target)]


def test_what_was_settled_waits_no_more_and_says_why(folder, tmp_path):
    (tmp_path / "bad.zip").write_text("x")
    target = inbox.offer("police_uk", tmp_path / "bad.zip")
    inbox.record_outcome(target, ".rejected", "the archive is damaged")
    assert inbox.waiting("police_uk") == []
    assert inbox.refusal(target) == "the archive is damaged"
    reason = folder / "bad.zip.rejected"
    assert reason.read_text() == "the archive is damaged"
    inbox.offer("police_uk", tmp_path / "bad.zip")
    assert inbox.waiting("police_uk") == [str(target)]
    assert not reason.exists()


def test_a_delivery_from_elsewhere_leaves_no_flag(tmp_path, folder):
    (tmp_path / "by_hand.zip").touch()
    inbox.record_outcome(tmp_path / "by_hand.zip", ".landed", "load 1")
    assert [path.name for path in tmp_path.glob("by_hand*")] == ["by_hand.zip"]


def test_landed_means_the_same_files_of_the_same_sizes(folder, tmp_path):
    delivery = tmp_path / "given.zip"
    delivery.write_text("four")
    assert not inbox.is_landed("police_uk", delivery)
    inbox.record_outcome(inbox.offer("police_uk", delivery), ".landed")
    assert inbox.is_landed("police_uk", delivery)
    delivery.write_text("three")
    assert not inbox.is_landed("police_uk", delivery)


def test_nothing_to_offer_is_a_sentence(folder, tmp_path):
    with pytest.raises(SetupError, match=r"There is nothing at .*absent\.zip"):
        inbox.offer("police_uk", tmp_path / "absent.zip")


def test_every_flag_is_announced_once_and_again_after_a_restart(
    folder, tmp_path, monkeypatch
):
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "airflow"))
    from rasure.runtime.arrivals import DeliveryArrived

    async def listen(trigger, count):
        events = []
        stream = trigger.run()
        for number in range(count):
            (folder / f"{number}.zip.ready").touch()
            event = await asyncio.wait_for(anext(stream), timeout=5)
            events.append(event.payload["flags"])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(stream), timeout=0.2)
        return events

    trigger = DeliveryArrived(str(folder), seconds=0.02)
    assert asyncio.run(listen(trigger, 2)) == [
        ["0.zip.ready"],
        ["0.zip.ready", "1.zip.ready"],
    ]
    path, arguments = trigger.serialize()
    assert path == "rasure.runtime.arrivals.DeliveryArrived"
    restarted = DeliveryArrived(**arguments)
    assert asyncio.run(listen(restarted, 1)) == [["0.zip.ready", "1.zip.ready"]]


def test_only_what_lies_in_the_folder_of_the_source_is_landed(folder, tmp_path):
    (folder / "here.zip").touch()
    (folder / "deeper").mkdir()
    (folder / "deeper" / "there.zip").touch()
    (folder / "in.zip").symlink_to(folder / "here.zip")
    for path in ("here.zip", "deeper/there.zip", "in.zip", "not/yet.zip"):
        inbox.check_lies_within("police_uk", folder / path)
    (tmp_path / "secrets.toml").touch()
    (folder / "out.zip").symlink_to(tmp_path / "secrets.toml")
    (folder / "door").symlink_to(tmp_path)
    (folder.parent / "niche_rms").mkdir()
    for path in (
        folder,
        folder / "out.zip",
        folder / "door" / "secrets.toml",
        folder / ".." / ".." / "secrets.toml",
        folder.parent / "niche_rms" / "extract",
        folder.parent / "police_uk_2" / "here.zip",
        tmp_path / "secrets.toml",
    ):
        with pytest.raises(inbox.DeliveryElsewhere, match="leads elsewhere"):
            inbox.check_lies_within("police_uk", path)


def test_a_task_lands_nothing_from_elsewhere(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "airflow"))
    import rasure.landing
    from rasure.runtime.orchestration import land_offered

    monkeypatch.setattr(rasure.landing, "land", pytest.fail)
    with pytest.raises(inbox.DeliveryElsewhere):
        land_offered("police_uk", "/etc/passwd")
    (folder / "out").symlink_to("/etc")
    (folder / "out.ready").touch()
    with pytest.raises(inbox.DeliveryElsewhere):
        land_offered("police_uk", str(folder / "out"))
    assert "leads elsewhere" in (folder / "out.rejected").read_text()


@pytest.mark.parametrize("outcome", inbox.OUTCOMES)
def test_a_full_disk_keeps_no_delivery_waiting(folder, monkeypatch, outcome):
    delivery = folder / "whole.zip"
    delivery.touch()
    (folder / "whole.zip.ready").touch()

    def write_part(file, text):
        file.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", write_part)
    inbox.record_outcome(delivery, outcome, "what became of it")
    assert inbox.waiting("police_uk") == []
    names = {file.name for file in folder.iterdir()}
    assert names == {"whole.zip", f"whole.zip{outcome}"}


def test_a_fault_that_is_no_full_disk_leaves_the_delivery_waiting(folder, monkeypatch):
    delivery = folder / "whole.zip"
    delivery.touch()
    (folder / "whole.zip.ready").touch()

    def refuse(file, text):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(PermissionError):
        inbox.record_outcome(delivery, ".landed", "load 1")
    assert inbox.waiting("police_uk") == [str(delivery)]
