"""Masks personal data in a text (en, ru; other languages share the patterns). Pure.

Masked: e-mail addresses, phone numbers, card numbers, IBANs, account-like numbers, the query of a web address,
what is known of the customer: name parts (Russian ones in every case), phone, reference; and the name in an
introduction or under a letter ("my name is …", "Kind regards, …").
Left alone: everything else, including names of other people and postal addresses, white space, quotes and emoji,
amounts, dates, times, short codes, and numbers written with letters. The mask says what was there, so that the text
still reads.
"""

# ruff: noqa: RUF001 - Russian words

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from shared.privacy.names import name_pattern
from shared.privacy.numbers import account_ends, mask_numbers

EMAIL: Final = "[e-mail]"
QUERY: Final = "[query]"
ACCOUNT: Final = "[account]"
PHONE: Final = "[phone]"
NAME: Final = "[name]"
CUSTOMER: Final = "[customer]"

_SHORTEST_REF: Final = 5
_LOCAL_DIGITS: Final = 7

_EMAIL = re.compile(r"[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}")
_QUERY = re.compile(r"((?:https?://|www\.)[^\s?#<>\"]{1,500}[?#])[^\s<>\"]{1,2000}", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?\b")
_SIGNED = re.compile(
    r"\b((?i:my name is|me chamo|meu nome é|меня зовут|regards|sincerely|atenciosamente|с уважением)[,:]?\s{1,3})"
    r"(?:[A-ZÀ-ÞА-ЯЁ][\w'’.-]{0,40}[^\S\n]?){1,4}"
)
_SIGNS: Final = ("my name is", "me chamo", "meu nome", "меня зовут", "regards", "sincerely", "atenciosam", "уважением")
_NO_DIGITS = re.compile(r"\D+")
_TWO_DIGITS = re.compile(r"\d\d")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the customer who wrote the text; empty fields are not known."""

    name: str = ""
    email: str = ""
    phone: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text without personal data, and whether anything was masked."""

    text: str
    masked: bool


NOBODY: Final = Known()


def redact(text: str, known: Known = NOBODY) -> Redacted:
    """Mask personal data in `text`; see the module for what that is.

    Takes 3 to 30 µs for a text of 300 characters, the more numbers the longer; linear in its length.
    """
    result = text
    if "@" in result:
        result = _EMAIL.sub(EMAIL, result)
    if "?" in result or "#" in result:
        result = _QUERY.sub(rf"\1{QUERY}", result)
    if _TWO_DIGITS.search(result):
        if known.phone:
            result = _own_phone(result, known.phone)
        result = mask_numbers(_IBAN.sub(_iban, result))
    if len(known.ref) >= _SHORTEST_REF and known.ref in result:
        result = result.replace(known.ref, CUSTOMER)
    if known.email and known.email in result:  # an address that is none, as written
        result = result.replace(known.email, EMAIL)
    folded = result.casefold()
    if any(sign in folded for sign in _SIGNS):
        result = _SIGNED.sub(_signed, result)
    if known.name:
        pattern = name_pattern(known.name, result)
        result = pattern.sub(NAME, result) if pattern else result
    return Redacted(result, result != text)


def _signed(found: re.Match[str]) -> str:
    """Keep the words before the name, and the space or full stop after it."""
    kept = found[0][len(found[0].rstrip(" .")) :]
    return f"{found[1]}{NAME}{kept}"


def redactor(known: Known = NOBODY) -> Callable[[str], str]:
    """Return a function that masks texts of the same customer."""
    return lambda text: redact(text, known).text


def _own_phone(text: str, phone: str) -> str:
    """Mask the customer's own number however it is grouped, with or without its codes."""
    digits = _NO_DIGITS.sub("", phone)[-_LOCAL_DIGITS:]
    # compiling a pattern costs more than all the rest: most texts do not hold these digits at all
    if len(digits) < _LOCAL_DIGITS or digits not in _NO_DIGITS.sub("", text):
        return text
    gap = r"[^\w\n]{0,3}"
    return re.sub(rf"(?<!\d)\+?\(?(?:\d{gap}){{0,8}}{gap.join(digits)}(?!\d)", PHONE, text)


def _iban(found: re.Match[str]) -> str:
    """Mask the longest beginning that has an IBAN's check digits (ISO 13616); a word after it may look like a part."""
    text = found[0]
    for end in account_ends(text):
        compact = re.sub(r"[ -]", "", text[:end]).upper()
        number = "".join(str(int(letter, 36)) for letter in compact[4:] + compact[:4])
        if int(number) % 97 == 1:
            return ACCOUNT + text[end:]
    return text
