"""Write docs/reference.md from the code: commands, settings, forms, service tasks, problems."""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import typer.main

from api.cli import app
from api.problems import PROBLEMS, TYPE_PREFIX
from api.settings import Settings
from engine.feel import compile_expression
from engine.sources import load_folder
from forms import parse_form
from tasks import all_service_tasks
from tasks.papers import paper_kinds
from tasks.posts import packaged_posts

INTRODUCTION = """# Reference

Written by `python -m api.reference docs/reference.md`; a test holds it to the code.
"""


def reference() -> str:
    """The whole page as Markdown."""
    parts = (_commands, _settings, _posts, _processes, _forms, _service_tasks, _papers, _problems)
    return "\n".join([INTRODUCTION, *(line for part in parts for line in part())]) + "\n"


def _commands() -> Iterator[str]:
    yield "## Commands\n"
    yield "Exit codes: 0 done, 1 refused or found something wrong, 2 wrong usage.\n"
    yield "| command | what it does |\n|---|---|"
    group = typer.main.get_group(app)
    for name, command in sorted(group.commands.items()):
        yield f"| `jiancheng {name}` | {(command.help or '').splitlines()[0]} |"
    yield ""


def _settings() -> Iterator[str]:
    yield "## Settings\n"
    yield "Environment variables; `.env` files are not read.\n"
    yield "| variable | default | meaning |\n|---|---|---|"
    for name, field in sorted(Settings.model_fields.items()):
        meaning = field.description or ""
        yield f"| `JIANCHENG_{name.upper()}` | `{field.default!s}` | {meaning} |"
    yield ""


def _posts() -> Iterator[str]:
    yield "## Posts\n"
    yield "| key | 中文 | English |\n|---|---|---|"
    for post in packaged_posts().posts.values():
        yield f"| `{post.key}` | {post.name} | {post.name_en} |"
    yield ""


def _processes() -> Iterator[str]:
    yield "## Processes of the base pack\n"
    yield "| id | scenarios |\n|---|---|"
    for folder in sorted(Path("processes/base").iterdir()):
        if (folder / f"{folder.name}.bpmn").exists():
            scenarios = "scenarios.yaml" if (folder / "scenarios.yaml").exists() else ""
            yield f"| `{folder.name}` | {scenarios} |"
    yield ""


def _forms() -> Iterator[str]:
    yield "## Forms of the base pack\n"
    yield "| id | 中文 | English |\n|---|---|---|"
    for source in sorted(load_folder(Path("forms/definitions")), key=lambda s: s.key):
        form = parse_form(source.content, compile_expression=compile_expression)
        yield f"| `{source.key}` | {form.title('zh-CN')} | {form.title('en')} |"
    yield ""


def _service_tasks() -> Iterator[str]:
    yield "## Service tasks\n"
    yield "A diagram names one as `camunda:topic`; its inputs are the parameters.\n"
    yield "| topic | runs | inputs | what it does |\n|---|---|---|---|"
    for task in sorted(all_service_tasks(), key=lambda t: t.name):
        about = (inspect.getdoc(task.function) or "").splitlines()[0]
        inputs = ", ".join(f"`{name}`" for name in sorted(task.parameters))
        yield f"| `{task.name}` | {task.run} | {inputs} | {about} |"
    yield ""


def _papers() -> Iterator[str]:
    yield "## Papers\n"
    yield "| key | step | 中文 | English | archived as |\n|---|---|---|---|---|"
    for kind in sorted(paper_kinds().values(), key=lambda k: (k.step, k.key)):
        yield (
            f"| `{kind.key}` | {kind.step} | {kind.title} | {kind.title_en} "
            f"| {kind.catalogue_item} |"
        )
    yield ""


def _problems() -> Iterator[str]:
    yield "## Problems\n"
    yield f"`type` of a problem document is `{TYPE_PREFIX}` and the name.\n"
    yield "| name | status | 中文 | English |\n|---|---|---|---|"
    for name, problem in sorted(PROBLEMS.items()):
        yield f"| `{name}` | {problem.status} | {problem.zh} | {problem.en} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference(), encoding="utf-8")
