"""C-PII: no planted name, phone or address anywhere that is published, logged, parked or exported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from shared.testing.checker.evidence import Evidence, Finding, Tally


def nothing_personal_got_out(evidence: Evidence) -> Finding:
    """Look for each planted text, as it was written, escaped, and, if it is a number, with any separators."""
    tally = Tally()
    if not evidence.planted:
        return tally.finding()
    patterns = [(text, _pattern(text)) for text in evidence.planted]
    for where, text in _texts(evidence):
        tally.looked()
        for planted, pattern in patterns:
            if pattern.search(text):
                # The text itself stays out of the finding: findings are printed and kept.
                tally.found(f"{where} carries the planted text number {evidence.planted.index(planted) + 1}.")
    return tally.finding()


def _pattern(text: str) -> re.Pattern[str]:
    forms = {text, json.dumps(text)[1:-1]}
    alternatives = [r"\s+".join(map(re.escape, form.split())) for form in forms]
    digits = re.sub(r"\D", "", text)
    if len(digits) >= 7 and not re.search(r"[^\W\d_]", text):
        alternatives.append(r"(?<!\d)" + r"[\s()+./-]*".join(digits) + r"(?!\d)")
    return re.compile("|".join(alternatives), re.IGNORECASE)


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
    yield from evidence.outputs.items()


def _text(*parts: bytes) -> str:
    return "\n".join(part.decode("utf-8", "replace") for part in parts)
