"""From a delivery to raw rows: opened, read, checked, copied, whole or not at all.

`land` and what it returns are imported when they are asked for, so that naming this
package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rasure.landing.errors import DeliveryRejected

if TYPE_CHECKING:
    from rasure.landing.load import Landed, land

__all__ = ["DeliveryRejected", "Landed", "land"]


def __getattr__(name: str):
    if name in ("Landed", "land"):
        from rasure.landing import load

        return getattr(load, name)
    raise AttributeError(name)
