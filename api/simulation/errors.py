"""Why a simulation cannot go on."""


class CannotSimulate(Exception):
    """The root of all errors of the simulation; the message says why."""
