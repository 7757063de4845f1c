"""Files encrypted to a key, in the format of age (https://age-encryption.org).

A home holds the public key only, so that who has the machine cannot read its backups.
The secret key is a small text file that the operator keeps elsewhere. Every age program
decrypts the files. They are read and written as streams, never whole in memory.
"""

from __future__ import annotations

import errno
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyrage
from pyrage import x25519

from rasure.operations.errors import BackupFailed, BackupUnreadable, KeyRefused

SECRET = "AGE-SECRET-KEY-"  # noqa: S105 - how the line with the secret key begins


@dataclass(frozen=True)
class Sealed:
    """The size and the SHA-256 of an encrypted file."""

    bytes: int
    sha256: str


def make_key(path: Path) -> str:
    """Write a new secret key to `path`; returns the public key that belongs to it.

    Raises `KeyRefused` if the file exists or cannot be written.
    """
    identity = x25519.Identity.generate()
    public = str(identity.to_public())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyRefused(
            f"There is a file {path} already. A key that is overwritten makes every "
            "backup to it unreadable; name another file."
        ) from error
    except OSError as error:
        raise KeyRefused(
            f"The key cannot be written to {path} ({error.strerror})."
        ) from error
    with os.fdopen(descriptor, "w") as file:
        file.write(f"# public key: {public}\n{identity}\n")
        file.flush()
        os.fsync(file.fileno())
    return public


def read_key(path: Path) -> x25519.Identity:
    """The secret key in a file; raises `KeyRefused`."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyRefused(
            f"The key {path} cannot be read ({getattr(error, 'strerror', 'no text')})."
        ) from error
    secrets = [line.strip() for line in lines if line.strip().startswith(SECRET)]
    try:
        (secret,) = secrets
        return x25519.Identity.from_str(secret)
    except (ValueError, pyrage.IdentityError) as error:
        raise KeyRefused(
            f"The file {path} is not a secret key: it needs one line that begins with "
            f"{SECRET}. `rasure backup key` makes such a file."
        ) from error


def read_recipient(text: str) -> x25519.Recipient:
    """A public key from its text; raises `KeyRefused`."""
    try:
        return x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise KeyRefused(
            "The public key in [backup] of settings.toml is not one (`age1…`). Make a "
            "new pair with `rasure backup key`."
        ) from error


class _Writer:
    """Writes to a file and hashes what it wrote; keeps its own errors, because pyrage
    turns them into text."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.digest, self.bytes = file, hashlib.sha256(), 0
        self.error: OSError | None = None

    def write(self, block: bytes) -> int:
        try:
            self.file.write(block)
        except OSError as error:
            self.error = error
            raise
        self.digest.update(block)
        self.bytes += len(block)
        return len(block)

    def flush(self) -> None:
        self.file.flush()


def encrypt(source: BinaryIO, path: Path, recipient: x25519.Recipient) -> Sealed:
    """Encrypt all of `source` into the file `path`, and write it through to the disk.

    Raises `BackupFailed` if the file cannot be written.
    """
    writer = None
    try:
        with path.open("xb") as file:
            writer = _Writer(file)
            pyrage.encrypt_io(source, writer, [recipient])
            file.flush()
            os.fsync(file.fileno())
    except (pyrage.EncryptError, OSError) as error:
        cause = (writer and writer.error) or error
        if getattr(cause, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            raise BackupFailed(
                f"The disk that holds {path.parent} is full. Free some space, or name "
                "another folder with --to."
            ) from error
        reason = getattr(cause, "strerror", None) or cause
        raise BackupFailed(f"{path} cannot be written ({reason}).") from error
    return Sealed(writer.bytes, writer.digest.hexdigest())


def decrypt(path: Path, target: BinaryIO, key: x25519.Identity) -> Sealed:
    """Decrypt the file `path` into `target`; returns what the file was.

    Raises `KeyRefused`, `BackupUnreadable`, and any error of writing to `target`.
    """
    writer = _Writer(target)
    try:
        with path.open("rb") as file:
            reader = _Reader(file)
            pyrage.decrypt_io(reader, writer, [key])
    except FileNotFoundError as error:
        raise BackupUnreadable(f"The file {path} of the backup is missing.") from error
    except (pyrage.DecryptError, OSError) as error:
        if writer.error is not None:
            raise writer.error from error
        if "No matching keys" in str(error):
            raise KeyRefused(
                f"The key does not open {path}: it is encrypted to another key. Name "
                "the secret key that belongs to the public key of its backup.json."
            ) from error
        raise BackupUnreadable(
            f"The file {path} of the backup is damaged. Use another copy of it, or "
            "another backup."
        ) from error
    return Sealed(reader.bytes, reader.digest.hexdigest())


class _Reader:
    """Reads a file and hashes what it read."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.digest, self.bytes = file, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(size)
        self.digest.update(block)
        self.bytes += len(block)
        return block
