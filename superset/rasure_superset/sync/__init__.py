"""Bring Superset up to date with the assets and the access of `superset/`."""
