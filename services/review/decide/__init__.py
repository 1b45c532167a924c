"""Pure decisions, one module per aggregate; and the two deciders with the organisation bound in."""

from __future__ import annotations

from functools import partial
from typing import Any

from services.review import commands
from services.review.decide import review as review_rules
from services.review.decide import theme as theme_rules
from services.review.state import review, theme
from shared.contracts.event import Audience, Event
from shared.contracts.review import REVIEWS, THEMES, CausesFound, CostsComputed, ReviewOpened, TimesAttributed
from shared.contracts.topics import SUMMARIES
from shared.eventsourcing.decider import Decider, for_the_log_alone
from shared.organisation import Organisation


def _audience(_state: Any, event: Event) -> tuple[str, ...]:  # noqa: ANN401 - whatever the state, the event tells
    return (SUMMARIES,) if event.traits.audience is Audience.BOARD else ()


def _log_only(state: review.State, event: Event) -> bool:
    """Return whether the topic leaves an event out: of a historic complaint the conclusion and its summary say all."""
    historic = isinstance(state, review.Open | review.Concluded) and state.historic
    said_by_the_conclusion = isinstance(event, ReviewOpened | TimesAttributed | CausesFound | CostsComputed)
    return (historic and said_by_the_conclusion) or for_the_log_alone(state, event)


def review_decider(organisation: Organisation) -> Decider[review.State, commands.ReviewCommand]:
    """Return the main aggregate, keyed by complaint id."""
    return Decider(
        stream=REVIEWS,
        initial=review.INITIAL,
        decide=partial(review_rules.decide, organisation),
        evolve=review.evolve,
        is_terminal=review.is_terminal,
        state=review.STATE,
        index=review.index,
        next_due=review.next_due,
        audience=_audience,
        log_only=_log_only,
    )


def theme_decider() -> Decider[theme.Theme, commands.ThemeCommand]:
    """Return the theme, keyed by ``<step>.<factor>``."""
    return Decider(
        stream=THEMES,
        initial=theme.INITIAL,
        decide=theme_rules.decide,
        evolve=theme.evolve,
        is_terminal=theme.is_terminal,
        state=theme.STATE,
        index=theme.index,
        next_due=theme.next_due,
    )
