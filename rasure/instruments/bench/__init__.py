"""How fast the line is, as ratios to bare floors measured in the same run.

Seconds depend on the machine; a ratio to what PostgreSQL can do with the same rows at
the same moment does not. Every measure is taken several times, turn about with its
floor, and the medians are compared; of a transform, which takes long and so meets most
of what else the machine does, the fastest.
"""
