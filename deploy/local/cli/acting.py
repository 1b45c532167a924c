"""What all commands do that act on one complaint: send, and say what came of it."""

from __future__ import annotations

import uuid
from typing import Any

from deploy.local.cli.client import connected
from deploy.local.cli.invocation import invocation
from deploy.local.cli.output import emit, out


def act(path: str, body: object, *, key: str = "", role: str = "") -> None:
    """Post and print the answer; a refusal ends the command with its sentence and exit code 1."""
    with connected() as api:
        # Without a key of its own a request that was sent twice would count twice.
        answer: dict[str, Any] = api.post(path, body, key=key or str(uuid.uuid4()), role=role)
    if invocation().as_json:
        emit(answer)
        return
    happened = ", ".join(event.partition(".")[0] for event in answer["events"]) or "nothing: it was already so"
    proposal = f" (proposal {answer['proposal']})" if answer.get("proposal") else ""
    out.print(f"{answer['id']} version {answer['version']}: {happened}{proposal}", markup=False)


def filled(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return the fields that hold something; what was left out takes the service's default."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {}, ())}
