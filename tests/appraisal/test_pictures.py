from collections.abc import Callable

import pytest

from appraisal.pictures import UnusablePicture, check_picture
from tests.appraisal.drawn import picture, png


@pytest.mark.parametrize(
    "content",
    [
        png(30, 40),
        picture("PNG", (30, 40), "RGBA"),
        picture("PNG", (30, 40), "1"),
        picture("PNG", (30, 40), "P"),
        picture("JPEG", (30, 40)),
        picture("JPEG", (30, 40), progressive=True, quality=95),
        picture("JPEG", (30, 40), "L") + b"\x00" * 9,
        picture("JPEG", (30, 40), comment=b"\xff\xda" * 5),
    ],
)
def test_picture_that_can_be_drawn_tells_its_size(content: bytes) -> None:
    assert check_picture(content) == (30, 40)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7", "not_picture"),
        (b"GIF89a", "not_picture"),
        (b"", "not_picture"),
        (b"\x89PNG\r\n\x1a\n1", "picture_damaged"),
        (b"\xff\xd8\xff\xe0", "picture_damaged"),
        (b"\xff\xd8\xff\xd9\xff\xd9", "picture_damaged"),
        (png(0, 5), "picture_damaged"),
        (png(30, 40, pixels=b"\x00"), "picture_damaged"),
        (png(30, 40, pixels=b"\x00" * 1_000_000), "picture_damaged"),
        (png(10_001, 1), "picture_too_large"),
        (png(9_000, 9_000, pixels=b"\x00"), "picture_too_large"),
        (picture("JPEG", (10_001, 2)), "picture_too_large"),
    ],
)
def test_picture_that_cannot_be_drawn_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(UnusablePicture) as refused:
        check_picture(content)

    assert refused.value.code == code


@pytest.mark.parametrize("draw", [lambda: png(30, 40), lambda: picture("JPEG", (30, 40))])
def test_picture_cut_anywhere_is_refused(draw: Callable[[], bytes]) -> None:
    whole = draw()

    for end in range(len(whole)):
        with pytest.raises(UnusablePicture):
            check_picture(whole[:end])
