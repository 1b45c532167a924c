"""Building the read models of a service anew."""

from __future__ import annotations

from shared.eventsourcing.definition import Definition
from shared.messaging.antientropy import AntiEntropy
from shared.store.port import Store


async def drop_rows(definition: Definition, antientropy: AntiEntropy, store: Store) -> None:
    """Drop the rows of every projection; anti-entropy folds them anew, also after a crash, and `Replay` at once.

    Only one process of the service may run meanwhile: another one could add to a row that is being dropped.
    Raises StoreUnavailable: the next call goes on from there.
    """
    topics = {event.stream.topic for projector in definition.projectors for event in projector.received}
    # First: what is dropped and then forgotten by a crash would be lacking for good.
    await antientropy.start_over(sorted(topics))
    for projector in definition.projectors:
        await store.drop(projector.rows.kind)
