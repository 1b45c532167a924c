"""What routing reads from its environment, prefix ``THROUGHLINE_ROUTING_``."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from shared.hosting.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of the routing service; nothing beyond what every service has."""

    model_config = SettingsConfigDict(env_prefix="THROUGHLINE_ROUTING_", extra="ignore")
