"""The report of the play for people: tables no wider than the page, plain text off a terminal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from shared.organisation import Organisation
from shared.verification import Finding
from throughline.demo.figures import Figures, asked_of
from throughline.demo.play import FIRST_DAY
from throughline.demo.stories import HAPPENED, MEANING
from throughline.demo.view import lanes

WIDTH: Final = 116
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
        self._lanes = lanes(organisation)
        self._organisation = organisation
        self._figures = figures

    def print(self) -> None:
        """Print everything but the invariants and the addresses."""
        self._introduction()
        self._states()
        self._stories()
        self._invitations()
        self._times()
        self._promises()
        self._causes()
        self._board()

    def _introduction(self) -> None:
        name = self._organisation.name.in_("en")
        days = (max(event.at for _, event in self._figures.events).date() - FIRST_DAY).days + 1
        languages = Counter(case.key.partition("-")[0] for case in self._figures.cases.values())
        spoken = " and ".join(f"{number} {language}" for language, number in sorted(languages.items()))
        self._console.print()
        self._line(
            f"{len(self._figures.cases)} complaints ({spoken}) to {name}, a retailer that does not exist, over {days} "
            f"simulated days. Everything below was asked of the services or read from the topics."
        )

    def _states(self) -> None:
        self._head("Complaints by state", "where each service has them")
        shown = _Grid("service", "state: complaints")
        for service, states in self._lanes.items():
            counted = self._figures.counts[service]
            shown.row(service, " · ".join(f"{state}: {counted[state]}" for state in states if counted.get(state)))
        shown.print(self._console)

    def _stories(self) -> None:
        self._head("What was special, each shown by an event of its complaint", "")
        shown = _Grid("", "", "")
        for case in self._figures.cases.values():
            if case.sample.story is not None:
                shown.row(case.key, MEANING[case.sample.story], HAPPENED[case.sample.story].__name__)
        shown.row("", "one record that nobody can read was put on a topic", "parked once by each reader")
        shown.print(self._console)

    def _invitations(self) -> None:
        self._head("Who was invited because of which step", "and what the invitation was based on")
        shown = _Grid("department", "step", ">asked", ">joined", ">facts", ">form", ">words", ">person", "for example")
        order = {step.id: position for position, step in enumerate(self._organisation.steps)}
        rows = sorted(asked_of(self._figures), key=lambda row: (-self._distance(row.department), order[row.step]))
        last = ""
        for row in rows:
            numbers = [len(row.invited), len(row.joined), *(len(row.based_on.get(basis, ())) for basis in _BASES)]
            cells = [str(number) if number else "·" for number in numbers]
            shown.row("" if row.department == last else row.department, row.step, *cells, row.example)
            last = row.department
        shown.print(self._console)

    def _distance(self, department: str) -> int:
        return self._organisation.department(department).distance

    def _times(self) -> None:
        times, proof = self._figures.times, self._figures.attribution
        self._head(
            "Time per step against its standard, in hours", "of the orders complained about, as departments reported"
        )
        shown = _Grid("step", "department", ">standard", ">orders", ">mean", ">median", ">90 %", ">over", ">hours", "")
        order = {step.id: position for position, step in enumerate(self._organisation.steps)}
        steps = [line for line in times["lines"] if line["step"] and line["what"] == "step"]
        most = max((line["over_hours"] for line in steps), default=0) or 1
        for line in sorted(steps, key=lambda one: order[one["step"]]):
            standard = f"{line['standard_hours']:.0f}" if line["standard_hours"] is not None else "·"
            over = f"{line['over_count']}" if line["over_count"] else "·"
            shown.row(
                line["step"],
                line["department"],
                standard,
                str(line["count"]),
                f"{line['mean_hours']:.1f}",
                f"{line['p50_hours']:.1f}",
                f"{line['p90_hours']:.1f}",
                over,
                f"{line['over_hours']:.0f}" if line["over_count"] else "·",
                "█" * round(12 * line["over_hours"] / most),
            )
        shown.print(self._console)
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
        moved = len(self._figures.moved)
        self._line(
            f"kept {promises['kept']} (of them {moved} with a new date, agreed before the old one) · "
            f"broken {promises['broken']} · still open {promises['open']}"
        )
        for complaint, broken in self._figures.broken:
            key = self._figures.cases[complaint].key
            self._line(f"broken: '{broken.promise}' to the customer of {key}, due {broken.due:%a %d %b %H:%M}")

    def _causes(self) -> None:
        themes = self._figures.themes
        currency = self._organisation.currency
        self._head("Causes (Pareto)", "a cause is a step and a factor, never a person")
        shown = _Grid("by count", ">n", ">share", ">sum", f"by cost, {currency}", ">cost", ">share", ">sum")
        for counted, costed in list(zip(themes["by_count"], themes["by_cost"], strict=True))[:_SHOWN]:
            shown.row(
                counted["theme"],
                str(counted["count"]),
                _percent(counted["share"]),
                _percent(counted["cumulative"]),
                costed["theme"],
                f"{float(costed['cost']):,.0f}",
                _percent(costed["share"]),
                _percent(costed["cumulative"]),
            )
        shown.print(self._console)
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


def print_invariants(
    console: Console,
    findings: Mapping[str, Finding],
    looked_at: str = "checked on the journal, all topics and all stores",
) -> None:
    """Print the result of each invariant, with everything that contradicts it."""
    console.print()
    console.print(Text.assemble(("Invariants", "bold"), (f"  {looked_at}", "dim")))
    shown = _Grid("", "", ">looked at", "")
    for name, finding in findings.items():
        shown.row(
            _standing(finding),
            name,
            f"{finding.checked:,}",
            _MEANING[name],
        )
    shown.print(console)
    for name, finding in findings.items():
        for sentence in finding.findings:
            console.print(f"  {name}: {escape(sentence)}")


def _standing(finding: Finding) -> Text:
    if not finding.ok:
        return Text("BROKEN", style="bold red")
    return Text("holds", style="green") if finding.checked else Text("nothing to go by", style="yellow")


def print_addresses(console: Console, addresses: Sequence[tuple[str, str]]) -> None:
    """Print where to look further."""
    console.print()
    console.print(Text("Look around", style="bold"))
    for name, address in addresses:
        console.print(f"  {name:<24} {address}", soft_wrap=True)


class _Grid:
    """A plain table: every column as wide as its cells, but the last, which gets what is left."""

    def __init__(self, *columns: str) -> None:
        self._columns = columns
        self._rows: list[tuple[str | Text, ...]] = []

    def row(self, *cells: str | Text) -> None:
        """Add a row."""
        self._rows.append(cells)

    def print(self, console: Console) -> None:
        """Print it. A column whose name begins with ``>`` is right-aligned."""
        shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
        shown.show_header = any(self._columns)
        last = len(self._columns) - 1
        for index, column in enumerate(self._columns):
            name = column.removeprefix(">")
            widest = max([cell_len(name), *(cell_len(str(row[index])) for row in self._rows)])
            side: Literal["left", "right"] = "right" if column.startswith(">") else "left"
            shown.add_column(
                name, justify=side, no_wrap=True, overflow="ellipsis", min_width=widest if index < last else None
            )
        for row in self._rows:
            shown.add_row(*(escape(cell) if isinstance(cell, str) else cell for cell in row))
        console.print(shown)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
