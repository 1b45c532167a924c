"""When a review opens, and who may end it when: rules named as sentences."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from shared.contracts.parts import Severity
from shared.contracts.review import Mark
from shared.organisation import Organisation, rank

CONCLUDE_WITHIN: Final = timedelta(days=14)
"""Elapsed time from the opening of a review until it concludes without the board."""

ENDINGS: Final = frozenset({"closed", "withdrawn"})


def a_review_opens_from_this_severity_on_or_for_a_repeat(
    organisation: Organisation, severity: Severity, *, repeat: bool
) -> bool:
    """Under the organisation's threshold only repeats are reviewed."""
    return repeat or rank(severity) >= rank(organisation.review.from_severity)


def the_board_looks_before_it_concludes(severity: Severity) -> bool:
    """High and critical ones wait for people, until the review's own clock runs out."""
    return severity in {"high", "critical"}


def the_complaint_has_ended(course: tuple[Mark, ...]) -> bool:
    """Customer's side and table have both ended: then all events of both have arrived, in whatever order."""
    whats = {mark.what for mark in course}
    return "table-closed" in whats and not ENDINGS.isdisjoint(whats)


def after_closing_no_promise_counts(course: tuple[Mark, ...], mark: Mark) -> bool:
    """The summary counts promises up to the closing only, so that the order of arrival changes nothing."""
    return mark.what in {"promise-kept", "promise-broken"} and any(seen.what in ENDINGS for seen in course)


def the_course_of_a_historic_one_says_nothing(*, historic: bool, awaited: bool, mark: Mark) -> bool:
    """Nobody resolves it: complaint and triage hold everything, the rest is the import's own bookkeeping.

    `awaited`: both are there and the review is not open. An earlier release waited for the table then.
    """
    return historic and not (awaited and mark.what == "table-opened")


def the_table_already_asked(course: tuple[Mark, ...], mark: Mark) -> bool:
    """An invitation that came with the opening of the table adds nothing."""
    openings = [seen for seen in course if seen.what == "table-opened"]
    return mark.what == "invited" and bool(openings) and mark.department in openings[-1].departments
