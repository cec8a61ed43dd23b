import pytest

from appraisal.masks import mask_email, mask_id_number, mask_name, mask_phone


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳修", "欧阳*"),
        ("欧阳", "欧*"),
        ("阿依努尔·图尔逊江", "阿依努尔·****"),
        ("王𬱖", "王*"),
        ("", ""),
    ],
)
def test_name_keeps_the_surname(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("11010519491231002X", "110105********002X"),
        ("E12345678", "E1*****78"),
        ("12345678", "12****78"),
        ("", ""),
    ],
)
def test_id_number_hides_the_birth_date(number: str, masked: str) -> None:
    assert mask_id_number(number) == masked


@pytest.mark.parametrize(
    ("phone", "masked"), [("13812341234", "138****1234"), ("12345", "***45"), ("", "")]
)
def test_phone_keeps_its_ends(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("address", "masked"), [("anna@example.com", "a***@example.com"), ("anna", "***")]
)
def test_email_keeps_its_domain(address: str, masked: str) -> None:
    assert mask_email(address) == masked
