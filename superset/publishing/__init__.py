"""Superset as code: read the assets, check the chain, import, give access, warm.

`sync.py` is the command. Only `importing`, `access` and `warming` need Superset; the
rest needs nothing but PyYAML, so that the chain is checked without a running server.
"""
