"""What departments reads from its environment: ``THROUGHLINE_DEPARTMENTS_…``."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from shared.hosting.settings import ServiceSettings


class Settings(ServiceSettings):
    """As every service; see `ServiceSettings`."""

    model_config = SettingsConfigDict(env_prefix="THROUGHLINE_DEPARTMENTS_", extra="ignore")
