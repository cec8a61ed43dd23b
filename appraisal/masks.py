"""Masks: how personal data is shown to people who need not see all of it."""

# Two-character surnames that are common enough to be kept whole (欧阳* rather than 欧*).
_DOUBLE_SURNAMES = frozenset(
    (
        *("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容"),
        *("令狐", "司徒", "端木", "夏侯", "轩辕", "宇文", "长孙", "独孤", "南宫"),
    )
)


def mask_name(name: str) -> str:
    """Keep the surname: 张*, 欧阳**, 买买提·*** for a name written with a dot."""
    for dot in "·•":
        if dot in name:
            first, _, rest = name.partition(dot)
            return f"{first}{dot}{'*' * len(rest)}"
    if len(name) > 2 and name[:2] in _DOUBLE_SURNAMES:
        return name[:2] + "*" * (len(name) - 2)
    return name[:1] + "*" * (len(name) - 1)


def mask_id_number(number: str) -> str:
    """Keep the first six and the last four of 18; of shorter numbers a quarter at each end.

    The birth date is always hidden.
    """
    if len(number) == 18:
        return number[:6] + "********" + number[14:]
    keep = len(number) // 4
    return number[:keep] + "*" * (len(number) - 2 * keep) + number[len(number) - keep :]


def mask_phone(phone: str) -> str:
    """138****1234; shorter numbers keep their last two digits."""
    if len(phone) == 11:
        return phone[:3] + "****" + phone[7:]
    return "*" * max(len(phone) - 2, 0) + phone[-2:]


def mask_email(address: str) -> str:
    """Keep the first letter and the domain: a***@example.com."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}***{at}{domain}" if at else "***"
