"""A small valid organisation file for tests to read and to break."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from shared.organisation import Organisation, OrganisationInvalid, load

Change = Callable[[dict[str, Any]], object]

_MANAGED = {"calendar": "always", "manager": {"role": "Head", "contact": "head@shop.example"}}
_STEP = {"typical_factor": "capacity", "standard": "24h"}
_TABLE = {"within": "8h", "calendar": "department"}
_DEADLINES = {
    "acknowledge": {"within": "4h", "calendar": "customer"},
    "respond": _TABLE,
    "round": _TABLE,
    "agree": _TABLE,
    "answer": {"within": "72h", "calendar": "customer"},
    "contact": _TABLE,
}
_SMALL: dict[str, Any] = {
    "id": "shop",
    "name": {"en": "Shop", "ru": "Лавка"},
    "version": 3,
    "languages": ["en", "ru"],
    "currency": "EUR",
    "customer_calendar": "always",
    "calendars": [{"id": "always", "version": 1, "timezone": "UTC", "week": "always"}],
    "departments": [
        {"id": "care", "name": "Care", "distance": 0, **_MANAGED},
        {"id": "carrier", "name": "Carrier", "distance": 1, "staff_names": ["Olga Petrova"], **_MANAGED},
        {"id": "stock", "name": "Stock", "distance": 1, "hourly_cost": 12, **_MANAGED},
    ],
    "steps": [
        {"id": "pick", "name": "Picking", "department": "stock", **_STEP},
        {"id": "bring", "name": "Bringing", "department": "carrier", **_STEP},
        {"id": "reply", "name": "Reply", "department": "care", **_STEP},
    ],
    "promises": [{"id": "soon", "name": "Soon", "steps": ["pick", "bring"], "within": "48h"}],
    "categories": [
        {"id": "late", "name": "Late", "steps": ["bring"], "words": {"en": ["late"], "ru": ["опозда*"]}},
        {"id": "other", "name": "Other"},
    ],
    "rules": [
        {"when": {"kind": "Noise - Roof"}, "steps": ["reply"], "why": "the roof is special"},
        {"when": {"kind": {"prefix": "Noise"}, "place": ["Yard", "Street"]}, "category": "late"},
    ],
    "severity": {"money": [{"at_least": 100, "level": "medium"}, {"at_least": 500, "level": "high"}]},
    "deadlines": dict.fromkeys(("low", "medium", "high", "critical"), _DEADLINES),
    "playbook": {
        "remedies": [{"id": "sorry", "name": "Sorry"}],
        "declines": [{"id": "not-ours", "name": "Not ours"}],
        "learnings": [{"id": "none", "name": "None"}],
    },
    "costs": {
        "staff_hourly": 30,
        "rework": 10,
        "lost_customer": 200,
        "churn": {"low": 0.01, "medium": 0.05, "high": 0.155, "critical": 0.3},
    },
    "lexicon": {"blame": {"en": [{"pattern": "your fault", "hint": "say what happened", "override": False}]}},
}


def small(change: Change = lambda _: None) -> str:
    """The file as YAML text, after `change` was made to it."""
    data = json.loads(json.dumps(_SMALL))  # a deep copy in which nothing is shared
    change(data)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def put(path: str, value: object) -> Change:
    """Set what stands at `steps.1.department`; a last part `+` appends, the value `...` takes away."""

    def change(data: dict[str, Any]) -> None:
        *before, last = path.split(".")
        node: Any = data
        for part in before:
            node = node[int(part) if part.isdigit() else part]
        if last == "+":
            node.append(value)
        elif value is ...:
            del node[last]
        else:
            node[last] = value

    return change


def shop(change: Change = lambda _: None) -> Organisation:
    return load(small(change), "shop.yaml")


def refusal(change: Change) -> str:
    """What is said of the file after `change`."""
    with pytest.raises(OrganisationInvalid) as refused:
        shop(change)
    return str(refused.value)
