"""What the editors are built from, and that they are built."""

import json
import re
from pathlib import Path

import pytest

LOCK = Path("web/package-lock.json")
PACKAGE = Path("web/package.json")


def test_the_lock_names_no_registry() -> None:
    locked = json.loads(LOCK.read_text("utf-8"))["packages"]

    assert [name for name, package in locked.items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in locked.items() if name)


def test_every_dependency_is_pinned_to_one_version() -> None:
    package = json.loads(PACKAGE.read_text("utf-8"))
    asked = package["dependencies"] | package["devDependencies"]

    assert {name: v for name, v in asked.items() if not re.fullmatch(r"\d+\.\d+\.\d+", v)} == {}


@pytest.mark.usefixtures("editors")
def test_every_editor_is_built() -> None:
    wanted = {path.parent.name for path in Path("web/src").glob("*/index.js")}

    built = json.loads(Path("api/static/built/built.json").read_text("utf-8"))

    assert set(built["entries"]) == wanted
    assert all((Path("api/static/built") / f"{name}.js").is_file() for name in wanted)


# dom-iterator makes a filter of a text; nobody gives it one.
KNOWN = 'new Function("node","Object.freeze(node); return "+'
RUNS_TEXT = re.compile(r"\beval\(|new Function\(")


@pytest.mark.usefixtures("editors")
def test_no_built_file_runs_text_as_code() -> None:
    # The pages forbid it, so a tool that needs it would only fail there.
    scripts = {path.name: path.read_text("utf-8") for path in Path("api/static/built").glob("*.js")}

    assert scripts
    assert [
        name for name, text in scripts.items() if RUNS_TEXT.search(text.replace(KNOWN, ""))
    ] == []
