"""From a delivery to raw rows: opened, read, checked, copied, whole or not at all."""

from rasure.landing.errors import DeliveryRejected
from rasure.landing.load import Landed, land

__all__ = ["DeliveryRejected", "Landed", "land"]
