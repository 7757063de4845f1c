"""Instruments: what tests, measures and shows the product, and is no part of it.

`simulate` writes the deliveries of a simulated force and what is true of it; `truth`
compares the warehouse with that; `bench` measures speed and memory; `linkage_quality`
makes person records that are hard to link and scores a linkage of them; `demo` takes a
delivery through the whole product. An instrument may import the product. The product
never imports an instrument: `rasure/cli.py` alone names those that have commands.
"""
