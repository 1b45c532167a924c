"""Options that several commands have, and how their values are parsed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, TypeAlias

import typer

from services import NAMES

Period: TypeAlias = Annotated[str, typer.Option("--period", metavar="YYYY-MM", help="One month; the default is all")]
Key: TypeAlias = Annotated[
    str, typer.Option("--key", help="Idempotency key: repeating a request with the same key changes nothing")
]
Override: TypeAlias = Annotated[str, typer.Option(help="Why words that blame people have to stay")]
ComplaintId: TypeAlias = Annotated[str, typer.Argument(metavar="ID", help="The complaint's id")]
DepartmentId: TypeAlias = Annotated[str, typer.Argument(metavar="DEPT", help="The department you act as")]


def _known(service: str) -> str:
    if service and service not in NAMES:
        msg = f"'{service}' is not one of {', '.join(NAMES)}"
        raise typer.BadParameter(msg)
    return service


Service: TypeAlias = Annotated[str, typer.Option("--service", metavar="SERVICE", callback=_known, help="The service")]


def pairs(given: Iterable[str] | None, form: str) -> dict[str, str]:
    """Parse options of the form NAME=VALUE.

    Raises:
        typer.BadParameter: one has another form; the message shows `form`.
    """
    found: dict[str, str] = {}
    for one in given or ():
        name, equals, value = one.partition("=")
        if not (equals and name.strip() and value.strip()):
            msg = f"'{one}' is not of the form {form}"
            raise typer.BadParameter(msg)
        found[name.strip()] = value.strip()
    return found


def numbers(given: Iterable[str] | None, form: str) -> dict[str, int]:
    """Parse options of the form NAME=NUMBER. Raises typer.BadParameter."""
    found: dict[str, int] = {}
    for name, value in pairs(given, form).items():
        try:
            found[name] = int(value)
        except ValueError:
            msg = f"'{name}={value}' is not of the form {form}: {value} is not a whole number"
            raise typer.BadParameter(msg) from None
    return found


def stretch(name: str, times: str) -> dict[str, str]:
    """Parse START/END, either of which may be empty, into ``started`` and ``ended``. Raises typer.BadParameter."""
    start, slash, end = times.partition("/")
    if not slash:
        msg = f"'{name}={times}' is not of the form STEP=START/END, e.g. {name}=2026-01-30T08:00Z/2026-01-31T12:00Z"
        raise typer.BadParameter(msg)
    return {field: value.strip() for field, value in (("started", start), ("ended", end)) if value.strip()}
