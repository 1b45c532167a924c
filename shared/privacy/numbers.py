"""Which numbers of a text are personal: phones, cards, accounts. Everything else is a price, a date, a code. Pure."""

# ruff: noqa: RUF001 - the patterns hold Russian words and typographic hyphens

from __future__ import annotations

import re
from typing import Final

PHONE: Final = "[phone]"
CARD: Final = "[card]"
ACCOUNT: Final = "[account]"

_PHONE_DIGITS: Final = range(7, 16)
_CARD_DIGITS: Final = range(13, 20)
_ACCOUNT_DIGITS: Final = 12
_PHONE_OR_ACCOUNT: Final = range(10, 12)
"""This many digits without a gap are a phone number without its plus, or an account."""
_RUSSIAN_DIGITS: Final = 11
_NATIONAL_DIGITS: Final = range(8, 16)
_BEFORE: Final = 40

_CANDIDATE = re.compile(r"(?<![\w.,:/#№-])\+?\(?\d(?:[ \u00a0\t.()/‐-―-]{0,3}\d){6,30}(?!\w|[:/]\d)")
# Begins with what it looks for, so that a text without long numbers is passed over ten times faster.
_SEVEN_DIGITS = re.compile(r"\d(?:[ \u00a0\t.()/‐-―-]{0,3}\d){6}")
_DIGIT_RUN = re.compile(r"\+?\(?\d+")
_INSTANT = re.compile(
    r"(?:\d{4}([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2(?:\d{4}|\d{2}))(?!\d|[-./]\d)"
    r"(?:[T ,]{1,2}\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?!\d))?"
)
_AMOUNT = re.compile(r"\d{1,3}(?:([ \u00a0.])\d{3})(?:\1\d{3})*(?:\.\d{1,2})?|\d+\.\d{1,2}")
_CARD = re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}")
_PHONE = re.compile(r"\d{3}[-. ]\d{3}[-. ](?:\d{4}|\d{2}[-. ]\d{2})|\d{3}-\d{2}-\d{2}")
_TAXPAYER = re.compile(r"\d{3}\.\d{3}\.\d{3}-\d{2}")
_LONG_GROUPS = re.compile(r"\d{4,}(?:[ -]\d{4,}){3,}(?:[ -]\d{1,3})?")
_SEPARATOR = re.compile(r"\D")
_GAP = re.compile(r"[ -]")
# A mask ends in a bracket, so it never counts as the word before the next number.
_PHONE_WORD = re.compile(
    r"(?:phone|\btel|mobile|\bcell|\bcall|whatsapp|\bfax|телефон|\bтел|моб|звон|ватсап)[^\d\]]*$", re.IGNORECASE
)
_ACCOUNT_WORD = re.compile(
    r"(?:account|iban|\bcard|\bpassport|сч[её]т|\bкарт[аыуе]|паспорт|снилс|\bинн)[^\d\]]*$", re.IGNORECASE
)
_ORDER_WORD = re.compile(
    r"(?:[#№]|\b(?:order|parcel|tracking|invoice|заказ|посылк|накладн|трек)\w*)\W{0,3}(?:no|number|id|номер)?\W{0,3}$",
    re.IGNORECASE,
)


def mask_numbers(text: str) -> str:
    """Return the text with phone, card and account-like numbers masked; everything else is unchanged."""
    if not _SEVEN_DIGITS.search(text):
        return text
    parts: list[str] = []
    copied = at = 0
    while (found := _CANDIDATE.search(text, at)) is not None:
        start = found.start()
        instant = _INSTANT.match(text, start)
        if instant:
            at = instant.end()
            continue
        mask = _mask(found[0], text[max(0, start - _BEFORE) : start])
        if mask:
            parts += (text[copied:start], mask)
            copied = at = found.end()
        else:  # a phone number may follow the price before it: look again from the next group of digits on
            run = _DIGIT_RUN.match(text, start)
            at = run.end() if run else found.end()
    return "".join((*parts, text[copied:])) if parts else text


def account_ends(text: str) -> list[int]:
    """Return where an account number written in groups may end, the longest first."""
    return [len(text), *(gap.start() for gap in reversed(list(_GAP.finditer(text))))]


def _mask(candidate: str, before: str) -> str:
    digits = _SEPARATOR.sub("", candidate)
    count = len(digits)
    if candidate.startswith("+"):
        return PHONE if count in _PHONE_DIGITS else ""
    if (count in _CARD_DIGITS and _luhn(digits)) or _CARD.fullmatch(candidate):
        return CARD
    if candidate == digits:
        return "" if _ORDER_WORD.search(before) else _unbroken(digits, before)
    return "" if _AMOUNT.fullmatch(candidate) else _grouped(candidate, digits, before)


def _grouped(candidate: str, digits: str, before: str) -> str:
    if _LONG_GROUPS.fullmatch(candidate) or _TAXPAYER.fullmatch(candidate):
        return ACCOUNT
    return PHONE if _grouped_phone(candidate, digits) else _by_word(digits, before)


def _unbroken(digits: str, before: str) -> str:
    count = len(digits)
    if count in _PHONE_OR_ACCOUNT:
        return PHONE if digits[0] in "0789" else ACCOUNT
    return ACCOUNT if count >= _ACCOUNT_DIGITS else _by_word(digits, before)


def _grouped_phone(candidate: str, digits: str) -> bool:
    if len(digits) not in _PHONE_DIGITS:
        return False
    area_code = "(" in candidate and ")" in candidate
    national = digits[0] == "0" and len(digits) in _NATIONAL_DIGITS
    russian = digits[0] in "78" and len(digits) == _RUSSIAN_DIGITS
    return area_code or national or russian or _PHONE.fullmatch(candidate) is not None


def _by_word(digits: str, before: str) -> str:
    """What kind of number it is, where only the word before it tells."""
    if _ACCOUNT_WORD.search(before):
        return ACCOUNT
    return PHONE if len(digits) in _PHONE_DIGITS and _PHONE_WORD.search(before) else ""


def _luhn(digits: str) -> bool:
    """The check digit of card numbers (ISO/IEC 7812-1)."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0
