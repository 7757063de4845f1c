"""What a chart may be asked for, and by whom: Superset's own rules, made narrower."""
