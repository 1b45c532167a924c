"""Files of invented rows in the columns of the packaged mappings."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

ORDER_COLUMNS = (
    *("order_id", "sample", "order_status", "purchased_at", "approved_at", "carrier_handover_limit"),
    *("carrier_handover_at", "delivered_at", "delivery_promised_by", "items", "sellers", "seller_state"),
    *("customer_state", "category", "price", "freight", "review_score", "review_title", "review_text"),
    *("review_asked_at", "review_answered_at"),
)
REQUEST_COLUMNS = (
    *("unique_key", "created_date", "closed_date", "agency", "agency_name", "complaint_type", "descriptor"),
    *("location_type", "status", "due_date", "resolution_description", "resolution_action_updated_date"),
    *("borough", "open_data_channel_type"),
)
_BOUGHT = datetime(2018, 3, 1, 8)  # noqa: DTZ001 - the source writes times without a zone


def order(number: int, *, paid: float = 1, handed: float = 48, there: float = 120, **more: str) -> dict[str, str]:
    """Return an order due at the carrier after 72 h and at the customer after 240 h; hours from the purchase."""
    instants = {
        "purchased_at": 0,
        "approved_at": paid,
        "carrier_handover_limit": 72,
        "carrier_handover_at": handed,
        "delivered_at": there,
        "delivery_promised_by": 240,
        "review_asked_at": 250,
        "review_answered_at": 260,
    }
    stamps = {name: f"{_BOUGHT + timedelta(hours=hours):%Y-%m-%d %H:%M:%S}" for name, hours in instants.items()}
    rest = {
        "order_id": f"invented-{number}",
        "sample": "random" if number % 2 else "enriched",
        "order_status": "delivered",
        "price": "10.00",
        "freight": "2.50",
        "review_score": "1",
        "review_text": "",
    }
    return stamps | rest | more


def request(number: int, agency: str, complaint_type: str, descriptor: str) -> dict[str, str]:
    """Return a request to the city."""
    return {
        "unique_key": str(number),
        "created_date": "05/26/2024 11:59:01 PM",
        "agency": agency,
        "complaint_type": complaint_type,
        "descriptor": descriptor,
        "borough": "BROOKLYN",
        "open_data_channel_type": "ONLINE",
    }


def write(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> Path:
    """Write rows as RFC 4180 has it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path
