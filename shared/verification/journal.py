"""A client's journal from a file: one request a line."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError

from shared.verification.evidence import Request

_REQUEST: TypeAdapter[Request] = TypeAdapter(Request)


class JournalInvalid(ValueError):
    """A line is no request; the message names the line and what is wrong."""


def read_journal(lines: Iterable[str | bytes]) -> list[Request]:
    """Return the requests of JSON lines such as ``{"key": …, "status": "accepted", "complaint": …}``.

    Raises:
        JournalInvalid: at the first line that is none; empty lines are left out.
    """
    found: list[Request] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(_REQUEST.validate_json(line))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "the line"
            raise JournalInvalid(f"line {number}: {where}: {first['msg']}") from None
    return found
