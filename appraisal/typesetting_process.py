"""What typesets, in a process of its own: run as a file, it imports nothing of ours.

Reads one JSON line for each document and answers with one; ends when nobody reads any more.
"""

import json
import os
import resource
import signal
import sys
from typing import Any

import typst


def main() -> None:
    """Typeset what is asked for, one after the other."""
    most, seconds = int(sys.argv[1]), int(sys.argv[2])
    # Memory that is written to, not the fonts that are mapped. Beyond it the process ends.
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=sys.argv[3:]
    )
    for line in sys.stdin.buffer:
        # Who asked ends what takes too long, but may have been killed: then this ends it.
        signal.alarm(seconds)
        answer = _typeset(json.loads(line), fonts)
        signal.alarm(0)
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


def _typeset(wanted: dict[str, Any], fonts: typst.Fonts) -> dict[str, str]:
    try:
        pdf = typst.compile(
            os.path.join(wanted["root"], "main.typ"),
            root=wanted["root"],
            font_paths=fonts,
            sys_inputs={"data": wanted["data"]},
            pdf_standards="a-2b",
            timestamp=wanted["timestamp"],
            # Nothing is fetched: a template has the files that it is given.
            package_path=wanted["packages"],
            package_cache_path=wanted["packages"],
        )
    except typst.TypstError as error:
        return {"error": f"{error.message}\n{error.diagnostic}"}
    assert isinstance(pdf, bytes)
    with open(wanted["output"], "wb") as file:
        file.write(pdf)
    return {}


if __name__ == "__main__":
    main()
