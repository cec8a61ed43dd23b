"""Signs that turn the direction of writing: unseen, they make what stands after a name say else.

A page that says a name and then how things stand with it would show its own words backwards. Who
needs another direction writes its letters; no name of a definition needs these signs.
"""

import re
from collections.abc import Iterator

from engine.findings import Finding

_TURNING = "\u202a-\u202e\u2066-\u2069"
# As they are, or escaped as JSON, YAML and XML allow.
_MARKS = re.compile(
    rf"[{_TURNING}]|\\u(?:202[a-e]|206[6-9])|&#(?:x0*(?:202[a-e]|206[6-9])|0*(?:823[4-8]|829[4-7]));",
    re.IGNORECASE,
)


def check_direction(content: bytes) -> Iterator[Finding]:
    """Report the first sign in a content that turns the direction of writing."""
    text = content.decode(errors="replace")
    found = _MARKS.search(text)
    if found is None:
        return
    line = text.count("\n", 0, found.start()) + 1
    yield Finding(
        "turned_text",
        f"第 {line} 行的文字里有改变书写方向的不可见字符,会使后面的内容颠倒显示。",
        f"A text in line {line} has a sign, itself unseen, that shows what follows backwards.",
        line=line,
    )
