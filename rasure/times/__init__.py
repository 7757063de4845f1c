"""Hot times: what of the aoristic method is not set-based, and how to render the rest.

The method itself is SQL, `dbt/macros/aoristic.sql`.
"""
