"""What came of the play, for people: tables no wider than the page, plain text off a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from deploy.local.demo.figures import Figures
from deploy.local.demo.view import LANES
from shared.core.organisation import Organisation
from shared.testing.checker import Finding

WIDTH: Final = 110
_SHOWN: Final = 10
_BASES: Final = ("fact", "category", "words", "person")
_MEANING: Final[Mapping[str, str]] = {
    "C-ACK": "every accepted request is exactly one complaint",
    "C-CONSERVE": "accepted = open + closed + withdrawn + parked, in total and per department",
    "C-ONCE": "each invitation, notice, clock and summary happened once",
    "C-DENSE": "no event is missing, doubled or out of order on any topic",
    "C-CAUSE": "every event has a cause that exists, back to an accepted request",
    "C-STATE": "what is stored is what the log folds to",
    "C-DEAD": "what was parked is exactly what was broken on purpose",
    "C-LIVE": "nothing is left unsent, unread or overdue",
    "C-TIME": "no clock fired early or twice",
    "C-PII": "no name, phone or address left the vault",
}


class Report:
    """Prints the figures of one play."""

    def __init__(self, console: Console, organisation: Organisation, figures: Figures) -> None:
        self._console = console
        self._organisation = organisation
        self._figures = figures

    def print(self) -> None:
        """Print everything but the invariants and the addresses."""
        self._states()
        self._invitations()
        self._times()
        self._promises()
        self._causes()
        self._board()

    def _states(self) -> None:
        self._head("Complaints by state", "where each service has them")
        shown = _table(("service", ""), ("state: complaints", ""))
        for service, states in LANES.items():
            counted = self._figures.counts[service]
            shown.add_row(service, " · ".join(f"{state}: {counted[state]}" for state in states if counted.get(state)))
        self._console.print(shown)

    def _invitations(self) -> None:
        self._head("Who was invited because of which step", "facts beat words; every invitation carries its why")
        shown = _table(
            ("department", ""), ("step", ""), ("invited", ">"), ("joined", ">"), ("by fact", ">"), ("category", ">"),
            ("words", ">"), ("person", ">"), ("for example", ""),
        )  # fmt: skip
        joined = self._figures.joined
        rows: dict[tuple[str, str], dict[str, Any]] = defaultdict(
            lambda: {"invited": set[str](), "joined": set[str](), "why": "", **{basis: set[str]() for basis in _BASES}}
        )
        for complaint, invited in self._figures.invitations:
            for touched in invited.steps:
                row = rows[invited.department, touched.step]
                row["invited"].add(complaint)
                if (complaint, invited.department) in joined:
                    row["joined"].add(complaint)
                for why in touched.why:
                    row[why.basis].add(complaint)
                key = self._figures.cases[complaint].key
                row["why"] = row["why"] or f"{key}: {touched.why[0].sentence}"
        order = {step.id: place for place, step in enumerate(self._organisation.steps)}
        last = ""
        for (department, step), row in sorted(rows.items(), key=lambda one: (self._far(one[0][0]), order[one[0][1]])):
            numbers = [len(row[column]) for column in ("invited", "joined", *_BASES)]
            cells = [str(number) if number else "·" for number in numbers]
            shown.add_row("" if department == last else department, step, *cells, _short(row["why"], 46))
            last = department
        self._console.print(shown)

    def _far(self, department: str) -> int:
        return -self._organisation.department(department).distance

    def _times(self) -> None:
        times, proof = self._figures.times, self._figures.attribution
        self._head(
            "Time per step against its standard, in hours", "of the orders complained about, as departments reported"
        )
        shown = _table(
            ("step", ""), ("department", ""), ("standard", ">"), ("orders", ">"), ("mean", ">"), ("median", ">"),
            ("90 %", ">"), ("over", ">"), ("hours over", ">"), ("", ""),
        )  # fmt: skip
        order = {step.id: place for place, step in enumerate(self._organisation.steps)}
        steps = [line for line in times["lines"] if line["step"] and line["what"] == "step"]
        most = max((line["over_hours"] for line in steps), default=0) or 1
        for line in sorted(steps, key=lambda one: order[one["step"]]):
            standard = f"{line['standard_hours']:.0f}" if line["standard_hours"] is not None else "·"
            over = f"{line['over_count']}" if line["over_count"] else "·"
            shown.add_row(
                line["step"], line["department"], standard, str(line["count"]), f"{line['mean_hours']:.1f}",
                f"{line['p50_hours']:.1f}", f"{line['p90_hours']:.1f}", over,
                f"{line['over_hours']:.0f}" if line["over_count"] else "·", "█" * round(14 * line["over_hours"] / most),
            )  # fmt: skip
        self._console.print(shown)
        waiting = sum(line["mean_hours"] * line["count"] for line in times["lines"] if line["what"] == "waiting")
        handling = [line for line in times["lines"] if not line["step"]]
        by_stage: dict[str, float] = defaultdict(float)
        for line in handling:
            by_stage[line["what"]] += line["mean_hours"] * line["count"]
        stages = ", ".join(f"{what} {hours:.0f} h" for what, hours in sorted(by_stage.items(), key=lambda o: -o[1]))
        self._line(f"Between the steps the orders waited {waiting:.0f} h.")
        self._line(f"Handling the complaints took {times['handling_mean_hours']:.1f} h in the mean; in all: {stages}.")
        self._line(
            f"Attribution: {proof.wholes} stretches of time cut into {proof.parts} parts, {proof.gaps} gaps and "
            f"{proof.overlaps} overlaps; the parts sum to {proof.hours:,.2f} h of {proof.between:,.2f} h."
        )

    def _promises(self) -> None:
        promises = self._figures.promises
        self._head("Promises to customers", "")
        self._line(f"kept {promises['kept']} · broken {promises['broken']} · still open {promises['open']}")
        for complaint, broken in self._figures.broken:
            key = self._figures.cases[complaint].key
            self._line(f"broken: '{broken.promise}' to the customer of {key}, due {broken.due:%a %d %b %H:%M}")

    def _causes(self) -> None:
        themes = self._figures.themes
        currency = self._organisation.currency
        self._head("Causes (Pareto)", "a cause is a step and a factor, never a person")
        shown = _table(
            ("by count", ""), ("n", ">"), ("share", ">"), ("sum", ">"), (f"by cost, {currency}", ""), ("cost", ">"),
            ("share", ">"), ("sum", ">"),
        )  # fmt: skip
        for counted, costed in list(zip(themes["by_count"], themes["by_cost"], strict=True))[:_SHOWN]:
            shown.add_row(
                counted["theme"], str(counted["count"]), _percent(counted["share"]), _percent(counted["cumulative"]),
                costed["theme"], f"{float(costed['cost']):,.0f}", _percent(costed["share"]),
                _percent(costed["cumulative"]),
            )  # fmt: skip
        self._console.print(shown)
        more = len(themes["by_count"]) - _SHOWN
        if more > 0:
            self._line(f"… and {more} more.")

    def _board(self) -> None:
        board, currency = self._figures.board, self._organisation.currency
        self._head("What the review board reads", ", ".join(board["periods"]))
        costs = board["costs"]
        severities = ", ".join(f"{number} {name}" for name, number in board["severities"].items() if number)
        self._line(
            f"{board['complaints']} reviewed complaints ({severities}); {board['escalated']} went to management; "
            f"promises kept {board['promises_kept']}, broken {board['promises_broken']}."
        )
        self._line(
            f"They cost {float(board['total']):,.2f} {currency}: staff {float(costs['staff']):,.0f}, compensation "
            f"{float(costs['compensation']):,.0f}, rework {float(costs['rework']):,.0f}, value at risk "
            f"{float(costs['value_at_risk']):,.0f}."
        )
        if board["overruns"]:
            worst = ", ".join(
                f"{line['step'] or line['what']} ({line['over_hours']:.0f} h over in {line['over_count']})"
                for line in board["overruns"][:4]
            )
            self._line(f"Most time over the standard: {worst}.")
        acted = [one for one in self._figures.summaries if one["actions"]]
        for one in acted:
            action, cause = one["actions"][0], one["summary"]["causes"][0]
            key = self._figures.cases[one["summary"]["complaint"]].key
            self._line(
                f"{key} ({one['summary']['severity']}): {cause['step']}.{cause['factor']} — {cause['evidence']} "
                f"→ {action['department']}: {action['text']} Due {action['due'][:10]}, {action['stands']}; "
                f"read by {len(one['acknowledged'])}.",
                bullet=True,
            )

    def _head(self, title: str, beside: str) -> None:
        self._console.print()
        self._console.print(Text.assemble((title, "bold"), (f"  {beside}" if beside else "", "dim")))

    def _line(self, text: str, *, bullet: bool = False) -> None:
        hanging = Table.grid(padding=(0, 1))
        hanging.add_column(width=1)
        hanging.add_column(max_width=self._console.width - 4)
        hanging.add_row("•" if bullet else "", escape(text))
        self._console.print(hanging)


def print_invariants(console: Console, findings: Mapping[str, Finding]) -> None:
    """Print what each invariant came to, with all that contradicts it."""
    console.print()
    console.print(Text.assemble(("Invariants", "bold"), ("  checked on the journal, all topics and all stores", "dim")))
    shown = _table(("", ""), ("", ""), ("looked at", ">"), ("", ""))
    for name, finding in findings.items():
        shown.add_row(
            Text("holds", style="green") if finding.ok else Text("BROKEN", style="bold red"),
            name, f"{finding.checked:,}", _MEANING[name],
        )  # fmt: skip
    console.print(shown)
    for name, finding in findings.items():
        for sentence in finding.findings:
            console.print(f"  {name}: {escape(sentence)}")


def print_addresses(console: Console, addresses: Sequence[tuple[str, str]]) -> None:
    """Print where to look further."""
    console.print()
    console.print(Text("Look around", style="bold"))
    for name, address in addresses:
        console.print(f"  {name:<24} {address}", soft_wrap=True)


def _table(*columns: tuple[str, str]) -> Table:
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    for name, side in columns:
        shown.add_column(name, justify="right" if side == ">" else "left", no_wrap=bool(name))
    return shown


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
