"""`link`: one run from the person records of the warehouse to golden ids.

A run is one transaction: it links everything or nothing, and two runs take turns. It
scores what is new or changed with the current model, then resolves all persons again
from all pairs: the outcome is that of scoring everything with that model. The model is
trained again, and everything scored, if that is asked for, if there is no model, and if
the rules, the model or a library have another version.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import duckdb
import psycopg

from rasure.landing.workspace import workspace
from rasure.linkage import delta, reading, scoring, store, terms
from rasure.linkage.errors import TooManyVanished, without_values
from rasure.linkage.model import Model, shipped, train, versions
from rasure.linkage.resolving import resolve
from rasure.linkage.rules import Rules
from rasure.linkage.statements import statement
from rasure.linkage.store import known_persons as _known
from rasure.linkage.writing import write
from rasure.settings import Settings

Mode = Literal["incremental", "rescore", "full"]
# Above this share of the records it is quicker to score everything; the outcome is one.
WORTH_EVERYTHING = 0.2
NEWS = """
    select exists (select from linkage.disturbed) or exists (
        select from linkage.reviews
        where decided_at > (select max(started_at) from linkage.runs)
    )
"""
ALL_TO_SCORE = "create or replace table to_score as select unique_id from records"


@dataclass(frozen=True)
class LinkReport:
    """What a run did, as `linkage.runs` keeps it: counts and golden ids only."""

    run_id: int
    model_id: int
    kind: str
    relation: str
    started_at: datetime
    finished_at: datetime
    records: int
    records_changed: int
    records_erased: int
    pairs_compared: int
    persons: int
    largest_cluster: int
    reviews_open: int
    crowded_blocks: int
    oversized: dict[str, int]

    @property
    def seconds(self) -> float:
        """How long the run took."""
        return (self.finished_at - self.started_at).total_seconds()

    def as_dict(self) -> dict:
        """The report as JSON prints it."""
        instants = {
            name: getattr(self, name).isoformat()
            for name in ("started_at", "finished_at")
        }
        return {**asdict(self), **instants, "seconds": self.seconds}


def link(
    connection: psycopg.Connection,
    relation: str = reading.PERSONS,
    merges: str | None = None,
    mode: Mode = "incremental",
    rules: Rules | None = None,
    may_erase: bool = False,
    threads: int | None = None,
    changed: list[tuple[str, str]] | None = None,
) -> LinkReport:
    """Link the person records of `relation`; see the module for what a run does.

    `merges` names the source's own merges; without it `core.person_merges` is read
    where there is one. `rescore` scores every pair with the current model, `full`
    trains it again. `changed`, if known, holds (force, person id) of all records that
    are new, changed or gone since the last run: an incremental run then reads only
    these and those that may be the same persons. `may_erase` lets a run erase however
    many persons `relation` lacks.
    Raises `RelationRejected` and `TooManyVanished`; then nothing has changed.
    """
    started_at = datetime.now(UTC)
    rules = rules or Rules.load()
    if merges is None and reading.has_relation(connection, reading.MERGES):
        merges = reading.MERGES
    with (
        without_values(),
        workspace(Settings.load().work) as folder,
        reading.open_duckdb(folder, threads) as duck,
        connection.transaction(),
    ):
        store.take_turn(connection)
        looked_at = store.disturbed(connection)
        known = _known(connection)
        is_few = (
            mode == "incremental"
            and changed is not None
            and _is_current(store.newest_model(connection), rules, known)
            and delta.is_few(known, changed)
            and delta.read(connection, duck, relation, merges, changed, rules, folder)
        )
        if not is_few:
            reading.drop_everything(duck)
            reading.read_persons(connection, duck, relation, folder)
            store.read_known(connection, duck, folder)
        reading.read_merges(connection, duck, merges, folder)
        erased = _erase_vanished(
            connection, duck, rules, may_erase, relation, folder, known
        )
        records = known - erased if is_few else _count(duck, "records")
        if not is_few:
            scoring.make_blocks(duck, rules)
        scoring.find_own_values(duck)
        model_id, model, kind = _model(connection, duck, rules, mode, records, folder)
        to_score = _records_to_score(duck, everything=kind != "incremental")
        everything = not is_few and to_score[1] > WORTH_EVERYTHING * records
        if everything:
            duck.execute(ALL_TO_SCORE)
        compared = scoring.make_candidates(duck, everything)
        scoring.score(duck, model, rules)
        store.read_pairs(connection, duck, folder, is_few)
        resolve(duck, rules)
        duck.execute(statement("golden"))
        write(connection, duck, folder, is_few, looked_at)
        return store.keep_run(
            connection,
            LinkReport(
                run_id=0,
                model_id=model_id,
                kind=kind,
                relation=relation,
                started_at=started_at,
                finished_at=datetime.now(UTC),
                records=_known(connection),
                records_changed=to_score[0],
                records_erased=erased,
                pairs_compared=compared,
                crowded_blocks=_count(duck, "crowded where makes_candidates(key)"),
                **store.sizes(connection, rules.cluster_alarm),
            ),
        )


def has_news(connection: psycopg.Connection) -> bool:
    """True if there was a decision or an erasure since the last run."""
    return connection.execute(NEWS).fetchone()[0]


def is_outdated(connection: psycopg.Connection) -> bool:
    """True if the rules, the model or a library have another version than at the last
    run, or there has been no run."""
    kept = store.newest_model(connection)
    return not _is_current(kept, Rules.load(), _known(connection))


def _erase_vanished(
    connection: psycopg.Connection,
    duck: duckdb.DuckDBPyConnection,
    rules: Rules,
    may_erase: bool,
    relation: str,
    folder: Path,
    known: int,
) -> int:
    """Erase the persons that linkage knows and `relation` has no more; their count."""
    vanished = _count(duck, "vanished")
    is_many = vanished >= rules.vanished_at_least
    if is_many and vanished > rules.vanished_share * known and not may_erase:
        raise TooManyVanished(
            f"{relation} lacks {vanished:,} of the {known:,} persons that linkage "
            "knows, and this run would erase them, with all decisions. See that the "
            "relation is whole; if they are to go, run `rasure link --may-erase`."
        )
    if vanished:
        store.erase(connection, duck, folder)
    return vanished


def _model(
    connection: psycopg.Connection,
    duck: duckdb.DuckDBPyConnection,
    rules: Rules,
    mode: Mode,
    records: int,
    folder: Path,
) -> tuple[int, Model, str]:
    """The model of this run, kept, with its term frequencies in DuckDB, and what kind
    of run it makes."""
    kept = store.newest_model(connection)
    if mode != "full" and _is_current(kept, rules, records):
        model_id, model, _ = kept
        store.read_terms(connection, duck, model_id, folder)
        return model_id, model, "rescored" if mode == "rescore" else "incremental"
    may_learn = records >= rules.at_least
    model = train(duck, rules, records) if may_learn else shipped(records, rules)
    terms.count_terms(duck, model, rules)
    model_id = store.keep_model(connection, duck, model, versions(rules), folder)
    return model_id, model, "trained"


def _is_current(
    kept: tuple[int, Model, dict] | None, rules: Rules, records: int
) -> bool:
    """True if the kept model may be used again: it has these versions, and it was
    trained if there are enough records to train on."""
    return (
        kept is not None
        and kept[2] == versions(rules)
        and not (kept[1].kind == "shipped" and records >= rules.at_least)
    )


def _records_to_score(
    duck: duckdb.DuckDBPyConnection, everything: bool
) -> tuple[int, int]:
    """Make `to_score` (unique_id); the count of new or changed records, and of all that
    have to be scored again."""
    duck.execute(
        "create table to_score as select unique_id from records"
        " where fingerprint is distinct from known_fingerprint"
    )
    count = "select count(*) from to_score"
    changed = duck.execute(count).fetchall()[0][0]
    if everything:
        duck.execute(ALL_TO_SCORE)
    else:
        scoring.add_members_of_toggled_blocks(duck)
    return changed, duck.execute(count).fetchall()[0][0]


def _count(duck: duckdb.DuckDBPyConnection, table: str) -> int:
    return duck.execute(f"select count(*) from {table}").fetchall()[0][0]
