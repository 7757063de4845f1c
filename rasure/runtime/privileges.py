"""The user that a command of root acts as: the one that owns the home.

`scripts/demo`, started by root, gives a new home to the system user `rasure`. What root
starts there runs without root's rights, and leaves no file that the services could not
write.
"""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

from rasure.settings import CHECKOUT


def become_owner(home: Path) -> None:
    """Give up root's rights for those of the user that owns `home`.

    Nothing changes for other callers, in a container of a deployment, for a home that
    is not there yet or is root's own, and where its owner may not reach this program,
    for instance below `/root`.
    """
    if os.geteuid() != 0 or "RASURE_SECRETS" in os.environ or not home.exists():
        return
    try:
        owner = pwd.getpwuid(home.stat().st_uid)
    except KeyError:  # a number without a name, for instance of a mounted folder
        return
    if owner.pw_uid == 0 or not _may_run(owner.pw_uid, owner.pw_gid):
        return
    os.initgroups(owner.pw_name, owner.pw_gid)
    os.setgid(owner.pw_gid)
    os.setuid(owner.pw_uid)
    os.environ.update(HOME=str(home), USER=owner.pw_name, LOGNAME=owner.pw_name)


def _may_run(user: int, group: int) -> bool:
    """True if that user may run this interpreter and read the checkout."""
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(group)
    os.seteuid(user)
    try:
        return os.access(sys.executable, os.X_OK, effective_ids=True) and os.access(
            CHECKOUT, os.R_OK | os.X_OK, effective_ids=True
        )
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
