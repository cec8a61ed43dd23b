"""Names of the elements that a scenario goes through, for people to read."""

from collections.abc import Mapping, Sequence

from engine.diagrams import ElementInfo

SHOWN = 40


class ElementNames:
    """Finds the names of elements, Chinese and English; an unknown one is called by its id."""

    def __init__(self, elements: Mapping[str, ElementInfo]) -> None:
        self._elements = elements

    def of(self, element_id: str) -> tuple[str, str]:
        """The name of an element in both languages."""
        found = self._elements.get(element_id)
        return (element_id, element_id) if found is None else (found.name, found.name_en)

    def path_zh(self, elements: Sequence[str]) -> str:
        """A path in Chinese."""
        return " → ".join(self._path(elements, 0))

    def path_en(self, elements: Sequence[str]) -> str:
        """A path in English."""
        return " → ".join(self._path(elements, 1))

    def _path(self, elements: Sequence[str], language: int) -> list[str]:
        names = [self.of(one)[language] for one in elements]
        if len(names) > SHOWN:
            names = [*names[: SHOWN // 2], "…", *names[-SHOWN // 2 :]]
        return names or ["—"]
