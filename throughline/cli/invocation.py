"""The options of every command, declared once: where the services are, where the data are, and how to print.

They may stand before or after a command: `throughline --json show X` is `throughline show X --json`.
"""

from __future__ import annotations

import copy
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from throughline.app.folder import DataFolder
from throughline.cli.output import Exit, fail

SERVICE: Final = "{service}"
"""Stands in a URL for the name of a service."""
_PANEL: Final = "Options of every command"


@dataclass(frozen=True, slots=True)
class Invocation:
    """What this call of `throughline` asks of any command.

    Attributes:
        url: where the services are, with ``{service}`` in it or without; empty: those of the data folder.
        data_dir: None: the folder under the user's state directory.
        as_json: print one JSON object on stdout instead of text for people.
        before_command: the options that stood before the command, by their field names here.
    """

    url: str = ""
    data_dir: Path | None = None
    as_json: bool = False
    before_command: frozenset[str] = frozenset()

    @property
    def folder(self) -> DataFolder:
        """The data folder."""
        return DataFolder(self.data_dir) if self.data_dir else DataFolder.default()


_CURRENT: Final[ContextVar[Invocation]] = ContextVar("invocation")


def invocation() -> Invocation:
    """Return the options of the command that runs."""
    return _CURRENT.get()


class Standalone(TyperCommand):
    """A command that neither asks running services nor reads a data folder. Of the shared options it takes --json."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - click's own types are private to Typer
        """Run the command."""
        if "data_dir" in invocation().before_command:
            ctx.fail(f"'{ctx.info_name}' does not take --data-dir before its name.")
        return super().invoke(ctx)


class Commands(TyperGroup):
    """The group at the root: each of its own options can be given after any of its commands too."""

    def __init__(self, **attrs: Any) -> None:  # noqa: ANN401 - handed through
        super().__init__(**attrs)
        self._share_with(self)

    def _share_with(self, group: TyperGroup) -> None:
        for command in group.commands.values():
            own = {option for parameter in command.params for option in parameter.opts}
            shared = [
                option
                for option in self.params
                if isinstance(option, TyperOption)
                and own.isdisjoint(option.opts)
                and (option.name == "as_json" or not isinstance(command, Standalone))
            ]
            command.params = [*command.params, *map(_after_command, shared)]
            names = ", ".join(sorted(option.opts[0] for option in shared))
            command.epilog = f"Also takes {names}; see `throughline --help`."
            if isinstance(command, TyperGroup):
                self._share_with(command)


def _after_command(option: TyperOption) -> TyperOption:
    """The option as it stands after a command: help shows it once, at the root, and its variable is read there."""
    shared = copy.copy(option)
    shared.hidden, shared.expose_value, shared.envvar = True, False, None
    shared.callback = _given_after
    return shared


def _given_after(_context: object, option: Any, value: object) -> None:  # noqa: ANN401 - click's own types
    if value:
        changed: dict[str, Any] = {option.name: value}
        _CURRENT.set(replace(invocation(), **changed))


def _address(url: str) -> str:
    if url:
        parts = urlsplit(url.replace(SERVICE, "service"))
        if parts.scheme not in {"http", "https"} or not parts.netloc or set("{}") & set(parts.geturl()):
            fail(f"--url {url} is not an address; give one like http://host:8080 or http://{SERVICE}:8080", Exit.USAGE)
    return url


def shared_options(
    context: typer.Context,
    *,
    url: Annotated[
        str,
        typer.Option(
            "--url",
            envvar="THROUGHLINE_URL",
            metavar="URL",
            parser=_address,
            rich_help_panel=_PANEL,
            help="Where the services are: http://host:8080 (each under /<service>) or a pattern such as "
            "http://{service}:8080. Without it: those of the data folder",
        ),
    ] = "",
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data-dir",
            envvar="THROUGHLINE_DATA_DIR",
            rich_help_panel=_PANEL,
            help="The data folder. Without it: throughline under your state directory (~/.local/state)",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", rich_help_panel=_PANEL, help="Print one JSON object on stdout and nothing else")
    ] = False,
) -> None:
    """Keep what stands before the command; the same option after it overrides it."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    given = {name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"}
    _CURRENT.set(Invocation(url, data_dir, as_json, frozenset(given)))
