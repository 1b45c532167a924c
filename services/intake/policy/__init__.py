"""Intake's rules, tables and sentences. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from shared.contracts.parts import Severity
from shared.organisation import Organisation

HISTORIC: Final = "historic"
"""The learning code of a complaint that was over before it was registered."""

ACCEPTED: Final = "accepted"
"""The learning code when nobody names one."""

UNTIL_TRIAGED: Final[Severity] = "medium"
"""Severity whose deadlines count before anyone has judged the complaint."""

LAST_STAGE: Final = 2
_WHO_HAS_IT: Final = {
    "en": "{lead} answers for your complaint. Every department it touches looks for a solution; you get one answer.",
    "ru": "За вашу жалобу отвечает {lead}. Все причастные отделы вместе ищут решение; вы получите один общий ответ.",  # noqa: RUF001 - Russian
    "pt": "{lead} responde pela sua reclamação. Os departamentos envolvidos procuram a solução; há uma só resposta.",
}

_ANSWER: Final = {
    "en": "the answer to your complaint",
    "ru": "ответ на вашу жалобу",
    "pt": "a resposta à sua reclamação",
}

_QUESTIONS: Final = {
    "en": ("How satisfied are you with the solution?", "How satisfied are you with the way you were treated?"),
    "ru": ("Насколько вы довольны решением?", "Насколько вы довольны тем, как с вами обращались?"),  # noqa: RUF001 - Russian
    "pt": ("Está satisfeito com a solução?", "Está satisfeito com a forma como foi atendido?"),
}


def acknowledge_by(organisation: Organisation, now: datetime, *, harm: bool) -> datetime:
    """Return by when a person must have spoken to the customer; possible harm cannot wait for triage."""
    severity: Severity = "critical" if harm else UNTIL_TRIAGED
    calendar = organisation.calendar(organisation.customer_calendar)
    return calendar.add(now, organisation.deadlines.of(severity).acknowledge.within)


def a_customer_is_asked_once_in_the_feedback_period(
    organisation: Organisation, now: datetime, last_asked: datetime | None
) -> bool:
    """Whether feedback may be asked now."""
    return last_asked is None or now - last_asked >= organisation.feedback.every


def a_learning_code_is_of_the_playbook(organisation: Organisation, code: str) -> bool:
    """Whether a learning code may be given; giving none is always allowed."""
    return not code or any(known.id == code for known in organisation.playbook.learnings)


def answer_promise(stage: int) -> str:
    """Return the name under which the answer of a stage stands in the ledger."""
    return "answer" if stage == 1 else f"answer-{stage}"


def is_answer_promise(promise: str) -> bool:
    """Whether only an answer can keep this promise."""
    return promise in {answer_promise(stage) for stage in range(1, LAST_STAGE + 1)}


def free_name(name: str, taken: set[str]) -> str:
    """Return the name, or the name with the first number that makes it unique."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def who_has_it(organisation: Organisation, lead: str, language: str) -> str:
    """Return the sentence that tells the customer who answers for the complaint."""
    language = _spoken(organisation, language)
    name = organisation.department(lead).name.in_(language) if organisation.has_department(lead) else lead
    return _WHO_HAS_IT[language].format(lead=name)


def promised_answer(organisation: Organisation, language: str) -> str:
    """Return what the promise of an answer says."""
    return _ANSWER[_spoken(organisation, language)]


def questions(organisation: Organisation, language: str) -> tuple[str, ...]:
    """Return the two feedback questions."""
    return _QUESTIONS[_spoken(organisation, language)]


def language_by_script(text: str) -> str:
    """Return ``ru`` for a text mostly in Cyrillic letters, else nothing: the other languages share a script."""
    if text.isascii():
        return ""
    cyrillic = sum("Ѐ" <= letter <= "ӿ" for letter in text)
    letters = sum(letter.isalpha() for letter in text)
    return "ru" if cyrillic * 2 > letters else ""


def _spoken(organisation: Organisation, language: str) -> str:
    """The first of the customer's language, the organisation's and English for which there are sentences."""
    return next((spoken for spoken in (language, organisation.language) if spoken in _QUESTIONS), "en")
