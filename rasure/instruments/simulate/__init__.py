"""The simulated force: extracts as a records-management system writes them.

A seed makes a force: where its crime gathers and when, who lives in it, offends,
suffers and reports. What the force would deliver goes to `deliveries/`, through any
force's mapping; what is true of it, and no delivery says, goes to `truth/`. Every
person, street and event is invented; only the ground and the offence mix are real.

Order of work: `plan` (what was asked), `ground` (cells and rates), `crimes` (what,
where and when), `people` and `records` (who, and how often written down), `involve`
(who did what), then one module for each group of tables, `render` and `writing`.
"""
