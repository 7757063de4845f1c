"""The warehouse held against the truth of a simulated force.

The simulator writes what is true beside what it delivers (docs/simulator.md). Each
module here asks one question of the two: are institutions off the patrol list, do
designated places hold, are knife carriers and harm attributed rightly, are people one
person once, are hot hours found. Only counts and ratios leave this part: no person, no
place.
"""
