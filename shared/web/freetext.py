"""Free text at an HTTP edge: personal data is masked before a command exists."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from shared.privacy.redaction import redact


def _masked(text: str) -> str:
    return redact(text).text


FreeText = Annotated[str, AfterValidator(_masked)]
"""A request's field of free text; limits of its own may follow, ``Annotated[FreeText, Field(max_length=…)]``.

Masks what has a pattern (e-mail addresses; phone, card and account numbers); names are not known at these edges.
"""
