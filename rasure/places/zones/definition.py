"""The figures of patrol zones: the table `[zones]` of `definition.toml`."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass
from importlib import resources

from rasure.places.definition import check_switch, checked
from rasure.places.errors import DefinitionRejected

LIMITS = {
    "margin_metres": (0.0, 1000.0),
    "snap_metres": (0.0, 500.0),
    "least_length_metres": (0.0, 1000.0),
    "walk_minutes": (0.0, 720.0),
    "walk_metres_per_second": (0.0, 10.0),
    "stop_share": (0.0, 1.0),
    "same_road_preference": (0.0, 100.0),
    "zones_per_hot_spot": (0.0, 100.0),
    "buffer_metres": (0.0, 500.0),
}


@dataclass(frozen=True)
class ZoneDefinition:
    """What a patrol zone is, in the units that the names say."""

    margin_metres: float
    snap_metres: float
    least_length_metres: float
    walk_minutes: float
    walk_metres_per_second: float
    is_there_and_back: bool
    stop_share: float
    same_road_preference: float
    zones_per_hot_spot: float
    buffer_metres: float

    @classmethod
    def load(cls, **overrides) -> ZoneDefinition:
        """The shipped figures, then the home's `[places.zones]`, then `overrides`.

        Raises `DefinitionRejected` for an unknown name or a value out of its limits.
        """
        from rasure.settings import Settings

        shipped = resources.files("rasure.places").joinpath("definition.toml")
        values = tomllib.loads(shipped.read_text())["zones"]
        values |= Settings.load().stored.get("places", {}).get("zones", {})
        values |= overrides
        names = {field.name for field in dataclasses.fields(cls)}
        if unknown := sorted(set(values) - names):
            raise DefinitionRejected(
                f"The definition of patrol zones has no figure named {unknown[0]!r}; "
                f"it has {', '.join(sorted(names))}. Mend [places.zones] in "
                "settings.toml."
            )
        check_switch("is_there_and_back", values["is_there_and_back"])
        for name, (above, most) in LIMITS.items():
            values[name] = checked(name, values[name], above, most)
        return cls(**values)

    @property
    def budget_metres(self) -> float:
        """The length of street that a patrol can walk: 540 m of 15 minutes and back.

        Every connected set of streets can be walked, each twice, back to the start; so
        there and back a zone of length L is walked in 2 L.
        """
        return self.walk_minutes * 60.0 * self.walk_metres_per_second / self.times

    @property
    def times(self) -> int:
        """How often each street is walked in a patrol."""
        return 2 if self.is_there_and_back else 1

    def minutes(self, length_m: float) -> float:
        """How long a patrol of a zone of that length takes."""
        return length_m * self.times / self.walk_metres_per_second / 60.0
