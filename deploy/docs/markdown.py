"""docs/events.md: the published language for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module

from deploy.docs.reading import DEPARTMENT_TOPIC, Member, Message, Shape
from services import NAMES, owners, readers
from shared.contracts import topics
from shared.contracts.envelope import Envelope

_HEAD = """\
# Events

Made by `make docs` from `shared/contracts` and from what each service says and hears; not edited by hand.
The same for machines: [asyncapi.yaml](asyncapi.yaml).

A record is a CloudEvent in Kafka's binary mode: the attributes below are headers, the value is the event as JSON, the
key is the aggregate's key (the complaint's id, unless the stream says otherwise). Per key the order holds within one
topic, not across topics. A reader ignores fields that it does not know, skips types that it does not know, and parks a
version that it does not know. The same event may come twice: its sequence tells.

Every event has `at` (an instant in UTC) and `by` (a role, never a person). Instants are RFC 3339, durations ISO 8601,
decimals are text so that no digit is lost.
"""


def events(messages: Sequence[Message], parts: Sequence[Shape]) -> str:
    """Return the whole document."""
    blocks = [_HEAD, "## Topics\n", _topics(messages), "## Headers\n", _headers()]
    for service in NAMES:
        contract = import_module(f"shared.contracts.{service}")
        own = [message for message in messages if message.service == service]
        blocks += [f"## What {service} says\n", _paragraph((contract.__doc__ or "").replace("``", "`"))]
        blocks += [_message(message) for message in own]
    blocks += ["## Parts\n", *(_shape(part.name, part) for part in parts)]
    return "\n".join(block.rstrip() + "\n" for block in blocks)


def _topics(messages: Sequence[Message]) -> str:
    rows: list[tuple[str, ...]] = []
    for topic, owner in (*owners().items(), (DEPARTMENT_TOPIC, owners()[topics.DEPARTMENTS])):
        said = [message for message in messages if topic in message.topics]
        read_by = ", ".join(readers().get(topic, ())) or "whoever wants to"
        rows.append((f"`{topic}`", owner, read_by, str(len(said))))
    return table(("topic", "owner", "read by", "types"), rows)


def _headers() -> str:
    example = Envelope(
        id="complaint/4f0c:1",
        source="/intake",
        type="ComplaintRegistered.v1",
        time="2026-03-02T09:30:00+00:00",
        subject="4f0c",
        sequence=1,
        causation="command:complaint/4f0c:a1",
        correlation="4f0c",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
    return table(("header", "for example"), [(f"`{name}`", f"`{value.decode()}`") for name, value in example.headers()])


def _message(message: Message) -> str:
    said = f"{message.shape.prose}\n\nHeard by: {', '.join(message.heard_by) or 'nobody yet'}."
    further = [f"`{topic}`" for topic in message.topics[1:]]
    if further:
        said += f" Also on {', '.join(further)}."
    return _shape(message.name, message.shape, said)


def _shape(title: str, shape: Shape, prose: str = "") -> str:
    text = f"### {title}\n\n{prose or shape.prose}\n"
    return f"{text}\n{_members(shape.members)}" if shape.members else text


def _members(members: Sequence[Member]) -> str:
    rows = [(f"`{one.name}`", one.type, "" if one.needed else "optional", one.meaning) for one in members]
    return table(("field", "type", "", "meaning"), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    cells = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


def _paragraph(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())
