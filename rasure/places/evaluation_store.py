"""Every evaluation is kept, so that what a designation was worth can be looked up."""

from __future__ import annotations

import psycopg

from rasure.places.evaluate import Evaluation
from rasure.places.report import as_json
from rasure.places.windows import month_end, month_start

ROW = """
    insert into places.evaluations (
        force, train_from, train_to, test_from, test_to, method, coverage_percent,
        is_shuffled, metrics, patrol_window
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def keep(connection: psycopg.Connection, evaluation: Evaluation) -> None:
    """Write one row a method to places.evaluations, all in one transaction."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            ROW,
            [
                (
                    evaluation.force,
                    month_start(evaluation.train.first),
                    month_end(evaluation.train.last),
                    month_start(evaluation.test.first),
                    month_end(evaluation.test.last),
                    row["method"],
                    row["coverage_percent"],
                    evaluation.is_shuffled,
                    as_json(row),
                    evaluation.patrol_window,
                )
                for row in evaluation.rows
            ],
        )
