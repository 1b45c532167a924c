"""The small kinds of value data files are made of: slugs, durations, texts in several languages, severities."""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    RootModel,
    StringConstraints,
    TypeAdapter,
    WithJsonSchema,
    model_validator,
)

from shared.contracts.parts import Severity
from shared.organisation.datafile import closest, or_shorter

Slug = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$", max_length=64),
    Field(title="id", examples=["late-delivery"]),
]
"""Lower case letters and digits, parts joined by `-`, `_` or `.`; at most 64 characters."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$"), Field(title="language", examples=["en"])]
"""ISO 639-1, two letters."""

Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2, title="amount", examples=[12.5])]
"""An amount in the organisation's currency, with at most two decimals; never negative."""

Share = Annotated[float, Field(ge=0, le=1, title="share", examples=[0.85])]
"""A number from 0 to 1."""

Phrase = Annotated[str, Field(title="phrase", examples=["refund*", "parcel ... lost"])]
"""Whole words to look for in a text. `*` ends (or begins) a word of which only the stem is given; `...` stands for up
to three words. Case does not matter."""


LEVELS: tuple[Severity, ...] = ("low", "medium", "high", "critical")
"""The severities, in rising order."""


def rank(level: Severity) -> int:
    """Position in rising order: low is 0, critical is 3."""
    return LEVELS.index(level)


def raised(level: Severity, by: int) -> Severity:
    """The severity `by` levels up, at most critical."""
    return LEVELS[min(rank(level) + by, len(LEVELS) - 1)]


_AMOUNT = r"(\d+(?:\.\d+)?)\s*(d|h|min|m|s)(?![a-z])"
_PART = re.compile(_AMOUNT)
_SECONDS = {"d": 86_400, "h": 3_600, "min": 60, "m": 60, "s": 1}
_ISO = TypeAdapter(timedelta)


def parse_duration(value: object) -> timedelta:
    """Read `24h`, `1d 12h`, `30m` or ISO 8601 (`PT24H`). `1d` is 24 hours of whichever clock counts it.

    Raises:
        ValueError: for anything else; a bare number has no unit and is refused.
    """
    if isinstance(value, timedelta):
        return value
    text = str(value).strip()
    if isinstance(value, str) and _PART.sub("", text).strip() == "" and text:
        return timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text)))
    if isinstance(value, str) and re.match(r"^P[\dT]", text):
        return _ISO.validate_python(text)
    message = f"{value!r} is not a duration; write it with its unit, such as '24h', '30m', '1d 12h' or 'PT24H'"
    raise ValueError(message)


def iso_duration(value: timedelta) -> str:
    """Write a duration as ISO 8601 hours, minutes and seconds: `PT36H`."""
    if value == timedelta(0):
        return "PT0S"
    seconds, micros = divmod(abs(value) // timedelta(microseconds=1), 1_000_000)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    fraction = f".{micros:06d}".rstrip("0") if micros else ""
    text = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    text += f"{seconds}{fraction}S" if seconds or micros else ""
    return ("-" if value < timedelta(0) else "") + "PT" + text


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        message = "a duration must be longer than nothing"
        raise ValueError(message)
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(lambda value: _positive(parse_duration(value))),
    PlainSerializer(iso_duration, return_type=str),
    WithJsonSchema(
        {
            "title": "duration",
            "type": "string",
            "pattern": rf"^(\s*{_AMOUNT})+\s*$|^P[\dT]",
            "examples": ["24h", "1d 12h", "30m", "PT24H"],
        }
    ),
]
"""A number with its unit: `d`, `h`, `m` or `min`, `s`; or ISO 8601. Longer than nothing. `1d` is 24 hours."""


def _as_version(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Version = Annotated[
    str,
    BeforeValidator(_as_version, json_schema_input_type=str | int),
    StringConstraints(pattern=r"^[\w.+-]{1,40}$"),
    Field(title="version", examples=[3, "2026-11"]),
]
"""A number or a label of up to 40 letters, digits, `.`, `+`, `-` and `_`."""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def known_zone(name: str) -> str:
    """Return the name of a time zone as given.

    Raises:
        ValueError: there is no such zone; the message names the closest one.
    """
    if name not in _zones():
        message = f"there is no time zone '{name}'; {closest(name, _zones())}"
        raise ValueError(message)
    return name


class Text(RootModel[dict[Language, str]]):
    """Words for people, by language: `{en: Returns, ru: Возвраты}`. A plain text serves every language."""

    model_config = ConfigDict(frozen=True, title="Text by language", json_schema_extra=or_shorter({"type": "string"}))

    @model_validator(mode="before")
    @classmethod
    def _plain_text_is_english(cls, value: object) -> object:
        return {"en": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _says_something(self) -> "Text":
        if not self.root or not all(words.strip() for words in self.root.values()):
            message = "is empty; give the words for at least one language"
            raise ValueError(message)
        return self

    def in_(self, language: str) -> str:
        """The words in `language`, else in English, else in the first language given."""
        return self.root.get(language) or self.root.get("en") or next(iter(self.root.values()))

    @property
    def languages(self) -> frozenset[str]:
        """The languages this text has words for."""
        return frozenset(self.root)

    def __str__(self) -> str:
        return self.in_("en")

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.root.items())))


WordsByLanguage = Mapping[Language, tuple[Phrase, ...]]
"""Phrases per language, in the grammar of `shared.organisation.phrases`."""
