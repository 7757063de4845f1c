"""Hot times: what of the aoristic method is not set-based.

The method itself is SQL, `dbt/macros/aoristic.sql`.
"""
