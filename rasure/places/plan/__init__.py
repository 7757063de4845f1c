"""The plan of a place on one printed page: where, when, what, and what works there.

No person is in it: it is carried in a pocket and left on a table. `facts.read_plan`
reads it, `page.as_html` lays it out, `printing.as_pdf` prints it; nothing is imported
here, since the command line shows its commands without what they work with.
"""
