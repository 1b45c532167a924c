"""Reads the text of a mapping file: an `ImportMapping`, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from shared.organisation.datafile import DataFileInvalid, Problem, closest, parse_yaml, problems_of
from shared.organisation.mapping.models import ImportMapping
from shared.organisation.models import Organisation
from shared.packaged import MAPPINGS, names, path_of


class MappingInvalid(DataFileInvalid):
    """A mapping file that cannot be used; the message lists every problem with its path inside the file."""

    kind = "mapping file"


def load(text: str, source: str) -> ImportMapping:
    """Read a mapping file; `source` is what messages call it.

    Raises:
        MappingInvalid: it names every problem found; for broken YAML, line and column.
    """
    raw = parse_yaml(text, source, MappingInvalid)
    try:
        return ImportMapping.model_validate(raw)
    except ValidationError as error:
        raise MappingInvalid(source, problems_of(error, ImportMapping)) from error


def from_path(path: str | Path) -> ImportMapping:
    """Read a mapping from a file; a name without suffix (`city`) is one that comes with Throughline.

    Raises:
        MappingInvalid: there is no such file, or something is wrong inside it.
    """
    try:
        text = path_of(path, MAPPINGS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        right = "give the path of a file, or one of: " + ", ".join(packaged_names())
        raise MappingInvalid(str(path), [Problem("", f"cannot be read ({error})", right)]) from error
    return load(text, str(path))


def packaged_names() -> tuple[str, ...]:
    """The mappings that come with Throughline."""
    return names(MAPPINGS)


def check_fits(mapping: ImportMapping, organisation: Organisation, source: str) -> None:
    """Check a mapping against the organisation its rows are registered with.

    Raises:
        MappingInvalid: it is for another organisation, or names a step that this one does not have.
    """
    problems: list[Problem] = []
    if mapping.organisation != organisation.id:
        wrong = f"the mapping is for '{mapping.organisation}', the organisation is '{organisation.id}'"
        problems.append(Problem("organisation", wrong, f"start with the organisation '{mapping.organisation}'"))
    known = [step.id for step in organisation.steps]
    for index, mapped in enumerate(mapping.steps):
        if not organisation.has_step(mapped.step):
            wrong = f"organisation '{organisation.id}' has no step '{mapped.step}'"
            problems.append(Problem(f"steps[{index}].step", wrong, closest(mapped.step, known)))
    if problems:
        raise MappingInvalid(source, problems)


def missing_columns(mapping: ImportMapping, header: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that a file's header lacks, each with the closest one it has; a hint is given only once."""
    present = list(header)
    missing = [column for column in mapping.columns() if column not in present]
    hints = [closest(column, present) for column in missing]
    return tuple(
        f"no column '{column}'" + (f"; {hint}" if hint not in hints[:at] else "")
        for at, (column, hint) in enumerate(zip(missing, hints, strict=True))
    )
