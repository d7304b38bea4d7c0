"""A partner of SPDCI as tests have it: its key, its signed messages, and the fields that the specification requires."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import respx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.types import ASGIApp

from core.spdci import envelope, signature
from core.spdci.envelope import new_id, stamp
from core.spdci.ourselves import OwnIdentity
from core.spdci.vocabulary import SpdciAction

OURS: Final = "jigi.example.ml"
THEIRS: Final = "rsu.example.ml"
OWN: Final = OwnIdentity(OURS, signature.key_of(Ed25519PrivateKey.from_private_bytes(b"j" * 32)))
PARTNER: Final = OwnIdentity(THEIRS, signature.key_of(Ed25519PrivateKey.from_private_bytes(b"k" * 32)))
STRANGER: Final = OwnIdentity(THEIRS, signature.key_of(Ed25519PrivateKey.from_private_bytes(b"s" * 32)))

REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "request header": ("message_id", "message_ts", "action", "sender_id", "total_count"),
    "answer header": ("message_id", "message_ts", "action", "status"),
    "search_request": ("reference_id", "timestamp", "search_criteria"),
    "search_criteria": ("query_type", "query"),
    "search_response": ("reference_id", "timestamp", "status"),
    "pagination": ("page_size", "page_number", "total_count"),
    "data": ("reg_records",),
    "txnstatus_request": ("reference_id", "txn_type", "attribute_type", "attribute_value"),
    "txnstatus_response": ("txn_type", "txn_status"),
    "ack": ("ack_status", "timestamp", "correlation_id"),
}
"""What must stand in each part (Social Registry and Integrated Beneficiary Registry 1.0.0)."""


def has_required(part: Mapping[str, Any], kind: str) -> bool:
    """Whether all stands in a part that must."""
    return all(part.get(name) is not None for name in REQUIRED[kind])


def own_settings(folder: Path, **more: str) -> dict[str, Any]:
    """Settings of ours with one partner, whose keys are in a file."""
    key, jwks = folder / "key.pem", folder / "rsu.json"
    key.write_bytes(OWN.key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    jwks.write_text(f'{{"keys": [{_json(PARTNER.key.jwk())}]}}')
    return {
        "spdci_id": OURS,
        "spdci_key_file": key,
        "spdci_url": "https://api.example.ml",
        "spdci_ids": f"rsu={THEIRS}",
        "spdci_jwks": f"rsu={jwks}",
        **more,
    }


def _json(jwk: Mapping[str, str]) -> str:
    return "{" + ", ".join(f'"{name}": "{value}"' for name, value in jwk.items()) + "}"


def search(query_type: str, query: object, reference: str = "r1", **criteria: Any) -> dict[str, Any]:
    """One search of a request."""
    wanted = {"query_type": query_type, "query": query, **criteria}
    return {"reference_id": reference, "timestamp": stamp(datetime.now(UTC)), "search_criteria": wanted}


def by_number(number: str, reference: str = "r1") -> dict[str, Any]:
    """A search by the number of a household."""
    return search("idtype-value", {"type": "HOUSEHOLD_NO", "value": number}, reference)


def searching(*searches: Mapping[str, Any], transaction: str = "") -> dict[str, Any]:
    """The message of a request that searches."""
    return {"transaction_id": transaction or new_id(), "search_request": list(searches)}


def request_of(
    message: Mapping[str, Any],
    kind: SpdciAction = SpdciAction.SEARCH,
    *,
    by: OwnIdentity = PARTNER,
    count: int = 1,
    **more: Any,
) -> bytes:
    """A signed request of the partner, with more in its header."""
    now = datetime.now(UTC)
    header = envelope.request_header(kind, by.sender_id, OURS, now, count=count, sender_uri="https://evil.example/")
    return by.written({**header, **more}, message, now)


def carry(router: respx.MockRouter, app: ASGIApp, host: str = "rsu.example.ml") -> None:
    """Let what goes to a host be answered by an application of the tests."""

    async def carried(request: httpx.Request) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as http:
            url = str(request.url).replace("/v1/registry/", "/registry/")
            headers = {name: value for name, value in request.headers.items() if name in CARRIED}
            came = await http.request(request.method, url, content=request.content, headers=headers)
        return httpx.Response(came.status_code, content=came.content)

    router.route(host=host).mock(side_effect=carried)


CARRIED: Final = ("content-type", "authorization")
