import pytest

from engine.diagrams import ReadLimits, read_diagram, read_xml
from engine.errors import DiagramError

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 9))


def wrapped(inner: str) -> bytes:
    return f'<d:definitions xmlns:d="{BPMN}">{inner}</d:definitions>'.encode()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_xml"),
        (b"<a>", "not_xml"),
        (b"\x00\x01", "not_xml"),
        (b"\xff\xfe<", "not_xml"),
        (b"<a/>", "not_bpmn"),
        (b"<definitions/>", "not_bpmn"),
        (b"<!DOCTYPE a><a/>", "doctype"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "doctype"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', "doctype"),
        (f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l8;</a>'.encode(), "doctype"),
        (b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1/x"> %p;]><a/>', "doctype"),
        (wrapped("&undefined;"), "not_xml"),
        (wrapped("<d:x>" * 70 + "</d:x>" * 70), "too_deep"),
        (wrapped("<d:x>" * 100_000 + "</d:x>" * 100_000), "too_deep"),
        (wrapped("<d:x/>" * 100_000), "too_many_elements"),
        (b" " * (50 * 1024 * 1024), "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_read_diagram_refuses_hostile_files(content: bytes, code: str) -> None:
    with pytest.raises(DiagramError) as refused:
        read_diagram(content)

    (finding,) = refused.value.findings
    assert finding.code == code
    assert finding.severity == "error"
    assert finding.message_zh != finding.message_en


def test_read_diagram_says_the_line_of_a_syntax_error() -> None:
    with pytest.raises(DiagramError) as refused:
        read_diagram(wrapped("\n\n<d:x></d:y>"))

    assert refused.value.findings[0].line == 3


@pytest.mark.parametrize(
    ("limits", "accepted"),
    [
        (ReadLimits(elements=3), True),
        (ReadLimits(elements=2), False),
        (ReadLimits(depth=3), True),
        (ReadLimits(depth=2), False),
    ],
)
def test_limits_are_inclusive(limits: ReadLimits, accepted: bool) -> None:
    content = b"<a><b><c/></b></a>"

    if accepted:
        assert read_xml(content, limits).tag == "a"
    else:
        with pytest.raises(DiagramError):
            read_xml(content, limits)


def test_comments_and_processing_instructions_are_dropped() -> None:
    root = read_xml(b"<?x y?><a><!-- b --><?z?><c/></a>")

    assert [child.tag for child in root] == ["c"]
