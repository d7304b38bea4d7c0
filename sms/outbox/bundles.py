"""What bundles of SMS are left at Orange's API: a list of contracts, or one in the older, nested form."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sms.outbox.gateway import Balance


def read_bundles(content: bytes, country: str) -> Balance | None:
    """The SMS left in the bundles of a country ('': of all), and when the first ends; None where it cannot be read."""
    try:
        bundles = [each for each in _bundles(json.loads(content)) if country in ("", each.get("country"))]
        left = [(int(each["availableUnits"]), _moment(each)) for each in bundles if _is_open(each)]
    except (ValueError, KeyError, TypeError):
        return None
    messages = sum(units for units, _ in left)
    ends = [until for units, until in left if units and until is not None]
    return Balance(f"{messages} SMS", messages, min(ends, default=None))


def _bundles(whole: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(whole, list):
        yield from whole
        return
    for contract in whole["partnerContracts"]["contracts"]:
        yield from contract["serviceContracts"]


def _is_open(bundle: Mapping[str, Any]) -> bool:
    until = _moment(bundle)
    is_active = str(bundle.get("status", "ACTIVE")).upper() == "ACTIVE"
    return is_active and (until is None or until > datetime.now(UTC))


def _moment(bundle: Mapping[str, Any]) -> datetime | None:
    text = bundle.get("expirationDate") or bundle.get("expires")
    if not text:
        return None
    moment = datetime.fromisoformat(str(text))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
