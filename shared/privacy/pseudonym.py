"""Keyed pseudonyms: the same person always has the same one, and without the key it cannot be traced back. Pure."""

from __future__ import annotations

import hashlib
import hmac

_LENGTH = 24


def pseudonym(key: bytes, identity: str) -> str:
    """Return 24 hexadecimal digits for an identity (96 bits of HMAC-SHA-256); empty for an empty one.

    Case and surrounding white space of the identity do not matter.
    """
    folded = identity.strip().casefold()
    return hmac.digest(key, folded.encode(), hashlib.sha256).hex()[:_LENGTH] if folded else ""
