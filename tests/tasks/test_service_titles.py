"""Every service task and every input has a name that designers can read."""

import re

from engine import ServiceTasks
from tasks import all_service_tasks
from tasks.service_titles import GROUPS, INPUTS, TITLES, group_titles, input_titles, titles_of

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_every_service_task_has_a_title_in_both_languages() -> None:
    titles = {task.name: titles_of(task) for task in all_service_tasks()}

    assert [name for name, title in titles.items() if not CHINESE.search(title["zh"])] == []
    assert [name for name, title in titles.items() if CHINESE.sub("", title["en"]) == ""] == []
    assert [name for name, title in titles.items() if title["en"] == name] == []


def test_every_input_and_group_is_named() -> None:
    tasks = list(all_service_tasks())

    assert {name for task in tasks for name in task.parameters} <= set(INPUTS)
    assert {task.name.split(".")[0] for task in tasks} == set(GROUPS)


def test_no_title_is_left_of_a_service_task_that_is_gone() -> None:
    tasks = list(all_service_tasks())

    assert set(TITLES) <= {task.name for task in tasks}
    assert set(INPUTS) <= {name for task in tasks for name in task.parameters}


def test_titles_of_one_group_differ() -> None:
    titles = [(task.name.split(".")[0], titles_of(task)["zh"]) for task in all_service_tasks()]

    assert len(set(titles)) == len(titles)


def test_a_plug_in_names_its_own() -> None:
    group = ServiceTasks("weather")

    @group.register(title="查天气", title_en="Look at the weather")
    def look(db: object, *, place: str) -> None: ...

    @group.register
    def warn(db: object) -> None:
        """Warn of rain."""

    look_task, warn_task = group.get("weather.look"), group.get("weather.warn")
    assert titles_of(look_task) == {"zh": "查天气", "en": "Look at the weather"}
    assert titles_of(warn_task) == {"zh": "Warn of rain", "en": "Warn of rain"}
    assert input_titles("place_name") == {"zh": "place_name", "en": "Place name"}
    assert group_titles(look_task) == {"zh": "weather", "en": "weather"}
    assert look_task.types == {"place": "str"}
