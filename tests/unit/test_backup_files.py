"""The files of a backup: encrypted, described, kept for long enough, never half."""

from __future__ import annotations

import errno
import io
import json
import os
import random
import stat
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rasure.errors import SetupError
from rasure.operations import catalogue, configuring, encryption, restoring
from rasure.operations.archiving import move_complete
from rasure.operations.errors import (
    BackupBusy,
    BackupFailed,
    BackupUnreadable,
    KeyRefused,
    RestoreFailed,
)
from rasure.operations.options import backup_options
from rasure.operations.taking import take
from rasure.runtime.services import private_cluster_of
from rasure.settings import Settings

CONTENT = random.Random(7).randbytes(300_000)  # more than one block of age


@pytest.fixture
def key(tmp_path) -> Path:
    encryption.make_key(tmp_path / "key.txt")
    return tmp_path / "key.txt"


def sealed(path: Path, key: Path, content: bytes = CONTENT) -> encryption.Sealed:
    recipient = encryption.read_key(key).to_public()
    return encryption.encrypt(io.BytesIO(content), path, recipient)


def opened(path: Path, key: Path) -> bytes:
    target = io.BytesIO()
    encryption.decrypt(path, target, encryption.read_key(key))
    return target.getvalue()


def test_what_is_encrypted_is_decrypted_with_its_key_only(tmp_path, key):
    size = sealed(tmp_path / "file", key)
    assert size.bytes == (tmp_path / "file").stat().st_size
    assert CONTENT[:1000] not in (tmp_path / "file").read_bytes()
    assert opened(tmp_path / "file", key) == CONTENT
    encryption.make_key(tmp_path / "other.txt")
    with pytest.raises(KeyRefused, match="is encrypted to another key"):
        opened(tmp_path / "file", tmp_path / "other.txt")


@pytest.mark.parametrize("place", ["header", "first block", "last block"])
def test_a_changed_byte_is_found(tmp_path, key, place):
    path = tmp_path / "file"
    sealed(path, key)
    content = bytearray(path.read_bytes())
    content[{"header": 60, "first block": 5_000, "last block": -5}[place]] ^= 1
    path.write_bytes(content)
    with pytest.raises((BackupUnreadable, KeyRefused)):
        opened(path, key)


@pytest.mark.parametrize("kept", [0, 100, 70_000, -1])
def test_a_file_that_was_cut_is_found(tmp_path, key, kept):
    path = tmp_path / "file"
    sealed(path, key)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(BackupUnreadable, match="is damaged"):
        opened(path, key)


def test_a_file_that_is_missing_is_named(tmp_path, key):
    with pytest.raises(BackupUnreadable, match="gone of the backup is missing"):
        opened(tmp_path / "gone", key)


def test_a_key_is_never_written_over_and_only_its_owner_reads_it(tmp_path, key):
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_text()
    with pytest.raises(KeyRefused, match="There is a file"):
        encryption.make_key(key)
    assert key.read_text() == before


@pytest.mark.parametrize("text", ["", "age1abc", "AGE-SECRET-KEY-1ABC", b"\xff\xfe"])
def test_what_is_no_key_is_refused_without_quoting_it(tmp_path, text):
    path = tmp_path / "odd.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(KeyRefused) as refusal:
        encryption.read_key(path)
    assert "1ABC" not in str(refusal.value)
    with pytest.raises(KeyRefused):
        encryption.read_recipient("age1nonsense")


def test_a_full_disk_is_said(tmp_path, key):
    class Full(encryption._Writer):
        def write(self, block):
            self.error = OSError(errno.ENOSPC, "No space left on device")
            raise self.error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encryption, "_Writer", Full)
        with pytest.raises(BackupFailed, match="is full"):
            sealed(tmp_path / "file", key)


def test_a_full_disk_while_restoring_stays_an_error_of_the_disk(tmp_path, key):
    class Full(io.BytesIO):
        def write(self, block):
            raise OSError(errno.ENOSPC, "No space left on device")

    sealed(tmp_path / "file", key)
    with pytest.raises(OSError, match="No space left") as error:
        encryption.decrypt(tmp_path / "file", Full(), encryption.read_key(key))
    assert error.value.errno == errno.ENOSPC


def put_backup(
    directory: Path, day: int, segment: int, home_id: str = "a"
) -> catalogue.Backup:
    folder = directory / f"202603{day:02d}T020000Z"
    folder.mkdir(parents=True)
    begun_at = datetime(2026, 3, day, 2, tzinfo=UTC)
    backup = catalogue.Backup(
        folder=folder,
        home_id=home_id,
        begun_at=begun_at,
        ended_at=begun_at + timedelta(minutes=3),
        release="abc",
        postgres=15,
        recipient="age1x",
        first_segment=f"00000001{0:08X}{segment:08X}",
        data_bytes=10,
        has_warehouse=True,
        files={catalogue.BASE: encryption.Sealed(7, "x")},
    )
    catalogue.describe(backup)
    return backup


def put_log(directory: Path, *numbers: tuple[int, int]) -> None:
    (directory / "wal" / "a").mkdir(parents=True)
    for high, low in numbers:
        name = f"00000001{high:08X}{low:08X}{catalogue.WAL_ENDING}"
        (directory / "wal" / "a" / name).touch()


def test_a_home_never_deletes_the_backups_and_the_log_of_another(tmp_path):
    for day, home_id in ((1, "a"), (2, "b"), (3, "b")):
        put_backup(tmp_path, day, day + 20, home_id)
    put_log(tmp_path, (0, 21))
    assert catalogue.expire(tmp_path, "b", 1) == ["20260302T020000Z"]
    assert [one.home_id for one in catalogue.backups(tmp_path)] == ["a", "b"]
    assert len(catalogue.segments(tmp_path, "a")) == 1


def test_a_backup_is_read_as_it_was_described(tmp_path):
    backup = put_backup(tmp_path, 1, 2)
    assert catalogue.read(backup.folder) == backup
    assert catalogue.backups(tmp_path) == [backup]


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"form": 1}', '{"form": 1, "begun_at": 3, "files": 2}']
)
def test_a_damaged_description_is_no_backup(tmp_path, text):
    backup = put_backup(tmp_path, 1, 2)
    (backup.folder / catalogue.DESCRIPTION).write_text(text)
    with pytest.raises(BackupUnreadable, match="is not a whole backup"):
        catalogue.read(backup.folder)


def test_a_backup_of_a_later_form_is_refused(tmp_path):
    backup = put_backup(tmp_path, 1, 2)
    path = backup.folder / catalogue.DESCRIPTION
    path.write_text(json.dumps(json.loads(path.read_text()) | {"form": 2}))
    with pytest.raises(BackupUnreadable, match="made by another release"):
        catalogue.read(backup.folder)


def test_old_backups_go_with_the_log_that_only_they_need(tmp_path):
    for day, segment in ((1, 2), (2, 5), (3, 9)):
        put_backup(tmp_path, day, segment)
    put_log(tmp_path, *((0, number) for number in range(2, 12)))
    assert catalogue.expire(tmp_path, "a", 5) == []
    assert catalogue.expire(tmp_path, "a", 2) == ["20260301T020000Z"]
    assert [backup.begun_at.day for backup in catalogue.backups(tmp_path)] == [2, 3]
    left = [path.name[:24] for path in catalogue.segments(tmp_path, "a")]
    assert left == [f"00000001{0:08X}{number:08X}" for number in range(5, 12)]
    assert not list(tmp_path.glob(f".*{catalogue.UNFINISHED}"))


def test_what_a_killed_backup_left_is_no_backup_and_goes(tmp_path):
    left = tmp_path / f".20260301T020000Z{catalogue.UNFINISHED}"
    left.mkdir()
    (left / catalogue.BASE).touch()
    assert catalogue.backups(tmp_path) == []
    with catalogue.locked(tmp_path):
        assert not left.exists()
        with (
            pytest.raises(BackupBusy, match="Another process makes"),
            catalogue.locked(tmp_path),
        ):
            pass


def test_files_of_the_log_are_named_one_after_the_other():
    assert restoring.next_segment("00000001000000000000000A").endswith("0000000B")
    assert restoring.next_segment("0000000200000001000000FF") == (
        "000000020000000200000000"
    )


def test_the_log_is_rolled_forward_up_to_the_first_gap(tmp_path):
    backup = put_backup(tmp_path, 1, 254)
    put_log(tmp_path, (0, 253), (0, 254), (0, 255), (1, 0), (1, 2))
    found = [path.name[16:24] for path in restoring._consecutive(backup)]
    assert found == ["000000FE", "000000FF", "00000000"]


def test_a_file_of_the_log_leaves_only_when_its_copy_is_there(tmp_path, key):
    received, folder = tmp_path / "received", tmp_path / "wal" / "a"
    received.mkdir(), folder.mkdir(parents=True)
    name = "000000010000000000000004"
    (received / name).write_bytes(CONTENT)
    (received / f"{name[:-1]}5.partial").write_bytes(b"not complete")
    (folder / f".{name}{catalogue.UNFINISHED}").write_bytes(b"of a killed service")
    recipient = encryption.read_key(key).to_public()
    assert move_complete(received, folder, recipient) == [name]
    assert [path.name for path in received.iterdir()] == [f"{name[:-1]}5.partial"]
    assert [path.name for path in folder.iterdir()] == [f"{name}{catalogue.WAL_ENDING}"]
    target = tmp_path / "unpacked"
    restoring._unpack_segment(
        catalogue.segments(tmp_path, "a")[0], target, encryption.read_key(key)
    )
    assert target.read_bytes() == CONTENT

    (received / name).write_bytes(CONTENT)
    folder.chmod(0o500)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encryption, "_Writer", None)  # writing fails
        with pytest.raises(TypeError):
            move_complete(received, folder, recipient)
    assert (received / name).exists()


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("RASURE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RASURE_DATABASE_URL", raising=False)
    return tmp_path / "home"


def test_the_key_is_kept_outside_the_home(tmp_path, home):
    with pytest.raises(KeyRefused, match="in the home is lost with it"):
        configuring.new_key(home / "key.txt")
    told = configuring.new_key(tmp_path / "key.txt")
    recipient = backup_options(Settings.load()).recipient
    assert recipient in told
    assert "AGE-SECRET-KEY" not in told
    assert "AGE-SECRET-KEY" not in (home / "settings.toml").read_text()


def test_options_are_kept_together_and_wrong_ones_refused(tmp_path, home):
    with pytest.raises(BackupFailed, match="needs a folder"):
        configuring.configure(tmp_path / "backups", None, None, True)
    configuring.new_key(tmp_path / "key.txt")
    told = configuring.configure(tmp_path / "backups", 3, None, True)
    assert "`rasure down` and `rasure up`" in told
    told = configuring.configure(home / "backups", None, None, None)
    assert "will be lost with it" in told
    assert "`rasure up`" not in told
    options = backup_options(Settings.load())
    assert (options.keep, options.point_in_time) == (3, True)
    assert options.directory == home / "backups"
    text = (home / "settings.toml").read_text().replace("keep = 3", "keep = 0")
    (home / "settings.toml").write_text(text)
    with pytest.raises(SetupError, match="`keep`"):
        backup_options(Settings.load())


def test_a_backup_without_folder_key_or_database_is_refused(tmp_path, home):
    quiet = (lambda line: None, lambda *_: None)
    with pytest.raises(BackupFailed, match="Name a folder for the backups"):
        take(*quiet)
    with pytest.raises(BackupFailed, match="no key for them yet"):
        take(*quiet, tmp_path / "backups")
    configuring.new_key(tmp_path / "key.txt")
    with pytest.raises(BackupFailed, match="No database is set up"):
        take(*quiet, tmp_path / "backups")
    assert not (tmp_path / "backups").exists()


@pytest.mark.parametrize(
    ("options", "level"),
    [
        ({}, "minimal"),
        ({"online": True}, "replica"),
        ({"point_in_time": True, "online": False}, "replica"),
    ],
)
def test_the_log_is_minimal_unless_backups_need_more(tmp_path, options, level):
    home = tmp_path / "home"
    home.mkdir()
    (home / "secrets.toml").write_text('[postgres]\npostgres = "x"\n')
    lines = [f"{name} = {str(value).lower()}" for name, value in options.items()]
    (home / "settings.toml").write_text("\n".join(["[backup]", *lines]))
    assert private_cluster_of(Settings(home), 1).settings["wal_level"] == level


def test_a_disk_without_room_is_found_before_anything_is_written(tmp_path, key):
    backup = put_backup(tmp_path / "backups", 1, 2)
    large = catalogue.Backup(**{**vars(backup), "data_bytes": 2**60})
    catalogue.describe(large)
    with pytest.raises(RestoreFailed, match="GiB left and this backup needs"):
        restoring.restore(backup.folder, tmp_path / "new", key, lambda line: None)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["../outside", "/outside", "folder/../../outside"])
def test_a_file_outside_of_the_home_is_not_unpacked(tmp_path, name):
    with packed(tarfile.TarInfo(name)) as tar, pytest.raises(BackupUnreadable):
        restoring._unpack(tar, tmp_path / "home")
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_not_unpacked(tmp_path):
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with packed(link) as tar, pytest.raises(BackupUnreadable, match="'link'"):
        restoring._unpack(tar, tmp_path / "home")


def test_a_file_is_unpacked_as_the_users_own(tmp_path):
    file = tarfile.TarInfo("folder/settings.toml")
    file.mode, file.uid, file.uname = 0o6777, 4242, "somebody"
    with packed(file) as tar:
        restoring._unpack(tar, tmp_path)
    status = (tmp_path / "folder" / "settings.toml").stat()
    assert (stat.S_IMODE(status.st_mode), status.st_uid) == (0o755, os.getuid())


def packed(member: tarfile.TarInfo) -> tarfile.TarFile:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        tar.addfile(member)
    content.seek(0)
    return tarfile.open(fileobj=content)
