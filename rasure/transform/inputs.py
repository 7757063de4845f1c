"""What a step of the transform was done with last: a text of `ops.step_inputs`.

A step that need not be done again while its inputs are the same keeps them there when
it is done, in the transaction that changes its rows where it has one.
"""

from __future__ import annotations

import psycopg

KNOWN = "select inputs from ops.step_inputs where step = %s"
KEEP = """
    insert into ops.step_inputs (step, inputs) values (%s, %s)
    on conflict (step) do update set inputs = excluded.inputs, done_at = now()
"""
# What models of published crime are made from, besides the definitions.
PUBLISHED = """
    select concat_ws(' ',
        (select string_agg(concat_ws(' ', load_id, state), ',' order by load_id)
        from ops.deliveries where source = 'police_uk'),
        (select string_agg(concat_ws(' ', force, built_at), ',' order by force)
        from geo.forces)
    )
"""


def known(connection: psycopg.Connection, step: str) -> str | None:
    """The inputs that a step was done with last."""
    found = connection.execute(KNOWN, (step,)).fetchone()
    return found[0] if found else None


def keep(connection: psycopg.Connection, step: str, inputs: str) -> None:
    """Remember the inputs that a step was done with."""
    connection.execute(KEEP, (step, inputs))


def published(connection: psycopg.Connection) -> str:
    """The deliveries of published crime and the ground, as one text."""
    return connection.execute(PUBLISHED).fetchone()[0]
