"""docs/reference/problems.md: every problem that a service answers with, from its rules and from the edges' own."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from deploy.docs.markdown import table
from services import NAMES
from shared.core import wording
from shared.core.decider import Rule
from shared.runtime import session
from shared.web import problems
from shared.web.problems import NOT_FOUND, REFUSED, TYPE, Kind

_HEAD = f"""\
# Problems

Made by `make docs` from the services' rules; not edited by hand.

An error is an RFC 9457 problem document. Its `type` is `{TYPE}` and one of the names below; its
`detail` is the sentence, with the details in braces filled in. The names never change; the sentences may become
clearer.
"""
_REFUSALS = f"""\
Status {REFUSED}, and nothing has changed. Where it says {NOT_FOUND.status}, the type is `{NOT_FOUND.id}`
instead: whoever asks learns nothing of what is not theirs.
"""


def problem_types() -> str:
    """Return the whole document."""
    blocks = [_HEAD, "## From every service\n", table(("type", "status", "meaning"), _edges())]
    blocks += ["## What the rules refuse\n", _REFUSALS]
    for name in NAMES:
        found = [(f"`{rule.id}`", str(_status(rule)), rule.sentence) for rule in rules_of(_refusals(name))]
        blocks += [f"### {name}\n", table(("type", "status", "sentence"), found)]
    return "\n".join(block.rstrip() + "\n" for block in blocks)


def rules_of(module: ModuleType) -> Iterator[Rule]:
    """Yield the rules of a module, in the order in which they stand there."""
    return (value for value in vars(module).values() if isinstance(value, Rule))


def _refusals(service: str) -> ModuleType:
    return import_module(f"services.{service}.policy.refusals")


def _status(rule: Rule) -> int:
    return NOT_FOUND.status if rule.absent else REFUSED


def _edges() -> Iterator[tuple[str, str, str]]:
    kinds = [value for value in vars(problems).values() if isinstance(value, Kind)]
    for kind in sorted(kinds, key=lambda kind: kind.status):
        yield f"`{kind.id}`", str(kind.status), kind.meaning
    for rule in (wording.BLAMES_PEOPLE, session.TOO_LARGE):
        yield f"`{rule.id}`", str(_status(rule)), rule.sentence
    yield "`http`", "any", "What the web framework refuses by itself, for example a method that a route does not have."
