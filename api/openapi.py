"""Write the description of the API: `python -m api.openapi docs/openapi.json`."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from api.app import create_app
from api.settings import Settings


def describe_api() -> dict[str, Any]:
    """The OpenAPI 3.1 document, the same on every machine."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            mode="test", folder=Path(folder), worker=False, database_url="sqlite://"
        )
        app = create_app(settings)
        described = app.openapi()
        app.state.installation.dispose()
    return described


def write_description(path: Path) -> None:
    """Write the document to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(describe_api(), ensure_ascii=False, indent=2, sort_keys=True)
    path.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    write_description(Path(sys.argv[1]))
