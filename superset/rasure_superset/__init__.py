"""Superset as code: apply the dashboards and their access, and guard their queries.

`assets` reads and checks the YAML files, `access` gives roles and accounts, `sync` is
the command that applies both, and `guard` narrows what Superset answers. The package is
installed both in Superset's environment and in the pipeline's, which has no Superset:
only functions that need Superset import it.
"""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
CHECKOUT = FOLDER.parent
