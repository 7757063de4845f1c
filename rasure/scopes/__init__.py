"""Scopes: which crimes count as what, compared with the force's published figures."""
