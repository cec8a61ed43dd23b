"""The sentences people read about their answers, in the two languages."""

from __future__ import annotations

from forms.errors import FieldError

LANGUAGES = ("zh-CN", "en")

MESSAGES: dict[str, tuple[str, str]] = {
    "required": ("此项必填", "This field is required"),
    "consent": ("请勾选此项", "Tick this box to go on"),
    "type": ("值的类型不对，应为{expected}", "Wrong type of value: expected {expected}"),
    "unknown": ("表单中没有这一项", "The form has no such field"),
    "number": ("请填数字", "Enter a number"),
    "number_size": ("数字过大", "The number is too large"),
    "decimal_digits": ("最多 {limit} 位小数", "At most {limit} decimal places"),
    "integer": ("请填整数", "Enter a whole number"),
    "min": ("不能小于 {limit}", "Must be at least {limit}"),
    "max": ("不能大于 {limit}", "Must be at most {limit}"),
    "min_length": ("至少 {limit} 个字", "At least {limit} characters"),
    "max_length": ("最多 {limit} 个字", "At most {limit} characters"),
    "pattern": ("格式不正确", "The format is not right"),
    "characters": ("含有不能使用的控制字符", "Contains control characters that cannot be used"),
    "date": ("请填日期，如 2026-11-29", "Enter a date such as 2026-11-29"),
    "time": ("请填时间，如 09:00", "Enter a time such as 09:00"),
    "datetime": ("请填日期和时间", "Enter a date and a time"),
    "choice": ("请从列表中选择", "Choose from the list"),
    "duplicate": ("同一项选了两次", "The same choice is given twice"),
    "rows_min": ("至少 {limit} 行", "At least {limit} rows"),
    "rows_max": ("最多 {limit} 行", "At most {limit} rows"),
    "rows_fixed": ("应有 {limit} 行，不能增减", "There must be exactly {limit} rows"),
    "files_one": ("只能选一个文件", "Only one file can be given"),
    "files_max": ("最多 {limit} 个文件", "At most {limit} files"),
    "file_size": ("文件超过 {limit} MB", "The file is larger than {limit} MB"),
    "file_empty": ("文件是空的", "The file is empty"),
    "file_type": ("不支持这种文件，可用 {limit}", "This type of file is not accepted; use {limit}"),
    "cn_id_format": ("身份证号应为 18 位", "An ID number has 18 characters"),
    "cn_id_date": ("身份证号中的出生日期不存在", "The birth date in the ID number does not exist"),
    "cn_id_check": ("身份证号校验位不正确", "The check digit of the ID number is wrong"),
    "phone": ("电话号码不正确", "The phone number is not right"),
    "email": ("邮箱地址不正确", "The e-mail address is not right"),
    "too_many": ("错误太多，其余未列出", "Too many errors; the rest is not listed"),
}

EXPECTED: dict[str, tuple[str, str]] = {
    "object": ("对象", "an object"),
    "text": ("文字", "text"),
    "number": ("数字", "a number"),
    "boolean": ("是或否", "true or false"),
    "list": ("列表", "a list"),
    "files": ("文件", "files"),
}

WORDS: dict[str, tuple[str, str]] = {
    "summary": ("有 {count} 处需要修改", "{count} things need changing"),
    "summary_one": ("有 1 处需要修改", "One thing needs changing"),
    "select": ("请选择", "Select"),
    "add_row": ("新增一行", "Add a row"),
    "remove_row": ("删除第 {row} 行", "Remove row {row}"),
    "hidden_if": ("隐藏条件:{condition}", "Hidden if: {condition}"),
    "sometimes": ("满足条件才显示", "Shown under a condition"),
    "row": ("第 {row} 行", "Row {row}"),
    "row_number": ("序号", "No."),
    "actions": ("操作", "Actions"),
    "refresh": ("更新表单", "Update the form"),
    "refresh_hint": (
        "有些内容随填写而变，修改后请更新",
        "Some fields depend on what is filled in: update after changing",
    ),
    "choose_file": ("选择文件", "Choose a file"),
    "choose_files": ("选择文件", "Choose files"),
    "or_drop": ("或拖到这里", "or drop it here"),
    "accepts": ("支持 {types}", "{types}"),
    "choose_again": ("请重新选择文件", "Choose the file again"),
    "quick": ("常用意见", "Common remarks"),
    "yes": ("是", "Yes"),
    "no": ("否", "No"),
    "none": ("未填", "Not given"),
    "no_rows": ("没有内容", "Nothing here"),
    "of_form": ("整张表单", "The form as a whole"),
    "required": ("必填", "required"),
}


def is_english(language: str) -> bool:
    """Tell whether texts are wanted in English; everything else gets Chinese."""
    return language.lower().startswith("en")


def word(key: str, language: str, **values: object) -> str:
    """Give a fixed word of the rendered form."""
    return WORDS[key][is_english(language)].format(**values)


def error(at: str, code: str, language: str, **values: object) -> FieldError:
    """Make the error of a code at a JSON pointer, worded in the language."""
    if "expected" in values:
        values["expected"] = EXPECTED[str(values["expected"])][is_english(language)]
    return FieldError(at, code, MESSAGES[code][is_english(language)].format(**values))
