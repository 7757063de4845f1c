"""How good linkage is: person records that are hard to link, and how to score a result.

`hard_set` makes the records and says which are the same person; `metrics` compares any
clusters with any truth.
"""
