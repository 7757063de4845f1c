"""Scan what the project is made of: its packages, their known faults, its secrets.

`scripts/scan` runs this in an environment of its own (`.venv-scan`), so that no tool of
it is ever part of the product. It imports nothing of Rasure.
"""
