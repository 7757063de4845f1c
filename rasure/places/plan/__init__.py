"""The plan of a place on one printed page: where, when, what, and what works there.

No person is in it: it is carried in a pocket and left on a table.
"""

from __future__ import annotations

from rasure.places.plan.facts import PlacePlan, read_plan
from rasure.places.plan.page import as_html
from rasure.places.plan.printing import as_pdf

__all__ = ["PlacePlan", "as_html", "as_pdf", "read_plan"]
