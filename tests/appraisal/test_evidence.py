import pytest

from appraisal.evidence import MAX_BYTES, RefusedFile, choose_condition, media_type_of


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"%PDF-" + bytes(MAX_BYTES - 5), "application/pdf"),
    ],
)
def test_media_type_is_seen_from_the_bytes(content: bytes, media_type: str) -> None:
    assert media_type_of(content) == media_type


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "media_type"), (b"<html>", "media_type"), (b"%PDF-" + bytes(MAX_BYTES), "too_large")],
)
def test_other_files_are_refused(content: bytes, code: str) -> None:
    with pytest.raises(RefusedFile, match=code):
        media_type_of(content)


@pytest.mark.parametrize(
    ("required", "present", "chosen"),
    [
        ({}, {"photo"}, ("", [])),
        ({"a": ["photo"]}, {"photo"}, ("a", [])),
        ({"a": ["photo", "diploma"], "b": ["photo", "permit"]}, {"photo"}, ("a", ["diploma"])),
        ({"a": ["diploma", "permit"], "b": ["photo"]}, set(), ("b", ["photo"])),
    ],
)
def test_the_condition_with_fewest_missing_materials_is_chosen(
    required: dict[str, list[str]], present: set[str], chosen: tuple[str, list[str]]
) -> None:
    assert choose_condition(required, present) == chosen
