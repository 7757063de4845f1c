"""The changes that we make to Superset's own classes, all of them.

Superset asks its security manager before it runs a query, so most rules are in
`security_manager`, which Superset lets us name. The patches below cover the places
where Superset does not ask. Each entry of `PATCHES` says what the patch is for and for
which code of Superset it was written.

When Superset is upgraded, a test fails for each entry whose code has changed. Read the
new code, decide whether the patch is still needed and still works, then write down the
new line and digest.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
from dataclasses import dataclass
from functools import wraps
from importlib.metadata import version
from pathlib import Path

from rasure_superset.guard.security_manager import refusal
from rasure_superset.guard.statements import is_plain_name

SUPERSET_VERSION = "6.1.0"


@dataclass(frozen=True)
class Patch:
    """A change to Superset and the function that it was written for.

    `module`, `function` and `line` say where that function is in `SUPERSET_VERSION`;
    `digest` is the SHA-256 of its source.
    """

    purpose: str
    module: str
    function: str
    line: int
    digest: str


PATCHES = [
    Patch(
        purpose="A chart uses a dataset. Superset also draws charts of a query of SQL "
        "Lab, and then shows the security manager only that query, not the columns and "
        "metrics of the chart. The patch refuses every source but datasets.",
        module="superset.daos.datasource",
        function="DatasourceDAO.get_datasource",
        line=45,
        digest="4d893fe4577d55aa1d4605fc19a1af6493e54a8794dcd89fdd739915b993f303",
    ),
    Patch(
        purpose="Superset puts the schema that a user chose for SQL Lab into the first "
        "statement of the session, unescaped. The patch refuses a schema or catalog "
        "that needs quoting.",
        module="superset.db_engine_specs.postgres",
        function="PostgresEngineSpec.get_prequeries",
        line=625,
        digest="86c786d781c2c9411c989ede59110ce12258bd7dab6425ca2e5735574eb9b6f3",
    ),
    Patch(
        purpose="Superset and PostgreSQL disagree on where some comments end, so a "
        "comment could hide a statement. The patch sets "
        "`PostgresEngineSpec.allows_sql_comments` to False, and this function then "
        "sends no comments.",
        module="superset.sql_lab",
        function="execute_sql_statements",
        line=374,
        digest="35fd43644e9d27c79e8c630e2ab76a6f2580befd2703bca737a6e61f6599a7de",
    ),
    Patch(
        purpose="Superset narrows the lists of users that go with a database by "
        "`changed_by`, and forgets `created_by`. The patch adds the filter, which this "
        "function asks for.",
        module="superset.views.base_api",
        function="BaseSupersetModelRestApi._get_related_filter",
        line=374,
        digest="d20c8a2eaf08e0734e2a16d6f7c20d6e8516970bd5ece7bc328bf24a724bc042",
    ),
    Patch(
        purpose="`RasureSecurityManager` extends this method. Its rules need the "
        "arguments `query`, `query_context`, `viz` and `sql`.",
        module="superset.security.manager",
        function="SupersetSecurityManager.raise_for_access",
        line=2434,
        digest="f38eca9db65610eb891f72081044babc8390a168bf603b9bd7fcc560ac29966f",
    ),
]


def apply() -> None:
    """Apply the patches. `superset_config.py` calls it once Superset has an app."""
    from superset.daos.datasource import DatasourceDAO
    from superset.databases.api import DatabaseRestApi
    from superset.db_engine_specs.postgres import PostgresEngineSpec
    from superset.utils.core import DatasourceType
    from superset.views.filters import BaseFilterRelatedUsers

    get_datasource = DatasourceDAO.get_datasource.__func__
    get_prequeries = PostgresEngineSpec.get_prequeries.__func__

    @wraps(get_datasource)
    def get_dataset(dao, datasource_type, database_id_or_uuid):
        if datasource_type != DatasourceType.TABLE:
            raise refusal("A chart must use a dataset, not a query of SQL Lab.")
        return get_datasource(dao, datasource_type, database_id_or_uuid)

    @wraps(get_prequeries)
    def get_checked_prequeries(spec, database, catalog=None, schema=None):
        if not (is_plain_name(schema) and is_plain_name(catalog)):
            raise refusal(
                "A schema name may contain only letters, digits and underscores."
            )
        return get_prequeries(spec, database, catalog, schema)

    DatasourceDAO.get_datasource = classmethod(get_dataset)
    PostgresEngineSpec.get_prequeries = classmethod(get_checked_prequeries)
    PostgresEngineSpec.allows_sql_comments = False
    DatabaseRestApi.base_related_field_filters["created_by"] = [
        ["id", BaseFilterRelatedUsers, lambda: []]
    ]


def changes_of_superset() -> list[str]:
    """What differs from the code that the patches were written for; empty if nothing.

    One sentence for another version of Superset, and one for each function that is at
    another line or reads otherwise. It needs an initialised app.
    """
    changes = []
    installed = version("apache-superset")
    if installed != SUPERSET_VERSION:
        changes.append(f"The patches are for {SUPERSET_VERSION}, not for {installed}.")
    for patch in PATCHES:
        function = importlib.import_module(patch.module)
        for name in patch.function.split("."):
            function = getattr(function, name)
        function = inspect.unwrap(function)
        line = inspect.getsourcelines(function)[1]
        digest = hashlib.sha256(inspect.getsource(function).encode()).hexdigest()
        if (line, digest) != (patch.line, patch.digest):
            file = Path(inspect.getsourcefile(function)).name
            changes.append(
                f"{patch.function} is now at {file}:{line} with the digest {digest}."
            )
    return changes
