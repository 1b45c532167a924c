"""Dividing a whole so that the parts add up to it exactly: the method of largest remainders."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

_MILLION: Final = 1_000_000
_CENT: Final = Decimal("0.01")


def divided(total: int, weights: Sequence[float]) -> list[int]:
    """Return whole numbers in proportion to the weights that add up to `total`; of equal remainders the first wins.

    Raises:
        ValueError: for no weights, a negative one, or nothing but zeros.
    """
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact)
    if not exact or whole <= 0 or min(exact) < 0:
        msg = f"weights must be positive, not {list(weights)}"
        raise ValueError(msg)
    quotas = [total * weight / whole for weight in exact]
    parts = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(quotas)), key=lambda index: (parts[index] - quotas[index], index))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def normalised(weights: Sequence[float]) -> list[float]:
    """Return weights in whole millionths that add up to 1; none is less than one millionth."""
    units = divided(_MILLION, weights)
    for index, unit in enumerate(units):
        if unit == 0:
            units[units.index(max(units))] -= 1
            units[index] = 1
    return [unit / _MILLION for unit in units]


def divided_money(amount: Decimal, weights: Sequence[float]) -> list[Decimal]:
    """Divide an amount to the cent, so that the shares add up to it."""
    cents = int(amount / _CENT)
    return [part * _CENT for part in divided(cents, weights)]
