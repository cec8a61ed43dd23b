"""Why a simulation cannot go on."""


class CannotSimulate(Exception):
    """The root of all errors of the simulation; the message says why, by lines in each language."""

    def __init__(self, *lines: object) -> None:
        super().__init__("\n".join(map(str, lines)))
