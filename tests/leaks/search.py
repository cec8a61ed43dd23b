"""Look for what is known of people in every place where data come to rest."""

import gzip
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect

from appraisal.demo_roster import DemoCandidate

# Where a name may stand, and why. ID and phone numbers stand nowhere in clear.
NAME_COLUMNS = {
    ("person", "name"): "who somebody is; shown wherever their id stands",
    ("candidate", "name"): "as registered, which may differ from the person's later on",
    ("certificate", "name"): "the register keeps what was printed",
}

Secret = tuple[str, str]


def secrets_of(people: Iterable[DemoCandidate]) -> list[Secret]:
    """What must not be found: (kind, text)."""
    found = []
    for one in people:
        found += [
            ("name", one.name),
            ("id_number", one.id_number),
            ("id_number", one.id_number[:17]),
            ("phone", one.row["手机号码"]),
        ]
        if one.first_id_number:
            found.append(("id_number", one.first_id_number))
    return found


def in_database(engine: Engine, secrets: Sequence[Secret]) -> set[tuple[str, str, str]]:
    """Every (table, column, kind) in which one of the secrets stands, in whatever schema."""
    found = set()
    with engine.connect() as connection:
        for schema, table in _tables(engine):
            quoted = f'"{schema}"."{table}"' if schema else f'"{table}"'
            rows = connection.exec_driver_sql(f"SELECT * FROM {quoted}")
            names = list(rows.keys())
            for row in rows:
                for column, value in zip(names, row, strict=True):
                    for kind in kinds_in(value, secrets):
                        found.add((table, column, kind))
    return found


def in_files(folder: Path, secrets: Sequence[Secret]) -> set[tuple[str, str]]:
    """Every (file, kind) whose path holds one of the secrets."""
    return {
        (str(path.relative_to(folder)), kind)
        for path in folder.rglob("*")
        for kind in kinds_in(str(path.relative_to(folder)), secrets)
    }


def kinds_in(value: Any, secrets: Sequence[Secret]) -> set[str]:
    """Which kinds of secrets a value holds, however it is written."""
    texts = list(_texts(value))
    return {kind for kind, text in secrets for one in texts if text in one}


def _tables(engine: Engine) -> list[tuple[str | None, str]]:
    looked = inspect(engine)
    if engine.dialect.name == "sqlite":
        return [(None, name) for name in looked.get_table_names()]
    schemas = [s for s in looked.get_schema_names() if s != "information_schema"]
    return [(schema, name) for schema in schemas for name in looked.get_table_names(schema=schema)]


_UNPACK: tuple[Callable[[bytes], bytes], ...] = (
    lambda packed: packed,
    zlib.decompress,
    lambda packed: zlib.decompress(packed, -15),
    gzip.decompress,
)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, memoryview | bytearray):
        value = bytes(value)
    if not isinstance(value, bytes):
        plain = str(value)
        yield plain
        if "\\u" in plain:
            yield _unescaped(plain)
        return
    for unpack in _UNPACK:
        try:
            content = unpack(value)
        except (zlib.error, OSError, EOFError):
            continue
        for encoding in ("utf-8", "gb18030", "utf-16-le"):
            yield content.decode(encoding, "ignore")
        if b"\\u" in content:
            yield _unescaped(content.decode("utf-8", "ignore"))


def _unescaped(text: str) -> str:
    """JSON may write Chinese as `\\uXXXX`."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
