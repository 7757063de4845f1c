"""The publication of a designation as the DAG runs it."""

from __future__ import annotations

from rasure.database import connect
from rasure.runtime import backlog
from rasure.runtime.superset import synchronise


def publish_designation() -> None:
    """Bring Superset up to date with the newest designation, and record that it is.

    Raises what `synchronise` does; then the record says that it was tried.
    """
    with connect("rasure publish", autocommit=True) as connection:
        backlog.begin_publication(connection)
        synchronise(warm=True)
        backlog.keep_publication(connection)
