"""Hot people: what analysts and plan owners say, and the network of co-suspects.

Who meets which rule is SQL, `dbt/models/core/people`.
"""
