"""Back-pressure for a broker with limited memory: nothing is sent that would push out what readers have yet to read.

The embedded broker drops a partition's oldest records without notice (see `embedded`). So a producer
asks here first, and waits until what the slowest reading group has not yet committed is under half of what is kept.
The other half is room for what cannot be counted here: repeated sends and record batches that are dropped whole.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from shared.messaging.kafka.embedded import KEPT_BYTES_PER_PARTITION
from shared.messaging.kafka.offsets import Offsets

LOGGER: Final = logging.getLogger(__name__)

_POLL_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Held:
    """One partition that is not sent to now, because `group` has yet to commit what it was sent before."""

    topic: str
    partition: int
    group: str


@dataclass(slots=True)
class _Account:
    """What one partition holds that some group may still need, oldest first."""

    unread: deque[tuple[int, int]] = field(default_factory=deque[tuple[int, int]])  # (end offset, bytes)
    unread_bytes: int = 0
    reserved_bytes: int = 0
    end_offset: int = 0

    def fits(self, size_bytes: int, limit_bytes: int) -> bool:
        outstanding = self.unread_bytes + self.reserved_bytes
        # What is larger than the limit alone passes when nothing else is outstanding; it could never pass otherwise.
        return outstanding == 0 or outstanding + size_bytes <= limit_bytes

    def forget_until(self, offset: int) -> None:
        while self.unread and self.unread[0][0] <= offset:
            self.unread_bytes -= self.unread.popleft()[1]


class HoldBack:
    """Counts bytes per partition and holds a sender back at the limit.

    `readers` maps a topic to the consumer groups that read it; a topic without readers is never held. A group that
    has never committed counts as being at offset 0. Only what was settled through this object is counted, so all
    producers of a topic share one; here a topic has one owner, and so one producer.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        readers: Mapping[str, Sequence[str]],
        *,
        limit_bytes: int = KEPT_BYTES_PER_PARTITION // 2,
    ) -> None:
        self._offsets = Offsets(bootstrap_servers)
        self._readers = {topic: tuple(groups) for topic, groups in readers.items() if groups}
        self._limit_bytes = limit_bytes
        self._accounts: defaultdict[tuple[str, int], _Account] = defaultdict(_Account)
        self._held: dict[tuple[str, int], str] = {}
        self._committed: dict[str, dict[tuple[str, int], int]] = {}
        self._asked_at: dict[str, float] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def held(self) -> tuple[Held, ...]:
        """Return the partitions that are waited for now, each with the group that is furthest behind."""
        return tuple(Held(topic, partition, group) for (topic, partition), group in sorted(self._held.items()))

    async def admit(self, topic: str, partition: int, size_bytes: int, *, patience_s: float | None = None) -> bool:
        """Wait until `size_bytes` more may be sent, and reserve them.

        Returns False, and reserves nothing, if that was not possible within `patience_s` seconds (None: no limit).
        Every True must be followed by `settle` or `release` with the same size.
        """
        if topic not in self._readers:
            return True
        account = self._accounts[topic, partition]
        if not account.fits(size_bytes, self._limit_bytes):
            try:
                async with asyncio.timeout(patience_s):
                    await self._wait_for_readers(topic, partition, account, size_bytes)
            except TimeoutError:
                return False
        account.reserved_bytes += size_bytes
        return True

    def settle(self, topic: str, partition: int, reserved_bytes: int, *, stored: tuple[int, int, int]) -> None:
        """Turn a reservation into what the broker stored: (base offset, number of records, bytes)."""
        if topic not in self._readers:
            return
        account = self._accounts[topic, partition]
        base_offset, count, size_bytes = stored
        account.reserved_bytes -= reserved_bytes
        # Offsets that nobody settled are sends whose answer was lost: they take up room too, about as much each.
        unseen = max(0, base_offset - account.end_offset)
        account.end_offset = max(account.end_offset, base_offset + count)
        taken = size_bytes + unseen * size_bytes // max(1, count)
        account.unread.append((base_offset + count, taken))
        account.unread_bytes += taken

    def release(self, topic: str, partition: int, reserved_bytes: int) -> None:
        """Give a reservation back: the broker refused the batch."""
        if topic in self._readers:
            self._accounts[topic, partition].reserved_bytes -= reserved_bytes

    async def stop(self) -> None:
        """Close the connection to the broker, if one was needed."""
        await self._offsets.stop()

    async def _wait_for_readers(self, topic: str, partition: int, account: _Account, size_bytes: int) -> None:
        key = (topic, partition)
        try:
            while True:
                slowest = min([(await self._committed_by(group, key), group) for group in self._readers[topic]])
                account.forget_until(slowest[0])
                if account.fits(size_bytes, self._limit_bytes):
                    return
                self._held[key] = slowest[1]
                await asyncio.sleep(_POLL_S)
        finally:
            self._held.pop(key, None)

    async def _committed_by(self, group: str, key: tuple[str, int]) -> int:
        # Many partitions may wait for one group: one of them asks for all, at most once per poll.
        async with self._asking[group]:
            now = asyncio.get_running_loop().time()
            fresh = now - self._asked_at.get(group, float("-inf")) < _POLL_S / 2
            if not (fresh and key in self._committed.get(group, {})):
                try:
                    self._committed[group] = await self._ask(group)
                except (KafkaError, OSError, TimeoutError) as error:
                    LOGGER.warning("the offsets of group %s are unknown at present: %r", group, error)
                self._asked_at[group] = now
        return self._committed.get(group, {}).get(key, 0)

    async def _ask(self, group: str) -> dict[tuple[str, int], int]:
        read = [TopicPartition(*key) for key in self._accounts if group in self._readers[key[0]]]
        return {(at.topic, at.partition): offset for at, offset in (await self._offsets.committed(group, read)).items()}
