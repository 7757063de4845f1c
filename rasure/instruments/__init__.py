"""Instruments: they test, measure and show the product, and are no part of it.

`simulate` writes the deliveries of a simulated force and the truth of it; `truth`
compares the warehouse with that truth; `bench` measures speed and memory;
`linkage_quality` makes person records that are hard to link and scores a linkage of
them; `demo` takes a delivery through the whole product; `scan` lists what the project
is made of and looks for known faults and for secrets in it. An instrument may import
the product. The product never imports an instrument: only `rasure/cli.py` names those
that have commands.
"""
