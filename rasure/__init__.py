"""Rasure: an open serious violence warehouse for police forces."""

__version__ = "0.1.0"
