"""The bench: speed and memory as ratios to floors measured in the same run.

Seconds depend on the machine; the ratio to the time of plain PostgreSQL for the same
rows does not. Every measure and its floor are taken several times in turn, and the
medians are compared. For a transform, which other work on the machine slows most, the
fastest are compared.
"""
