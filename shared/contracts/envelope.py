"""CloudEvents 1.0 in Kafka's binary mode: attributes are headers, the value is the event's JSON.

Source: CloudEvents 1.0.2, Kafka protocol binding, section 3.2.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

MAX_RECORD_BYTES: Final = 900_000
"""Key, value and headers of one record; by default a Kafka broker accepts record batches of 1 MiB."""

_MAX_DIGITS: Final = 18
_REQUIRED: Final = ("ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "ce_sequence")


class EnvelopeInvalid(ValueError):
    """A record without a readable envelope; the message names the header."""


class Envelope(NamedTuple):
    """The attributes of one event on the wire.

    Attributes:
        id: ``<stream>:<seq>``, unique forever; a copy on another topic has the same id.
        source: ``/<service>``.
        type: ``ComplaintRegistered.v1``.
        time: RFC 3339 instant of the decision.
        subject: the aggregate's key; the complaint id unless the stream says otherwise.
        sequence: dense per (stream, topic), from 1.
        causation: id of the event, or of the command, that caused this one.
        correlation: the complaint's id through the whole system.
        traceparent: W3C trace context, or empty.
    """

    id: str
    source: str
    type: str
    time: str
    subject: str
    sequence: int
    causation: str = ""
    correlation: str = ""
    traceparent: str = ""

    @property
    def stream(self) -> str:
        """The stream the event belongs to, e.g. ``complaint/<id>``."""
        return self.id.rpartition(":")[0]

    @property
    def kind(self) -> str:
        """The kind of that stream, e.g. ``complaint``."""
        return self.id.partition("/")[0]

    def headers(self) -> list[tuple[str, bytes]]:
        """Return the Kafka headers in a fixed order, so that copies are byte-equal."""
        pairs = [
            ("content-type", b"application/json"),
            ("ce_specversion", b"1.0"),
            ("ce_id", self.id.encode()),
            ("ce_source", self.source.encode()),
            ("ce_type", self.type.encode()),
            ("ce_time", self.time.encode()),
            ("ce_subject", self.subject.encode()),
            ("ce_sequence", str(self.sequence).encode()),
            ("ce_causationid", self.causation.encode()),
            ("ce_correlationid", self.correlation.encode()),
        ]
        if self.traceparent:
            pairs.append(("traceparent", self.traceparent.encode()))
        return pairs

    @classmethod
    def parse(cls, headers: Iterable[tuple[str, bytes]]) -> Envelope:
        """Read the headers.

        Raises:
            EnvelopeInvalid: naming the header that is missing or unreadable.
        """
        # Every consumed event passes here: only what was asked for is looked at, header by header.
        found = dict(headers)
        try:
            for name in _REQUIRED:
                if not found.get(name):
                    msg = f"header {name} is missing"
                    raise EnvelopeInvalid(msg)
            sequence = found["ce_sequence"]
            if len(sequence) > _MAX_DIGITS or not sequence.isdigit() or int(sequence) < 1:
                msg = f"header ce_sequence is {sequence[:_MAX_DIGITS]!r}, not a number from 1"
                raise EnvelopeInvalid(msg)
            return cls(
                id=found["ce_id"].decode(),
                source=found["ce_source"].decode(),
                type=found["ce_type"].decode(),
                time=found["ce_time"].decode(),
                subject=found["ce_subject"].decode(),
                sequence=int(sequence),
                causation=(found.get("ce_causationid") or b"").decode(),
                correlation=(found.get("ce_correlationid") or b"").decode(),
                traceparent=(found.get("traceparent") or b"").decode(),
            )
        except UnicodeDecodeError as error:
            msg = f"a header is not UTF-8: {error}"
            raise EnvelopeInvalid(msg) from None
