"""C-PII: no planted name, phone or address anywhere that is published, logged, parked or exported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from shared.verification.evidence import Evidence, Finding, Tally

_NO_DIGITS = re.compile(r"\D+")


def nothing_personal_got_out(evidence: Evidence) -> Finding:
    """Look for each planted text, as it was written, escaped, and, if it is a number, with any separators."""
    tally = Tally()
    if not evidence.planted:
        return tally.finding()
    planted = [_Planted(text) for text in evidence.planted]
    for where, text in _texts(evidence):
        tally.looked()
        folded, digits = text.casefold(), _NO_DIGITS.sub("", text)
        for number, one in enumerate(planted, 1):
            if one.may_be_in(folded, digits) and one.pattern.search(text):
                # The text itself stays out of the finding: findings are printed and kept.
                tally.found(f"{where} carries the planted text number {number}.")
    return tally.finding()


class _Planted:
    """A planted text; searching every record for its pattern would take seconds, so most are ruled out first."""

    def __init__(self, text: str) -> None:
        self.pattern = _pattern(text)
        forms = (text, json.dumps(text)[1:-1])
        self._words = {max(form.casefold().split(), key=len, default="") for form in forms}
        self._digits = _NO_DIGITS.sub("", text)

    def may_be_in(self, folded: str, digits: str) -> bool:
        """Whether a text, given case-folded and as its digits alone, has the longest word or the digits."""
        return any(word in folded for word in self._words) or (len(self._digits) >= 7 and self._digits in digits)


def _pattern(text: str) -> re.Pattern[str]:
    digits = _NO_DIGITS.sub("", text)
    if len(digits) >= 7 and not re.search(r"[^\W\d_]", text):
        return re.compile(r"(?<!\d)" + r"[\s()+./-]*".join(digits) + r"(?!\d)")
    forms = {text, json.dumps(text)[1:-1]}
    return re.compile("|".join(r"\s+".join(map(re.escape, form.split())) for form in forms), re.IGNORECASE)


def _texts(evidence: Evidence) -> Iterator[tuple[str, str]]:
    for raw in evidence.observed:
        where = f"{raw.topic} [{raw.partition}] at {raw.offset}"
        yield where, _text(raw.key, raw.value, *(value for _, value in raw.headers))
    for name, stored in evidence.services.items():
        for commit in stored.commits:
            for record in commit.records:
                yield f"{name}'s log, {record.id}", _text(record.data) + f"\n{record.cause}\n{commit.stream}"
        for parked in stored.parked:
            yield f"{name}'s parked {parked.id}", _text(parked.value, *(v for _, v in parked.headers)) + parked.reason
        for one in stored.skipped:
            parked = one.record
            text = _text(parked.value, *(v for _, v in parked.headers)) + f"{parked.reason}\n{one.why}\n{one.by}"
            yield f"{name}'s given up {parked.id}", text
    yield from evidence.outputs.items()


def _text(*parts: bytes) -> str:
    return "\n".join(part.decode("utf-8", "replace") for part in parts)
