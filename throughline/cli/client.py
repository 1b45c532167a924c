"""How commands reach the services: over HTTP, like any other client."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Self

import orjson
import typer

from throughline.app.folder import DataFolder, FolderInUse, FolderMismatch
from throughline.cli.invocation import SERVICE, invocation
from throughline.cli.output import Exit, fail

if TYPE_CHECKING:
    import httpx

DEFAULT_ORGANISATION: Final = "parcel-retailer"
_STARTING_SECONDS: Final = 30.0


class Refused(Exception):
    """The service refused; `problem` is its problem document."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or problem))
        self.status = status
        self.problem = problem


class Api:
    """The services of one deployment.

    Args:
        url: pattern with ``{service}`` in it; without, each service is at ``<url>/<service>``.
        folder: where `follow` looks up their new address; without it they never move.
    """

    def __init__(
        self, url: str, transport: httpx.BaseTransport | None = None, folder: DataFolder | None = None
    ) -> None:
        # Importing it takes longer than `--help` does.
        import httpx

        self.url = url
        # Plain HTTP needs no certificates, and loading the machine's takes long.
        self._client = httpx.Client(timeout=60.0, transport=transport, verify=url.startswith("https:"))
        self._folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def address(self, path: str) -> str:
        """Return the address of a path that begins with a service's name."""
        service, _, rest = path.lstrip("/").partition("/")
        whose = self.url if SERVICE in self.url else f"{self.url.rstrip('/')}/{SERVICE}"
        return f"{whose.replace(SERVICE, service).rstrip('/')}/{rest}"

    def follow(self) -> None:
        """Look up where the services are now: they may have restarted at another address."""
        running = self._folder.running() if self._folder else None
        if running is not None:
            self.url = running.url

    def get(self, path: str, **params: Any) -> Any:  # noqa: ANN401 - JSON
        """Return the answer to a GET; ``path`` begins with the service's name. Raises Refused."""
        given = {name: value for name, value in params.items() if value is not None and value != ""}
        return self._ask("GET", path, params=given)

    def find(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Return the answer to a GET, None if there is no such thing. Raises Refused."""
        try:
            return self.get(path)
        except Refused as refused:
            if refused.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def post(self, path: str, body: object = None, *, key: str = "", role: str = "") -> Any:  # noqa: ANN401 - JSON
        """Return the answer to a POST. Raises Refused."""
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        if role:
            headers["Throughline-Role"] = role
        try:
            content = b"" if body is None else orjson.dumps(body)
        except TypeError as error:
            # Arguments and standard input that are not UTF-8 arrive as lone surrogates.
            fail(f"the text is not UTF-8: {error}", Exit.USAGE)
        return self._ask("POST", path, content=content, headers=headers)

    def delete(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Return the answer to a DELETE. Raises Refused."""
        return self._ask("DELETE", path)

    def pages(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
        """Yield the items of all pages of a listing."""
        cursor = ""
        while True:
            page = self.get(path, cursor=cursor, **params)
            yield from page["items"]
            cursor = page["next"]
            if not cursor:
                return

    def _ask(self, method: str, path: str, **how: Any) -> Any:  # noqa: ANN401 - JSON
        response = self._client.request(method, self.address(path), **how)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            try:
                problem = response.json()
            except ValueError:
                problem = {"detail": response.text}
            raise Refused(response.status_code, problem)
        return orjson.loads(response.content)


@contextmanager
def connected(organisation: str = "", *, reads: bool = False) -> Iterator[Api]:
    """Yield the services at `--url` or those of the data folder, which are started if none run.

    Ends the command with an error and exit code 2 if there are none to be had, 1 if a service refused.

    Args:
        organisation: for a new folder; an existing folder refuses any but its own.
        reads: the command only reads: the folder must exist, and there are no effects to wait for.
    """
    import httpx

    try:
        running = find_running()
        if running is not None:
            with running as api:
                yield api
            return
        with _started(invocation().folder, organisation, reads=reads) as api:
            yield api
    except BrokenPipeError:
        # The reader closed the pipe; flushing what is left must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(Exit.OK) from None
    except Refused as error:
        fail(_refusal(error))
    except httpx.HTTPError as error:
        where = invocation().url or "the data folder's process"
        fail(f"the services do not answer at {where}: {error!r}; are they running?")
    except startup_errors() as error:
        fail(str(error), Exit.USAGE)


def find_running() -> Api | None:
    """Return the services that run, at `--url` or on the data folder; None if there are none. Starts none."""
    if invocation().url:
        return Api(invocation().url)
    folder = invocation().folder
    running = folder.running(patience=_STARTING_SECONDS)
    return None if running is None else Api(running.url, folder=folder)


def startup_errors() -> tuple[type[Exception], ...]:
    """Return the errors that keep a data folder from being served; each message says what to do."""
    # Importing the services takes a second; commands that find them running do not need to.
    from shared.messaging.kafka.embedded import EmbeddedBrokerUnavailable
    from shared.organisation.datafile import DataFileInvalid
    from shared.store.port import SchemaMismatch, StoreUnavailable

    unreachable = (EmbeddedBrokerUnavailable, SchemaMismatch, StoreUnavailable, OSError)
    return (FolderInUse, FolderMismatch, DataFileInvalid, *unreachable)


@contextmanager
def _started(folder: DataFolder, organisation: str, *, reads: bool) -> Iterator[Api]:
    known = folder.organisation()
    if known is None and reads:
        fail(
            f"there are no complaints in {folder.path}; start with `throughline up` or `throughline import`", Exit.USAGE
        )
    from shared.hosting.idle import NotIdle
    from throughline.app.background import in_background
    from throughline.app.deployment import NotReady

    try:
        with (
            in_background(folder, organisation or known or DEFAULT_ORGANISATION, wait=not reads) as deployment,
            Api(deployment.url) as api,
        ):
            yield api
    except NotIdle as error:
        fail(str(error))
    except NotReady as error:
        fail(f"the services did not start: {error}", Exit.USAGE)


def _refusal(refused: Refused) -> str:
    sentence = str(refused)
    return f"{sentence} (HTTP {refused.status})" if refused.status >= HTTPStatus.INTERNAL_SERVER_ERROR else sentence
