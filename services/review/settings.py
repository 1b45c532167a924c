"""What review reads from its environment, prefix ``THROUGHLINE_REVIEW_``."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from shared.hosting.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of the review service; nothing beyond what every service has."""

    model_config = SettingsConfigDict(env_prefix="THROUGHLINE_REVIEW_", extra="ignore")
