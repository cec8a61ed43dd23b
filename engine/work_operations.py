"""What people may do with a user task, besides completing it, as its diagram says."""

from enum import StrEnum


class Operation(StrEnum):
    """One thing that a diagram allows or does not."""

    CLAIM = "claim"
    UNCLAIM = "unclaim"


NO_OPERATION = "none"
"""How a diagram says that its user task can only be completed."""
