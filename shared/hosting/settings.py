"""What every service reads from its environment; each service has its own prefix."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.store.mongo import Driver


class ServiceSettings(BaseSettings):
    """Settings of one service, e.g. ``THROUGHLINE_INTAKE_BROKER``.

    Attributes:
        broker: Kafka bootstrap servers.
        store: ``sqlite:///<absolute path>`` or ``mongodb://<hosts>/<database>``, a database of this service alone.
        store_driver: what speaks to MongoDB: ``motor``, or ``pymongo`` for PyMongo's own asynchronous client.
        organisation: a packaged organisation's name or a path.
        instance: name of this member of the consumer group; empty: the member leaves when it stops.
        partitions: of every topic; must be what the broker has.
        embedded: the broker forgets (rule 15): hold back for slow readers and publish again at start.
        readers: per topic the consumer groups for which an embedded broker's publishers hold back.
        sources: base URL per service whose topics this one reads, for what the broker did not bring.
    """

    model_config = SettingsConfigDict(extra="ignore")

    broker: str = "localhost:9092"
    store: str
    store_driver: Driver = "motor"
    organisation: str = "parcel-retailer"
    instance: str = ""
    partitions: int = Field(default=12, ge=1)
    embedded: bool = False
    readers: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    sources: dict[str, str] = Field(default_factory=dict)
