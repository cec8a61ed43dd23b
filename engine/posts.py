"""Posts, duties and the duties that exclude one another, as a definition of a set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import orjson

from engine.errors import EngineError
from engine.findings import Finding

KIND = "posts"
NAME = (KIND, KIND)
"""Kind and key: a scope has one such definition."""

MAX_ROWS = 500
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST_POST, _LONGEST_DUTY, _LONGEST_TEXT = 60, 20, 200
_PARTS = ("posts", "duties", "exclusions")


class InvalidPosts(EngineError):
    """The definition cannot be read; `findings` say why."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(one.message_en for one in findings))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Post:
    """A post; `duties` are those its people may do, None: any."""

    key: str
    name: str
    name_en: str
    duties: frozenset[str] | None = None
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """A kind of work that user tasks are marked with."""

    key: str
    name: str
    name_en: str
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Duties of which nobody may hold two within one batch, and what that rests on."""

    duties: frozenset[str]
    basis: str = ""
    mandatory: bool = False

    def pairs(self) -> set[frozenset[str]]:
        """Each two duties that exclude one another."""
        return {frozenset(pair) for pair in combinations(sorted(self.duties), 2)}


@dataclass(frozen=True)
class Posts:
    """The posts and duties of a set, by key."""

    posts: Mapping[str, Post] = field(default_factory=dict)
    duties: Mapping[str, Duty] = field(default_factory=dict)
    exclusions: tuple[Exclusion, ...] = ()

    def __post_init__(self) -> None:
        barred: dict[str, set[str]] = {}
        for exclusion in self.exclusions:
            for duty in exclusion.duties:
                barred.setdefault(duty, set()).update(exclusion.duties - {duty})
        object.__setattr__(self, "_barred", barred)

    def excluding(self, duty: str, done: frozenset[str]) -> str | None:
        """Give a duty already done that forbids this one, if any."""
        barred: Mapping[str, set[str]] = self._barred  # type: ignore[attr-defined]
        return min(barred.get(duty, set()) & done, default=None)

    def post_name(self, key: str, language: str = "zh-CN") -> str:
        """Name a post; one that is not there any more keeps its key."""
        post = self.posts.get(key)
        if post is None:
            return key
        return post.name if language.startswith("zh") else post.name_en

    def duty_name(self, key: str, language: str = "zh-CN") -> str:
        """Name a duty; one that is not there any more keeps its key."""
        duty = self.duties.get(key)
        if duty is None:
            return key
        return duty.name if language.startswith("zh") else duty.name_en

    def duties_of_posts(self) -> dict[str, frozenset[str]]:
        """Give the duties of those posts that are held to some."""
        return {key: one.duties for key, one in self.posts.items() if one.duties is not None}


def parse_posts(content: bytes) -> Posts:
    """Read a definition.

    Raises:
        InvalidPosts: Something stands against it.
    """
    findings = list(lint_posts(content))
    if findings:
        raise InvalidPosts(findings)
    rows = orjson.loads(content)
    posts = [
        Post(
            row["key"],
            row["name"],
            row["name_en"],
            frozenset(row["duties"]) if "duties" in row else None,
            row.get("mandatory", False),
        )
        for row in rows["posts"]
    ]
    duties = [
        Duty(row["key"], row["name"], row["name_en"], row.get("mandatory", False))
        for row in rows["duties"]
    ]
    exclusions = [
        Exclusion(frozenset(row["duties"]), row.get("basis", ""), row.get("mandatory", False))
        for row in rows["exclusions"]
    ]
    return Posts(
        {one.key: one for one in posts}, {one.key: one for one in duties}, tuple(exclusions)
    )


def lint_posts(content: bytes) -> Iterator[Finding]:
    """Report what is wrong; `element_id` is the place as a JSON pointer."""
    try:
        read = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        yield Finding("not_json", f"不是正确的 JSON:{error}", f"Not valid JSON: {error}")
        return
    if not isinstance(read, dict) or any(not isinstance(read.get(one), list) for one in _PARTS):
        yield Finding(
            "bad_posts",
            "岗位表须有 posts、duties、exclusions 三个列表。",
            "Posts need the three lists posts, duties and exclusions.",
        )
        return
    for part in _PARTS:
        yield from _check_part(part, read[part])
    known = {row.get("key"): row for row in read["duties"] if isinstance(row, dict)}
    for part in ("posts", "exclusions"):
        for no, row in enumerate(read[part]):
            if isinstance(row, dict):
                yield from _check_duties(part, no, row, known)


def _check_part(part: str, rows: list[Any]) -> Iterator[Finding]:
    if len(rows) > MAX_ROWS:
        yield _bad(f"/{part}", f"最多 {MAX_ROWS} 行", f"No more than {MAX_ROWS} rows")
        return
    seen: set[str] = set()
    for no, row in enumerate(rows):
        place = f"/{part}/{no}"
        if not isinstance(row, dict) or not isinstance(row.get("mandatory", False), bool):
            yield _bad(place, "这一行的写法不对", "This row is not written as it should be")
        elif part == "exclusions":
            yield from _check_text(f"{place}/basis", row.get("basis", ""), needed=False)
        else:
            yield from _check_named(place, row, seen, part)


def _check_named(
    place: str, row: Mapping[str, Any], seen: set[str], part: str
) -> Iterator[Finding]:
    key, longest = row.get("key"), _LONGEST_POST if part == "posts" else _LONGEST_DUTY
    if not isinstance(key, str) or not _KEY.fullmatch(key) or len(key) > longest:
        yield _bad(
            f"{place}/key",
            f"代号须以小写字母开头,只用小写字母、数字和下划线,最多 {longest} 个字符",
            f"A key begins with a small letter and has small letters, digits and _, {longest} at "
            "most",
        )
    elif key in seen:
        yield _bad(f"{place}/key", f"“{key}”写了两次", f"“{key}” is there twice")
    else:
        seen.add(key)
    for name in ("name", "name_en"):
        yield from _check_text(f"{place}/{name}", row.get(name), needed=True)


def _check_text(place: str, value: Any, *, needed: bool) -> Iterator[Finding]:
    if not isinstance(value, str) or (needed and not value.strip()):
        yield _bad(place, "请填写", "Please fill this in")
    elif len(value) > _LONGEST_TEXT:
        yield _bad(place, f"最多 {_LONGEST_TEXT} 个字符", f"{_LONGEST_TEXT} characters at the most")


def _check_duties(
    part: str, no: int, row: Mapping[str, Any], known: Mapping[Any, Mapping[str, Any]]
) -> Iterator[Finding]:
    place = f"/{part}/{no}/duties"
    duties = row.get("duties", [] if part == "posts" else None)
    if not isinstance(duties, list) or not all(isinstance(one, str) for one in duties):
        yield _bad(place, "须是职责的列表", "This is a list of duties")
        return
    rows = [row] if part == "posts" else [known[one] for one in duties if one in known]
    zh, en = _named(rows, "name", "、", ":"), _named(rows, "name_en", ", ", ": ")
    for duty in duties:
        if duty not in known:
            yield _bad(place, f"{zh}没有职责“{duty}”", f"{en}There is no duty “{duty}”")
    if part == "exclusions" and len(set(duties)) < 2:
        yield _bad(place, f"{zh}至少选两项职责", f"{en}Choose two duties at least")


def _named(rows: list[Mapping[str, Any]], name: str, between: str, end: str) -> str:
    """Say whom a sentence is about; nothing of what has no names yet."""
    names = [str(row[name]) for row in rows if row.get(name)]
    return f"“{between.join(names)}”{end}" if names else ""


def _bad(place: str, zh: str, en: str) -> Finding:
    return Finding("bad_posts", f"{zh}。", f"{en}.", element_id=place)


def lost_from(outer: Posts, inner: Posts) -> Iterator[Finding]:
    """Report what an outer scope marks mandatory and an inner one has dropped or unmarked."""
    for key, post in outer.posts.items():
        if post.mandatory and not (key in inner.posts and inner.posts[key].mandatory):
            yield _lost(f"岗位“{post.name}”", f"post “{post.name_en}”")
    for key, duty in outer.duties.items():
        if duty.mandatory and not (key in inner.duties and inner.duties[key].mandatory):
            yield _lost(f"职责“{duty.name}”", f"duty “{duty.name_en}”")
    kept = {pair for one in inner.exclusions if one.mandatory for pair in one.pairs()}
    for exclusion in outer.exclusions:
        if exclusion.mandatory and not exclusion.pairs() <= kept:
            zh = "、".join(outer.duties[one].name for one in sorted(exclusion.duties))
            en = ", ".join(outer.duties[one].name_en for one in sorted(exclusion.duties))
            yield _lost(
                f"“{zh}”的互斥({exclusion.basis})", f"exclusion of “{en}” ({exclusion.basis})"
            )


def _lost(zh: str, en: str) -> Finding:
    return Finding(
        "mandatory_removed",
        f"上层规定必须保留{zh},不能删除或去掉标记。",
        f"The outer scope requires the {en}: it cannot be removed or unmarked.",
    )
