"""Why a name or sign-in name does not do, in Chinese and English."""

# By field and code of `tasks.personnel.WrongName`.
WRONG_NAMES = {
    ("name", "missing"): ("请填写姓名", "Please give a name"),
    ("name", "signs"): (
        "姓名最多 100 个字，不能有换行或看不见的字符",
        "A name has 100 characters at the most, all of them visible",
    ),
    ("sign_in_name", "missing"): ("请填写登录名", "Please give a sign-in name"),
    ("sign_in_name", "signs"): (
        "登录名只用文字、数字和 . _ @ + -，最多 100 个字符",
        "A sign-in name has letters, digits and . _ @ + -, 100 at the most",
    ),
    ("sign_in_name", "number"): (
        "登录名不能用证件号码",
        "The number of a document is no sign-in name",
    ),
    ("sign_in_name", "taken"): (
        "此登录名已有人使用，请换一个",
        "Somebody has this sign-in name already: choose another",
    ),
}
