"""The assets of the dashboards: read, checked, and rendered for Superset's import."""
