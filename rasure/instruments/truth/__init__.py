"""Compare the warehouse with the truth of a simulated force.

The simulator writes the truth next to the deliveries (docs/simulator.md). Each module
here compares one part of it: institutions on patrol lists, designated places, knife
carriers, harm, linked people, hot hours. The result is only counts and ratios, never a
person or a place.
"""
