"""Escalation to management: nobody may refuse it, and only a manager who spoke to the customer hands it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from services.departments import commands
from services.departments.policy.deadlines import due
from services.departments.policy.refusals import (
    CONTACT_THE_CUSTOMER_FIRST,
    FINDINGS_MISSING,
    NO_SUCH_COMPLAINT,
    NOT_ESCALATED,
    UNKNOWN_INSTANCE,
)
from services.departments.policy.wording import failed_instances, failed_instances_without_a_table
from services.departments.state.models import Closed, Escalation, State, Table, Waiting, table_of
from shared.contracts.departments import EscalatedToManagement, EscalationClosed, ManagerContacted
from shared.contracts.event import Event
from shared.organisation import Organisation
from shared.organisation.wording import override_used, refuse_blame


def escalate(organisation: Organisation, state: State, command: commands.Escalate) -> Sequence[Event]:
    """The customer asks for management."""
    return escalated(organisation, state, command.reason, "customer", command.now, command.by)


def escalated(
    organisation: Organisation,
    state: State,
    reason: str,
    asked_by: Literal["customer", "clock", "bounce"],
    now: datetime,
    by: str,
    *,
    declined: str = "",
) -> Sequence[Event]:
    """Return the escalation; nothing where management has it already or the complaint has ended.

    Before triage the severity is unknown; a customer who already asks for management is treated as `high`.
    """
    if isinstance(state, Closed) or state.escalation is not None:
        return []
    table = table_of(state)
    everyone = [department.id for department in organisation.departments]
    lead = table.lead if table else organisation.nearest(everyone).id
    contact = due(organisation, table.severity if table else "high", "contact", lead, now)
    return [
        EscalatedToManagement(
            at=now,
            by=by,
            reason=reason,
            failed=_failed(table, declined),
            asked_by=asked_by,
            contact_by=contact.at,
            calendar=contact.calendar,
        )
    ]


def contact_customer(organisation: Organisation, state: State, command: commands.ContactCustomer) -> Sequence[Event]:
    """A manager has spoken to the customer."""
    escalation = _open_escalation(state)
    if escalation.contacted:
        return []
    refuse_blame(organisation, [command.note], command.override)
    override = override_used(organisation, [command.note], command.override)
    return [ManagerContacted(at=command.now, by=command.by, note=command.note, override=override)]


def close_escalation(organisation: Organisation, state: State, command: commands.CloseEscalation) -> Sequence[Event]:
    """Only after the personal contact, with a finding for each failed instance."""
    escalation = _open_escalation(state)
    if not escalation.contacted:
        raise CONTACT_THE_CUSTOMER_FIRST.refusal()
    findings = {instance: words.strip() for instance, words in command.findings.items()}
    missing = [instance for instance in escalation.failed if not findings.get(instance)]
    if missing:
        raise FINDINGS_MISSING.refusal(missing=", ".join(missing))
    unknown = [instance for instance in findings if instance not in escalation.failed]
    if unknown:
        known = ", ".join(escalation.failed)
        raise UNKNOWN_INSTANCE.refusal(unknown=", ".join(unknown), known=known)
    refuse_blame(organisation, findings.values(), command.override)
    override = override_used(organisation, findings.values(), command.override)
    return [EscalationClosed(at=command.now, by=command.by, findings=findings, override=override)]


def _open_escalation(state: State) -> Escalation:
    if isinstance(state, Waiting) and state.complaint is None:
        raise NO_SUCH_COMPLAINT.refusal()
    if isinstance(state, Closed) or state.escalation is None:
        raise NOT_ESCALATED.refusal()
    return state.escalation


def _failed(table: Table | None, declined: str) -> tuple[str, ...]:
    if table is None:
        return failed_instances_without_a_table()
    silent = [seat.department for seat in table.seats if seat.silent]
    passed_on = [seat.department for seat in table.seats if seat.refusal is not None]
    return failed_instances([*table.earlier_leads, table.lead], silent, [*passed_on, declined] if declined else [])
