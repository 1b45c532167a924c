"""A key that is created once and kept in a file that only its owner can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

_OWNER_ONLY: Final = 0o600
_BYTES: Final = 32


def kept_key(path: Path) -> bytes:
    """Return the key in the file; create it if there is none.

    Raises:
        ValueError: the file does not hold a key (it is half written, or holds something else).
        OSError: it can be neither read nor created.
    """
    if not path.exists():
        _make(path)
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        msg = f"{path} does not hold a key of {2 * _BYTES} hexadecimal digits; put the right one back or remove it"
        raise ValueError(msg)
    return key


def _make(path: Path) -> None:
    """Write beside it and link: if two processes start together, the first one's key stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
