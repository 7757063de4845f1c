"""The designation with all that follows from it, by the DAG and by hand.

The DAG designates once for each day of the data.
"""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from rasure import runs
from rasure.places.choices import chosen_methods
from rasure.places.definition import Definition, ZoneDefinition
from rasure.transform import state

MARTS_RUN = "marts after a designation"  # the name of the run


def designation_sources(connection: psycopg.Connection) -> list[str]:
    """What a designation depends on: the day of the data, the definitions, and the
    methods that were chosen under them."""
    definition = Definition.load()
    return [
        *state.day_of_data(connection),
        str(definition),
        str(ZoneDefinition.load()),
        *chosen_methods(connection, definition),
    ]


def designate_due(connection: psycopg.Connection, always: bool = False) -> bool:
    """Designate every force if the day of the data, or the definition of hot places,
    has changed; returns True if it did.

    `always` designates in any case. No transform runs during a designation: it
    would replace the tables that the ranking reads.
    """
    from rasure.places import designate_all

    with runs.exclusive(connection, "designate", say=print):
        sources = designation_sources(connection)
        if not always and state.is_built_from(connection, state.DESIGNATION, sources):
            return False
        designate_all(connection)
        # A designation may have chosen a method.
        sources = designation_sources(connection)
        state.keep_built_from(connection, state.DESIGNATION, sources)
    return True


def show_designation(say: Callable[[str], None]) -> None:
    """Build the marts with the designation in force, and drop the answers that charts
    have kept. The DAG `publish` follows."""
    from rasure.runtime.superset import drop_cached_answers
    from rasure.transform import pipeline

    pipeline.run(("marts",), say=say, name=MARTS_RUN)
    drop_cached_answers()
