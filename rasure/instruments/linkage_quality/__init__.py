"""The quality of linkage: person records that are hard to link, and scores of a result.

`hard_set` makes the records and their truth; `metrics` compares clusters with a truth.
"""
