"""Plug-ins: packages that bring service tasks, processes and forms of their own.

A package publishes the entry point `jiancheng.plugins`, naming an object that has any of
`service_tasks` (a group), `processes` and `forms` (folders).
"""

from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from engine.service_tasks import ServiceTasks
from tasks import all_service_tasks


@dataclass(frozen=True)
class Plugins:
    """What the installed plug-ins bring; a name that clashes is refused when it is included."""

    names: tuple[str, ...] = ()
    service_tasks: tuple[ServiceTasks, ...] = ()
    folders: tuple[Path, ...] = ()


def load_plugins() -> Plugins:
    """Load every installed plug-in, in the order of their names."""
    found = sorted(entry_points(group="jiancheng.plugins"), key=lambda one: one.name)
    loaded = [one.load() for one in found]
    groups = [group for one in loaded if (group := getattr(one, "service_tasks", None))]
    folders = [
        Path(folder)
        for one in loaded
        for folder in (getattr(one, "processes", None), getattr(one, "forms", None))
        if folder is not None
    ]
    return Plugins(tuple(one.name for one in found), tuple(groups), tuple(folders))


def installed_service_tasks(plugins: Plugins) -> ServiceTasks:
    """Every service task that a diagram can call where these plug-ins are installed."""
    found = all_service_tasks()
    for group in plugins.service_tasks:
        found.include(group)
    return found
