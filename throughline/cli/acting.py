"""What every command on one complaint does: send the request and print the result."""

from __future__ import annotations

import uuid
from typing import Any

from throughline.cli.client import connected
from throughline.cli.invocation import invocation
from throughline.cli.output import emit, out


def act(path: str, body: object, *, key: str = "", role: str = "") -> None:
    """Post and print the answer; a refusal ends the command with its reason and exit code 1."""
    with connected() as api:
        # Without an idempotency key, a request that was sent twice would count twice.
        answer: dict[str, Any] = api.post(path, body, key=key or str(uuid.uuid4()), role=role)
    if invocation().as_json:
        emit(answer)
        return
    happened = ", ".join(event.partition(".")[0] for event in answer["events"]) or "no change: this was done before"
    proposal = f" (proposal {answer['proposal']})" if answer.get("proposal") else ""
    out.print(f"{answer['id']} version {answer['version']}: {happened}{proposal}", markup=False)


def filled(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return the fields that have a value; the service has defaults for the others."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {}, ())}
