"""What follows when hot places are published by hand.

The pages show a designation once the marts are built with it. That is the work of
packages above this one, which say here what is to be done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

followers: list[Callable[[psycopg.Connection, bool], None]] = []


def published(connection: psycopg.Connection, is_whole: bool = False) -> None:
    """Do what follows a publication. `is_whole`: every force in every window was
    designated by the home's own definition."""
    for follow in followers:
        follow(connection, is_whole)
