"""What is shown while the play runs: where complaints stand, the simulated date, what just happened."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Self

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from services import ALL
from shared.organisation import Organisation

Lanes = Mapping[str, Sequence[str]]
"""The states of each service's main aggregate, in the order in which a complaint passes them."""
Counts = Mapping[str, Mapping[str, int]]
_WIDEST: Final = 30
_LINES: Final = 8


def lanes(organisation: Organisation) -> Lanes:
    """Return the states of each service's main aggregate as its own models list them, the initial one first."""
    found: dict[str, Sequence[str]] = {}
    for definition in ALL:
        schema = definition.given(organisation).deciders[0].state.json_schema()
        found[definition.name] = [model["properties"]["status"]["const"] for model in _members(schema)]
    return found


def _members(schema: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    references = schema["oneOf"]
    return [schema["$defs"][one["$ref"].rpartition("/")[2]] for one in references]


class View:
    """Redrawn in place on a terminal; elsewhere a line per half day and per story."""

    def __init__(self, console: Console, total: int, lanes: Lanes) -> None:
        self._console = console
        self._total = total
        self._lanes = lanes
        self._now: datetime | None = None
        self._counts: Counts = {}
        self._diary: deque[tuple[datetime, str, bool]] = deque(maxlen=_LINES)
        self._live = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal else None
        self._said = ""
        self._shown: Counts = {}

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def at(self, now: datetime) -> None:
        """Note the simulated instant."""
        self._now = now

    def tell(self, sentence: str) -> None:
        """Note what an actor did."""
        if self._now is not None:
            self._diary.append((self._now, sentence, False))

    def highlight(self, sentence: str) -> None:
        """Note something that belongs to a story."""
        if self._now is not None:
            self._diary.append((self._now, sentence, True))
            if self._live is None:
                self._line(f"{self._now:%a %d %b %H:%M}  {sentence}")

    @property
    def is_due(self) -> bool:
        """Whether there is a place to show where complaints stand, now."""
        return self._live is not None or self._half_day != self._said

    @property
    def _half_day(self) -> str:
        return f"{self._now:%d %p}" if self._now else ""

    def show(self, counts: Counts) -> None:
        """Show where complaints stand."""
        self._counts = counts
        if self._live is not None:
            self._live.update(self._page(), refresh=True)
            return
        self._said = self._half_day
        if counts != self._shown and self._now:
            self._shown = counts
            intake = self._counts.get("intake", {})
            stand = " · ".join(f"{intake[state]} {state}" for state in self._lanes["intake"] if intake.get(state))
            self._line(f"{self._now:%a %d %b %H:%M}  {stand}")

    def _line(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _page(self) -> Group:
        now = f"{self._now:%A %d %B %Y, %H:%M} UTC" if self._now else ""
        title = Text(f"Throughline · {now} (simulated)", style="bold")
        lanes = Table.grid(padding=(0, 1))
        for service, states in self._lanes.items():
            counted = self._counts.get(service, {})
            initial, *later = states
            # A service keeps nothing of a complaint that has not reached it, unless it waits for another event.
            for index, state in enumerate([initial, *later] if counted.get(initial) else later):
                number = counted.get(state, 0)
                bar = "█" * round(_WIDEST * number / max(self._total, 1)) or ("▏" if number else "")
                lanes.add_row(
                    Text(service if index == 0 else "", style="bold"),
                    Text(state, style="" if number else "dim"),
                    Text(str(number or "·"), justify="right", style="" if number else "dim"),
                    Text(bar, style="green" if state in {"closed", "ended", "concluded"} else "cyan"),
                )
        diary = [
            Text.from_markup(f"[dim]{at:%a %H:%M}[/dim]  {'[yellow]' if story else '[dim]'}{escape(sentence)}")
            for at, sentence, story in self._diary
        ]
        for line in diary:
            line.no_wrap, line.overflow = True, "ellipsis"
        return Group(title, "", lanes, "", *diary)
