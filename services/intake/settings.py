"""What intake reads from its environment, prefix ``THROUGHLINE_INTAKE_``."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from shared.hosting.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of the intake service.

    Attributes:
        vault: file of the vault; by default beside the store's file, or in MongoDB where the store is.
        pseudonym_key: key of the customers' pseudonyms; by default one that is made once and kept beside the vault's
            file. A vault in MongoDB has no such place: then it must be given.
            With another key, customers who come back are no longer recognised.
    """

    model_config = SettingsConfigDict(env_prefix="THROUGHLINE_INTAKE_", extra="ignore")

    vault: Path | None = None
    pseudonym_key: SecretStr = SecretStr("")
