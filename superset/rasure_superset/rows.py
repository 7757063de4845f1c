"""Row-level security as data: which role sees which areas.

Superset's second lock: it adds a condition to every query of a role. The first lock is
PostgreSQL's own, which `DB_CONNECTION_MUTATOR` tells who asks.
"""

from __future__ import annotations

PREFIX = "rasure"


def clause(areas: list[str]) -> str:
    """The condition that keeps a role to its areas, quoted for SQL.

    >>> clause(["Slough", "King's Wood"])
    "area in ('Slough', 'King''s Wood')"
    """
    quoted = ", ".join("'" + area.replace("'", "''") + "'" for area in areas)
    return f"area in ({quoted})"


def _differ(found, wanted) -> bool:
    """Compare a value, or two lists of things regardless of their order."""
    if isinstance(wanted, list):
        return {item.id for item in found} != {item.id for item in wanted}
    return found != wanted


def apply(rules: list[dict], area_tables: set[str]) -> list[str]:
    """Put the rules in place, remove ours that are gone; returns what changed.

    `area_tables` are the datasets that have an `area` column: a rule without its own
    list of datasets holds for all of them.
    """
    from superset import db, security_manager
    from superset.connectors.sqla.models import RowLevelSecurityFilter, SqlaTable

    tables = [
        table
        for table in db.session.query(SqlaTable).all()
        if table.schema in ("marts", "marts_people")
    ]
    ours = {
        rule.name: rule
        for rule in db.session.query(RowLevelSecurityFilter).all()
        if rule.name.startswith(f"{PREFIX}: ")
    }
    changes = []
    for content in rules:
        name = f"{PREFIX}: {content['name']}"
        rule = ours.pop(name, None) or RowLevelSecurityFilter(name=name)
        chosen = set(content.get("datasets") or area_tables)
        state = {
            "clause": clause(content["areas"]),
            "filter_type": "Regular",
            "group_key": f"{PREFIX} area",
            "tables": [table for table in tables if table.table_name in chosen],
            "roles": [security_manager.find_role(content["role"])],
        }
        if any(_differ(getattr(rule, key), value) for key, value in state.items()):
            for key, value in state.items():
                setattr(rule, key, value)
            db.session.add(rule)
            changes.append(f"rule {content['name']}")
    for rule in ours.values():
        db.session.delete(rule)
        changes.append(f"rule {rule.name.removeprefix(f'{PREFIX}: ')} removed")
    db.session.commit()
    return changes
