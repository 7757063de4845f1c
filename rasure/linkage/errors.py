"""What can go wrong with linkage, in sentences that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rasure.errors import RasureError


class LinkageError(RasureError):
    """Records cannot be linked as asked."""


class LinkageFailed(LinkageError):
    """A library stopped; what it said is withheld, since it may quote a record."""


class RulesRejected(LinkageError):
    """A figure of the rules is unknown or out of its limits."""

    exit_code = 2


class RelationRejected(LinkageError):
    """A relation is missing, or has not the columns that linkage reads."""


class TooManyVanished(LinkageError):
    """A run would erase so many known persons that the input must be at fault."""


class ReviewRejected(LinkageError):
    """A decision names a review or a person that linkage does not know."""

    exit_code = 2


@contextmanager
def without_values() -> Iterator[None]:
    """Turn what DuckDB and splink raise into `LinkageFailed`, without their words."""
    import duckdb
    from splink.internals.exceptions import SplinkException

    try:
        yield
    except (duckdb.Error, SplinkException) as error:
        raise LinkageFailed(
            f"Linkage stopped with a {type(error).__name__}; nothing has changed. See "
            "that memory (3 GB) and space under RASURE_HOME suffice, and run it again; "
            "if it stays, run `rasure link --rescore`."
        ) from None
