"""From a request to a call: the id, the pseudonym, and what goes to the vault."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from services.intake.api.requests import RegisterRequest
from services.intake.commands import RegisterComplaint
from shared.contracts.intake import KIND
from shared.eventsourcing.calls import Call
from shared.eventsourcing.ports import Clock, Ids
from shared.organisation import Organisation, UnknownId
from shared.privacy.pseudonym import pseudonym
from shared.web.access import Asker
from shared.web.problems import Invalid


@dataclass(frozen=True, slots=True)
class Registration:
    """A call, and what must be in the vault before it is carried out; None where there is nothing to hide."""

    call: Call
    vault: bytes | None


@dataclass(frozen=True, slots=True)
class Frame:
    """What comes with a request beside who asks.

    Attributes:
        content: the body as parsed JSON, by which another body under the same key is noticed.
    """

    content: Any
    key: str = ""
    expected: int | None = None
    traceparent: str = ""


class Registrar:
    """Makes registrations.

    Args:
        key: of the customers' pseudonyms.
    """

    def __init__(self, organisation: Organisation, key: bytes, clock: Clock, ids: Ids) -> None:
        self._organisation = organisation
        self._key = key
        self._clock = clock
        self._ids = ids

    def registration(self, asker: Asker, body: RegisterRequest, frame: Frame) -> Registration:
        """Return what a request asks for.

        Raises:
            Invalid: a step that the organisation does not have, or one twice.
        """
        self._check(body)
        complaint = self._ids.derived(f"intake:{frame.key}") if frame.key else self._ids.new()
        customer = body.customer
        ref = pseudonym(self._key, customer.ref or customer.email) if customer else ""
        command = body.command(asker, self._clock.now(), complaint=complaint, customer_ref=ref)
        call = Call(
            KIND,
            complaint,
            command,
            command_id=f"{KIND}/{complaint}:{frame.key}" if frame.key else "",
            digest=_digest(frame.content),
            expected=frame.expected,
            traceparent=frame.traceparent,
        )
        return Registration(call, _original(body, command))

    def _check(self, body: RegisterRequest) -> None:
        problems: list[tuple[str, str]] = []
        seen: set[str] = set()
        for position, step in enumerate(body.steps):
            if not self._organisation.has_step(step.step):
                problems.append((f"steps[{position}].step", self._unknown(step.step)))
            elif step.step in seen:
                problems.append((f"steps[{position}].step", f"step '{step.step}' is given twice; give it once"))
            seen.add(step.step)
        if problems:
            raise Invalid(problems)

    def _unknown(self, step: str) -> str:
        try:
            self._organisation.step(step)
        except UnknownId as unknown:
            return str(unknown)
        return ""


def _original(body: RegisterRequest, command: RegisterComplaint) -> bytes | None:
    kept: dict[str, Any] = {}
    who = body.customer
    if who is not None and (who.ref or who.name or who.email or who.phone):
        kept["customer"] = {"ref": who.ref, "name": who.name, "email": who.email, "phone": who.phone}
    if (command.text, command.points, command.facts) != (body.text, body.points, body.facts):
        kept |= {"text": body.text, "points": body.points, "facts": body.facts}
    return orjson.dumps(kept) if kept else None


def _digest(content: object) -> str:
    """The order of keys does not matter: an item of a bulk request has the digest of the same single request."""
    return hashlib.blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()
