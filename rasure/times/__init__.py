"""Hot times: the simulation of the hours' bands.

The aoristic method itself is SQL, `dbt/macros/aoristic.sql`.
"""
