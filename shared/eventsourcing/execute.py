"""HTTP's way into the engine: one call, or many at once; errors come back as exceptions an edge can render."""

from __future__ import annotations

from collections.abc import Sequence

from shared.eventsourcing.calls import Call, Outcome
from shared.eventsourcing.engine import Engine
from shared.eventsourcing.ports import Ids
from shared.eventsourcing.session import Failed, Input, Result
from shared.store.port import StoreUnavailable


class Executor:
    """Carries out calls durably; implements `shared.eventsourcing.calls.Execute`.

    Attributes:
        outage: what the store said when the last calls could not be carried out; empty when they were.
    """

    def __init__(self, engine: Engine, ids: Ids) -> None:
        self._engine = engine
        self._ids = ids
        self.outage = ""

    async def __call__(self, call: Call) -> Outcome:
        """Carry out one. Raises Rejected, VersionConflict, KeyReused, StoreUnavailable."""
        outcome = (await self.many([call]))[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def many(self, calls: Sequence[Call]) -> list[Outcome | Exception]:
        """Carry out many, in order per key; one entry per call."""
        try:
            results = await self._engine.submit([self._input(call) for call in calls])
        except StoreUnavailable as error:
            self.outage = str(error)
            raise
        self.outage = ""
        return [_outcome(result) for result in results]

    def _input(self, call: Call) -> Input:
        return Input(
            stream=f"{call.kind}/{call.key}",
            command=call.command,
            cause=call.cause or f"command:{call.command_id or self._ids.new()}",
            command_id=call.command_id,
            digest=call.digest,
            expected=call.expected,
            traceparent=call.traceparent,
        )


def _outcome(result: Result) -> Outcome | Exception:
    match result:
        case Outcome():
            return result
        case Failed(error):
            return error
        case _:  # only consumed events can be duplicates, gaps or blocked
            return RuntimeError(f"a command came to {result}")
