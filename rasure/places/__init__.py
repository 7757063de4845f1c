"""Hot places: ranking, designation, and evaluation on a hold-out.

What is heavy (numpy, scipy) is imported by the function that needs it, so that the
command line stays quick.
"""

from __future__ import annotations


def rank_places(connection, force: str, definition=None, patrol_window: str = "all"):
    """Rank the hexagons of `force`; see `rasure.places.ranking.rank_places`."""
    from rasure.places.ranking import rank_places as rank

    return rank(connection, force, definition, patrol_window)


def designate(
    connection,
    force: str,
    publish: bool = True,
    definition=None,
    patrol_window: str = "all",
):
    """Designate the hot places of `force`; see `rasure.places.designation`."""
    from rasure.places.designation import designate as designate_force

    return designate_force(
        connection,
        force,
        publish=publish,
        definition=definition,
        patrol_window=patrol_window,
    )


def designate_all(connection, definition=None):
    """Designate every force; see `rasure.places.designation`."""
    from rasure.places.designation import designate_all as designate_every_force

    return designate_every_force(connection, definition)


__all__ = ["designate", "designate_all", "rank_places"]
