"""What can go wrong with linkage, in sentences that say what to do."""

from rasure.errors import RasureError


class LinkageError(RasureError):
    """Records cannot be linked as asked."""


class RulesRejected(LinkageError):
    """A figure of the rules is unknown or out of its limits."""


class RelationRejected(LinkageError):
    """A relation is missing, or has not the columns that linkage reads."""


class TooManyVanished(LinkageError):
    """A run would erase so many known persons that the input must be at fault."""


class ReviewRejected(LinkageError):
    """A decision names a review or a person that linkage does not know."""
