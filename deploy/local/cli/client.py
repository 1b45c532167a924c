"""The command's way to the services: over HTTP, as anyone would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx

from deploy.local.background import in_background
from deploy.local.cli.output import Exit, fail
from deploy.local.deployment import NotReady
from deploy.local.folder import DataFolder, FolderInUse, FolderMismatch
from shared.core.organisation import OrganisationInvalid
from shared.messaging.embedded import EmbeddedBrokerUnavailable
from shared.store.port import SchemaMismatch, StoreUnavailable

DEFAULT_ORGANISATION: Final = "parcel-retailer"
UNUSABLE: Final = (
    FolderInUse,
    FolderMismatch,
    OrganisationInvalid,
    EmbeddedBrokerUnavailable,
    NotReady,
    SchemaMismatch,
    StoreUnavailable,
    OSError,
)
"""Why a deployment cannot run; each one's message says what to do."""


class Refused(Exception):
    """The service refused; `problem` is its problem document."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or problem))
        self.status = status
        self.problem = problem


class Api:
    """The services of one deployment."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url
        self._client = httpx.Client(base_url=url, timeout=60.0, transport=transport)

    def get(self, path: str, **params: Any) -> Any:  # noqa: ANN401 - JSON
        """Return what a GET answers; ``path`` begins with the service's name."""
        return self._ask("GET", path, params={k: v for k, v in params.items() if v is not None})

    def post(self, path: str, body: object, *, key: str = "", role: str = "") -> Any:  # noqa: ANN401 - JSON
        """Return what a POST answers. Raises Refused."""
        headers = {"Idempotency-Key": key} if key else {}
        if role:
            headers["Throughline-Role"] = role
        return self._ask("POST", path, json=body, headers=headers)

    def delete(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Return what a DELETE answers. Raises Refused."""
        return self._ask("DELETE", path)

    def pages(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
        """Yield the items of a paged listing, all pages."""
        cursor = ""
        while True:
            page = self.get(path, cursor=cursor or None, **params)
            yield from page["items"]
            cursor = page["next"]
            if not cursor:
                return

    def _ask(self, method: str, path: str, **how: Any) -> Any:  # noqa: ANN401 - JSON
        response = self._client.request(method, "/" + path.lstrip("/"), **how)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            try:
                problem = response.json()
            except ValueError:
                problem = {"detail": response.text}
            raise Refused(response.status_code, problem)
        return response.json()


@contextmanager
def connected(data_dir: Path | None, organisation: str | None = None) -> Iterator[Api]:
    """Yield the services of a data folder: those that run, or own ones for as long as the context lasts.

    Ends the command with a sentence and exit code 2 where neither can be had, 1 where a service refused.
    """
    folder = DataFolder(data_dir) if data_dir else DataFolder.default()
    try:
        running = folder.running()
        if running is not None:
            yield Api(running.url)
            return
        with in_background(folder, organisation or folder.organisation() or DEFAULT_ORGANISATION) as deployment:
            yield Api(deployment.url)
    except UNUSABLE as error:
        fail(str(error), Exit.USAGE)
    except Refused as error:
        fail(str(error))
    except httpx.HTTPError as error:
        fail(f"the services do not answer: {error!r}; is `throughline up` still running?")
