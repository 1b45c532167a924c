"""How far groups have read: their committed offsets, as the broker keeps them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

_REQUEST_TIMEOUT_MS: Final = 5_000


class Offsets:
    """Asks a broker; connects when it is first asked."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._admin: AIOKafkaAdminClient | None = None
        self._connecting = asyncio.Lock()

    async def committed(self, group: str, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the next offset that a group would read per partition, 0 where it has committed nothing.

        Raises:
            aiokafka.errors.KafkaError, OSError, TimeoutError: the broker does not answer.
        """
        admin = await self._connected()
        found: Mapping[TopicPartition, Any] = await admin.list_consumer_group_offsets(
            group, partitions=list(partitions)
        )
        # -1 says that the group never committed on that partition.
        return {at: max(0, int(one.offset)) for at, one in found.items()}

    async def stop(self) -> None:
        """Close the connection, if one was needed."""
        admin, self._admin = self._admin, None
        if admin is not None:
            await admin.close()

    async def _connected(self) -> AIOKafkaAdminClient:
        async with self._connecting:
            if self._admin is None:
                admin = AIOKafkaAdminClient(
                    bootstrap_servers=self._bootstrap_servers, request_timeout_ms=_REQUEST_TIMEOUT_MS
                )
                try:
                    await admin.start()
                except BaseException:
                    await admin.close()
                    raise
                self._admin = admin
            return self._admin
