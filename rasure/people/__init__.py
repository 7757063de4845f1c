"""Hot people: decisions and plans on listed people, and the network of co-suspects.

dbt decides who meets which rule, in `dbt/models/core/people`.
"""
