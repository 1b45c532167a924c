"""Reads the text of an organisation file: an `Organisation`, or everything that is wrong with it."""

import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from shared.organisation.checks import reference_problems, sense_problems
from shared.organisation.datafile import DataFileInvalid, Problem, is_list, is_mapping, parse_yaml, problems_of
from shared.organisation.models import Organisation
from shared.packaged import ORGANISATIONS, names, path_of

log = logging.getLogger(__name__)


class OrganisationInvalid(DataFileInvalid):
    """An organisation file that cannot be used; the message lists every problem with its path inside the file."""

    kind = "organisation file"


def load(text: str, source: str, included: Mapping[str, str] | None = None) -> Organisation:
    """Read an organisation file.

    Args:
        text: the YAML.
        source: what to call it in messages, usually its path.
        included: texts of the files it may include, by the name it uses for them. Sections of an included file
            take the place of those that the file itself leaves out.

    Raises:
        OrganisationInvalid: it names every problem found; for broken YAML, line and column.
    """
    own = parse_yaml(text, source, OrganisationInvalid)
    problems: list[Problem] = []
    raw = {**_included(own.pop("include", []), included or {}, problems), **own}
    _rename_clock(raw, source)
    organisation: Organisation | None = None
    try:
        organisation = Organisation.model_validate(raw)
    except ValidationError as error:
        problems += problems_of(error, Organisation)
    problems += reference_problems(raw)
    if organisation is not None and not problems:
        problems += sense_problems(organisation)
    if organisation is None or problems:
        raise OrganisationInvalid(source, problems)
    return organisation


def _rename_clock(raw: dict[str, Any], source: str) -> None:
    """Take the clock `respond` also under the name that it had until 0.1, and say so once per file."""
    profiles = raw.get("deadlines")
    old = (
        [clocks for clocks in profiles.values() if is_mapping(clocks) and "join" in clocks]
        if is_mapping(profiles)
        else []
    )
    for clocks in old:
        if "respond" not in clocks:
            clocks["respond"] = clocks.pop("join")
    if old:
        log.warning("%s: the clock 'join' of `deadlines` is called 'respond' now; rename it", source)


def from_path(path: str | Path) -> Organisation:
    """Read an organisation from a file; a name without suffix (`city`) is one that comes with Throughline.

    Files that it includes are looked for beside it, then among those that come with Throughline.

    Raises:
        OrganisationInvalid: there is no such file, or something is wrong inside it.
    """
    found = path_of(path, ORGANISATIONS)
    text = _text_of(found, str(path))
    included = {
        name: _text_of(_beside(found, name), f"{path} (include {name})")
        for name in _include_names(text, str(path))
        if _stays_inside(name)
    }
    return _known(text, str(path), tuple(included.items()))


@lru_cache(maxsize=8)
def _known(text: str, source: str, included: tuple[tuple[str, str], ...]) -> Organisation:
    """Kept, because all services of a process read the same file and it does not change meanwhile."""
    return load(text, source, dict(included))


def packaged_names() -> tuple[str, ...]:
    """The organisations that come with Throughline."""
    return names(ORGANISATIONS)


def _beside(path: Path, name: str) -> Path:
    own = path.parent / name
    return own if own.exists() else ORGANISATIONS / name


def _text_of(path: Path, source: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        right = "give the path of a file, or one of: " + ", ".join(packaged_names())
        raise OrganisationInvalid(source, [Problem("", f"cannot be read ({error})", right)]) from error


@lru_cache(maxsize=8)
def _include_names(text: str, source: str) -> tuple[str, ...]:
    named = parse_yaml(text, source, OrganisationInvalid).get("include", [])
    return tuple(name for name in named if isinstance(name, str)) if is_list(named) else ()


def _stays_inside(name: str) -> bool:
    pure = PurePosixPath(name)
    return not pure.is_absolute() and ".." not in pure.parts


def _included(named: object, texts: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    if not is_list(named):
        problems.append(Problem("include", "must be a list of file names"))
        return {}
    sections: dict[str, Any] = {}
    for index, name in enumerate(named):
        if not isinstance(name, str) or name not in texts:
            right = "name a file in the same folder or below it"
            problems.append(Problem(f"include[{index}]", f"there is no file '{name}'", right))
            continue
        sections |= parse_yaml(texts[name], name, OrganisationInvalid)
    return sections
