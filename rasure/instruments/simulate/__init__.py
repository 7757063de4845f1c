"""The simulated force: extracts as a records-management system writes them.

A seed makes a force: where and when its crime happens, and who lives in it, offends, is
harmed and reports. Its deliveries go to `deliveries/`, by the mapping of any force; its
truth, which no delivery states, goes to `truth/`. Every person, street and event is
invented; only the geography and the offence mix are real.

Order of work: `plan` (the request), `ground` (cells and rates), `crimes` (offences,
places and times), `people` and `records` (persons and their records), `involve`
(involvements), then one module for each group of tables, `render` and `writing`.
"""
