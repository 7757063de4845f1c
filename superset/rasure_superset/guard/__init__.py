"""Narrow what Superset answers, and to whom.

`queries` and `statements` hold the rules and do not import Superset, so they are tested
without it. `security_manager` applies them, and `patches` covers the places where
Superset does not ask its security manager.
"""
