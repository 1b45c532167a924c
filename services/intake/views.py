"""What intake answers to questions. Never writes, never reads the vault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel

from services.intake.state import STATE, Closed, Promise, State, Unregistered
from shared.contracts.intake import COMPLAINTS, KIND, AnswerSent, ComplaintRegistered
from shared.contracts.parts import StepTime
from shared.eventsourcing.catalogue import Catalogue
from shared.store.port import MAX_PAGE, Commit, Snapshot, Store
from shared.web.problems import NotFound

_SHOWN: Final = {ComplaintRegistered.type_name(), AnswerSent.type_name()}
_STANDINGS: Final[tuple[str, ...]] = ("kept", "broken", "open")


class ComplaintLine(BaseModel):
    """One complaint in a list."""

    id: str
    version: int
    status: str
    channel: str
    received_at: datetime
    historic: bool
    stage: int
    management: bool
    acknowledge_by: datetime | None
    next_due: datetime | None
    learning_code: str


class ComplaintPage(BaseModel):
    """A page of complaints; `next` is the cursor of the following page or empty."""

    items: list[ComplaintLine]
    next: str


class ComplaintView(ComplaintLine):
    """One complaint: what was said (redacted), and where it stands. `steps` to `repeat_of`: as registered."""

    language: str
    text: str
    points: tuple[str, ...]
    category_hint: str
    order_ref: str
    customer_ref: str
    value: str | None
    promised_by: datetime | None
    steps: tuple[StepTime, ...]
    facts: dict[str, str]
    flags: tuple[str, ...]
    source_row: str
    harm: bool
    vulnerable: bool
    repeat_of: str
    organisation: str
    acknowledged: bool
    acknowledgement_missed: bool
    answers: list[str]
    promises: tuple[Promise, ...]
    questions: int
    scores: tuple[int, ...]


class PromiseCounts(BaseModel):
    """How many promises were kept, broken, or are still open; those of withdrawn complaints bind nobody."""

    kept: int
    broken: int
    open: int


class Views:
    """Reads of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def complaints(self, statuses: Sequence[str], cursor: str, limit: int) -> ComplaintPage:
        """Page through complaints by id, of these statuses or of all."""
        where = {"status": list(statuses)} if statuses else None
        page = await self._store.find(KIND, where, after=f"{KIND}/{cursor}" if cursor else "", limit=limit)
        lines = [_line(snapshot) for snapshot in page.items if snapshot.state]
        return ComplaintPage(items=[ComplaintLine(**line) for line in lines], next=_key(page.next))

    async def complaint(self, complaint: str) -> ComplaintView:
        """Return one complaint; its texts are read from its log.

        Raises:
            NotFound: there is none with this id.
        """
        stream = f"{KIND}/{complaint}"
        snapshot, state = await self._known(complaint)
        commits: list[Commit] = await self._store.history(stream)
        while (
            commits
            and len(commits) % MAX_PAGE == 0
            and (page := await self._store.history(stream, after=commits[-1].number))
        ):
            commits += page
        records = [record for commit in commits for record in commit.records]
        catalogue = Catalogue((COMPLAINTS,))
        events = [
            catalogue.read(record.type, record.data) for record in records if catalogue.current(record.type) in _SHOWN
        ]
        registered = next((event for event in events if isinstance(event, ComplaintRegistered)), None)
        if registered is None or isinstance(state, Unregistered):
            raise _unknown(complaint)
        answers = [event.text for event in events if isinstance(event, AnswerSent)]
        return _view(_line(snapshot), registered, state, answers)

    async def state(self, complaint: str) -> State:
        """Return the state of one complaint. Raises NotFound."""
        return (await self._known(complaint))[1]

    async def last_asked(self, customer_ref: str) -> datetime | None:
        """Return when this customer was last asked for feedback, about any complaint."""
        if not customer_ref:
            return None
        latest: datetime | None = None
        after = ""
        while True:
            page = await self._store.find(KIND, {"asked": [customer_ref]}, after=after)
            for snapshot in page.items:
                state = STATE.validate_json(snapshot.state)
                asked_at = None if isinstance(state, Unregistered) else state.case.feedback_at
                latest = max((when for when in (latest, asked_at) if when is not None), default=None)
            if not page.next:
                return latest
            after = page.next

    async def promises(self) -> PromiseCounts:
        """Count the promises of all complaints."""
        counts: dict[str, int] = dict.fromkeys(_STANDINGS, 0)
        for entry, number in (await self._store.count(KIND, "promises")).items():
            counts[entry.rpartition(":")[2]] += number
        return PromiseCounts.model_validate(counts)

    async def counts(self) -> Mapping[str, int]:
        """Count complaints by status."""
        return await self._store.count(KIND, "status")

    async def _known(self, complaint: str) -> tuple[Snapshot, State]:
        stream = f"{KIND}/{complaint}"
        snapshot = (await self._store.load([stream])).snapshots.get(stream)
        if snapshot is None or not snapshot.state:
            raise _unknown(complaint)
        return snapshot, STATE.validate_json(snapshot.state)


def _unknown(complaint: str) -> NotFound:
    return NotFound(f"there is no complaint {complaint}")


def _key(stream: str) -> str:
    return stream.partition("/")[2]


def _line(snapshot: Snapshot) -> dict[str, Any]:
    state = STATE.validate_json(snapshot.state)
    if isinstance(state, Unregistered):
        raise _unknown(_key(snapshot.stream))
    case = state.case
    return {
        "id": _key(snapshot.stream),
        "version": snapshot.version,
        "status": state.status,
        "channel": case.channel,
        "received_at": case.received_at,
        "historic": case.historic,
        "stage": case.stage,
        "management": case.management,
        "acknowledge_by": case.acknowledge_by,
        "next_due": snapshot.next_due,
        "learning_code": state.learning_code if isinstance(state, Closed) else "",
    }


def _view(line: dict[str, Any], registered: ComplaintRegistered, state: State, answers: list[str]) -> ComplaintView:
    assert not isinstance(state, Unregistered)  # noqa: S101 - its caller has seen to it
    case = state.case
    return ComplaintView(
        **line,
        language=registered.language,
        text=registered.text,
        points=registered.points,
        category_hint=registered.category_hint,
        order_ref=registered.order_ref,
        customer_ref=registered.customer_ref,
        value=None if registered.value is None else str(registered.value),
        promised_by=registered.promised_by,
        steps=registered.steps,
        facts=registered.facts,
        flags=registered.flags,
        source_row=registered.source_row,
        harm=registered.harm,
        vulnerable=registered.vulnerable,
        repeat_of=registered.repeat_of,
        organisation=registered.organisation,
        acknowledged=case.acknowledged,
        acknowledgement_missed=case.missed,
        answers=answers,
        promises=case.promises,
        questions=case.questions,
        scores=case.scores,
    )
