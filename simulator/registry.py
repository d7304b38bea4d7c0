"""A stand-in of a social registry and of a beneficiary registry that speak SPDCI 1.0.0, and misbehave on order.

It signs with a key of its own, by code of its own, gives tokens (OAuth 2, client credentials), answers at once or by
posting to the address that a request names, and remembers what it was asked. Start it with
``python -m simulator.registry``, and order faults with ``PUT /order``.
"""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any, Final, Literal
from uuid import uuid4

import httpx
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import BaseModel, ConfigDict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

REGISTRY_ID: Final = "rsu.example.ml"
PORT: Final = 8097
PAGE: Final = "<html><body><h1>502 Bad Gateway</h1></body></html>"
MISSPELT: Final[Mapping[str, str]] = {
    "search_response": "search_responses",
    "reg_records": "spdci:reg_records",
    "subscription_codes": "sunscription_codes",
    "subscriptions": "subscription",
    "correlation_id": "corelation_id",
    "enrolled_status": "enroled_status",
    "group_identifier": ":group_identifier",
    "birth_date": "spdci:birth_date",
    "notify_event": "notify_events",
}
"""As others spell names."""


class RegistryOrder(BaseModel):
    """How it misbehaves; nothing is wrong unless it is said. `token_seconds` is how long it takes to give a token."""

    model_config = ConfigDict(extra="forbid")

    signature: Literal["good", "wrong", "none", "unknown key", "other sender"] = "good"
    transport: Literal["good", "silent", "502", "429", "500", "garbage", "401", "403"] = "good"
    failures: int = 10_000
    """So many requests in a row go wrong in transport."""
    shuffled: bool = False
    misspelt: bool = False
    bare_record: bool = False
    """One record stands where a list of them should."""
    other_transaction: bool = False
    other_reference: bool = False
    stale: bool = False
    callbacks: Literal["once", "twice", "none", "other token"] = "once"
    gives: Literal["tokens", "expired tokens", "no token", "html"] = "tokens"
    token_seconds: float = 0.0
    header_code: str = ""
    search_code: str = ""
    ack: Literal["ACK", "NACK", "ERR"] = "ACK"


class RegistryStandIn:
    """The registry; `households` are its groups, by any identifier. `transport` carries what it posts."""

    def __init__(
        self,
        households: Sequence[Mapping[str, Any]],
        sender_id: str = REGISTRY_ID,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.order = RegistryOrder()
        self.requests: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.posted: list[int] = []
        self._households = households
        self._sender_id = sender_id
        self._transport = transport
        self._clock = clock
        self._key, self._other_key = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
        self._tasks: set[asyncio.Task[None]] = set()

    def app(self) -> Starlette:
        """Where it answers."""
        paths = (
            "sync/search", "sync/enrolled", "sync/enrollment/updates", "sync/txn/status", "search", "subscribe",
            "unsubscribe", "txn/status",
        )  # fmt: skip
        doors = [Route(f"/registry/{path}", self._asked, methods=["POST"]) for path in paths]
        own = [Route("/token", self._give_token, methods=["POST"]), Route("/jwks.json", self._jwks)]
        return Starlette(routes=[*own, *doors, Route("/order", self._take_order, methods=["PUT"])], lifespan=self._life)

    @asynccontextmanager
    async def _life(self, _: Starlette) -> AsyncIterator[None]:
        yield
        await self.settled()

    def carry_by(self, transport: httpx.AsyncBaseTransport) -> None:
        """Post by this from now on."""
        self._transport = transport

    async def settled(self) -> None:
        """Wait until all is posted that was to be."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def notify(self, address: str, record: Mapping[str, Any]) -> None:
        """Tell a subscriber that a household changed."""
        what = {"version": "1.0.0", "reg_record_type": "Group", "reg_event_type": "REGISTER", "reg_records": [record]}
        event = {"reference_id": uuid4().hex, "timestamp": self._stamp(), "data": what}
        message = {"transaction_id": uuid4().hex, "notify_event": [event]}
        await self._post_octets(address, self._written("notify", message))

    async def _take_order(self, request: Request) -> Response:
        self.order = RegistryOrder.model_validate_json(await request.body())
        return JSONResponse(self.order.model_dump())

    def jwks(self) -> dict[str, Any]:
        """Its public keys."""
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        x = base64.urlsafe_b64encode(raw).decode().rstrip("=")
        return {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k1", "use": "sig", "x": x}]}

    async def _jwks(self, _: Request) -> Response:
        return JSONResponse(self.jwks())

    async def _give_token(self, request: Request) -> Response:
        await asyncio.sleep(self.order.token_seconds)
        if self.order.gives == "html":
            return HTMLResponse(PAGE)
        if self.order.gives == "no token" or not request.headers.get("authorization", "").startswith("Basic "):
            return JSONResponse({"error": "invalid_client"}, 401)
        self.tokens.append(token_urlsafe(16))
        return JSONResponse({"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": 3600})

    async def _asked(self, request: Request) -> Response:
        order = self.order
        if order.transport != "good" and order.failures > 0:
            self.order = order.model_copy(update={"failures": order.failures - 1})
            return await self._broken(order.transport)
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens and (bearer != self.tokens[-1] or (order.gives == "expired tokens" and len(self.tokens) < 2)):
            return JSONResponse({"errors": [{"code": "err.request.unauthorized", "message": ""}]}, 401)
        whole = await request.json()
        self.requests.append(whole)
        path = request.url.path.rpartition("/registry/")[2]
        if path.startswith("sync/"):
            return self._answered(path, whole)
        return self._later(path, whole)

    async def _broken(self, how: str) -> Response:
        if how == "silent":
            await asyncio.sleep(3600)
        if how == "garbage":
            return Response(b'{"header": {"mess', media_type="application/json")
        if how in ("401", "403"):
            return JSONResponse({"errors": [{"code": "err.request.forbidden", "message": ""}]}, int(how))
        return HTMLResponse(PAGE, int(how))

    def _answered(self, path: str, whole: Mapping[str, Any]) -> Response:
        """What it answers at once; `enrolled` and updates without an envelope, as the specification has it."""
        message = whole["message"]
        if path == "sync/enrolled":
            sought = json.dumps(message["enrolled_criteria"]["query"])
            is_in = any(number in sought for group in self._households for number in _numbers(group))
            return self._plain(message, {"enrolled_status": "yes" if is_in else "no"})
        if path == "sync/enrollment/updates":
            return self._plain(message, {})
        if path == "sync/txn/status":
            return self._signed("txn-on-status", self._status(message))
        return self._signed("on-search", self._searched(message))

    def _plain(self, message: Mapping[str, Any], more: Mapping[str, Any]) -> Response:
        reply = {"reference_id": uuid4().hex, "timestamp": self._stamp(), "status": "succ", **more}
        if self.order.search_code:
            reply |= {"status": "rjct", "status_reason_code": self.order.search_code}
        content = {
            "transaction_id": message["transaction_id"], "correlation_id": uuid4().hex, "enrolled_response": [reply],
        }  # fmt: skip
        return JSONResponse(_spelt(content) if self.order.misspelt else content)

    def _signed(self, action: str, message: Mapping[str, Any]) -> Response:
        return Response(self._written(action, message), media_type="application/json")

    def _later(self, path: str, whole: Mapping[str, Any]) -> Response:
        correlation_id = uuid4().hex
        ack = {"ack_status": self.order.ack, "timestamp": self._stamp(), "correlation_id": correlation_id}
        if self.order.ack != "ACK":
            return JSONResponse({"message": {**ack, "error": {"code": "err.request.bad", "message": "no"}}})
        if self.order.callbacks != "none":
            self._tasks.add(task := asyncio.ensure_future(self.call_back(path, whole, correlation_id)))
            task.add_done_callback(self._tasks.discard)
        return JSONResponse({"message": ack})

    async def call_back(self, path: str, whole: Mapping[str, Any], correlation_id: str) -> None:
        """Post the answer to a request where it says."""
        message, address = whole["message"], whole["header"]["sender_uri"]
        action, content = self._made(path, message)
        transaction = content.get("transaction_id", message["transaction_id"])
        ids = {"transaction_id": transaction, "correlation_id": correlation_id}
        if self.order.callbacks == "other token":
            head, _, tail = address.partition("/callback/")
            address = f"{head}/callback/{token_urlsafe(32)}/{tail.partition('/')[2]}"
        octets = self._written(action, {**content, **ids})
        await self._post_octets(address, octets)
        if self.order.callbacks == "twice":
            await self._post_octets(address, octets)

    def _made(self, path: str, message: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """What it posts later, and what that is."""
        if path == "search":
            return "on-search", self._searched(message)
        if path == "txn/status":
            return "txn-on-status", self._status(message)
        if path == "subscribe":
            requests = message.get("subscribe_request", [])
            return "on-subscribe", {"subscribe_response": [self._subscribed(each) for each in requests]}
        left = [{"code": code, "status": "unsubscribe"} for code in message.get("subscription_codes", [])]
        return "on-unsubscribe", {"unsubscribe_status": {"subscription_status": left}}

    def _subscribed(self, each: Mapping[str, Any]) -> dict[str, Any]:
        code = f"sub-{each['reference_id'][:8]}"
        return self._one(each, {"subscriptions": [{"code": code, "status": "subscribe", "timestamp": self._stamp()}]})

    async def _post_octets(self, address: str, octets: bytes) -> None:
        async with httpx.AsyncClient(transport=self._transport, timeout=10.0) as http:
            response = await http.post(address, content=octets, headers={"Content-Type": "application/json"})
        self.posted.append(response.status_code)

    def _searched(self, message: Mapping[str, Any]) -> dict[str, Any]:
        replies = [self._found(each) for each in message.get("search_request", [])]
        if self.order.shuffled:
            stranger = self._one({"reference_id": uuid4().hex}, {"data": {"reg_records": []}})
            replies = [stranger, *reversed(replies)]
        transaction = uuid4().hex if self.order.other_transaction else message["transaction_id"]
        return {"transaction_id": transaction, "correlation_id": uuid4().hex, "search_response": replies}

    def _found(self, each: Mapping[str, Any]) -> dict[str, Any]:
        if self.order.search_code:
            return {**self._one(each, {}), "status": "rjct", "status_reason_code": self.order.search_code}
        sought = json.dumps(each["search_criteria"]["query"], ensure_ascii=False)
        records: Any = [group for group in self._households if any(f'"{no}"' in sought for no in _numbers(group))]
        paging = {"page_size": 50, "page_number": 1, "total_count": len(records)}
        if self.order.bare_record and len(records) == 1:
            (records,) = records
        return self._one(each, {"data": {"version": "1.0.0", "reg_records": records}, "pagination": paging})

    def _one(self, each: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
        reference = uuid4().hex if self.order.other_reference else each["reference_id"]
        return {"reference_id": reference, "timestamp": self._stamp(), "status": "succ", **more}

    def _status(self, message: Mapping[str, Any]) -> dict[str, Any]:
        asked = message["txnstatus_request"]["attribute_value"]
        known = any(each["message"].get("transaction_id") == asked for each in self.requests)
        item = self._one({"reference_id": "r"}, {}) | {"status": "succ" if known else "pdng"}
        status = {"transaction_id": asked, "correlation_id": "c", "search_response": [item]}
        return {
            "transaction_id": message["transaction_id"], "correlation_id": uuid4().hex,
            "txnstatus_response": {"txn_type": "search", "txn_status": status},
        }  # fmt: skip

    def _stamp(self) -> str:
        return self._clock().isoformat(timespec="seconds")

    def _written(self, action: str, message: Mapping[str, Any]) -> bytes:
        order = self.order
        at = "2020-01-01T00:00:00Z" if order.stale else self._stamp()
        header = {
            "version": "1.0.0", "message_id": uuid4().hex, "message_ts": at, "action": action,
            "status": "rjct" if order.header_code else "succ", "sender_id": self._sender_id, "total_count": 1,
            **({"status_reason_code": order.header_code} if order.header_code else {}),
        }  # fmt: skip
        content = _spelt(message) if order.misspelt else message
        whole = {"header": header, "message": content}
        return json.dumps({"signature": self._signature(whole), **whole}, ensure_ascii=False).encode()

    def _signature(self, whole: Mapping[str, Any]) -> str:
        order = self.order
        if order.signature == "none":
            return ""
        body = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        created = int(self._clock().timestamp())
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        words = f"(created): {created}\n(expires): {created + 300}\ndigest: SHA-256={digest}"
        key = self._other_key if order.signature == "wrong" else self._key
        octets = base64.b64encode(key.sign(words.encode())).decode()
        key_id = "k9" if order.signature == "unknown key" else "k1"
        sender = "somebody.example" if order.signature == "other sender" else self._sender_id
        return (
            f'Signature:  namespace="spdci", kidId="{sender}|{key_id}|ed25519", algorithm="ed25519", '
            f'created="{created}", expires="{created + 300}", headers="(created) (expires) digest", '
            f'signature="{octets}"'
        )


def _numbers(group: Mapping[str, Any]) -> list[str]:
    return [each["identifier_value"] for each in group["group_identifier"]]


def _spelt(part: Any) -> Any:
    """A message as somebody else spells it."""
    if isinstance(part, Mapping):
        return {MISSPELT.get(name, name): _spelt(value) for name, value in part.items()}
    return [_spelt(each) for each in part] if isinstance(part, list) else part


def group(number: str, name: str, *, born: str = "1970-01-01", pcode: str = "ML020201", **more: Any) -> dict[str, Any]:
    """A household of an invented registry."""
    first, _, surname = name.partition(" ")
    person = {
        "@type": "SRPerson", "identifier": [], "name": {"surname": surname, "given_name": first},
        "birth_date": f"{born}T00:00:00Z", "phone_number": more.pop("phone", ""),
        "address": {"village": more.pop("village", "Dialakoroba"), "country": "ML"},
    }  # fmt: skip
    return {
        "@type": "spdci:Group",
        "group_identifier": [{"identifier_type": "HOUSEHOLD_NO", "identifier_value": number}],
        "group_type": "family",
        "place": {"@type": "Place", "commune_pcode": pcode},
        "group_head_info": {"@type": "spdci:Member", "member_identifier": [], "demographic_info": person},
        "group_size": 4,
        **more,
    }


def main() -> None:
    """Serve it on loopback, with two invented households."""
    households = [group("10000012", "Awa Traoré"), group("10000020", "Sékou Koné", born="1985-05-20")]
    uvicorn.run(RegistryStandIn(households).app(), host="127.0.0.1", port=PORT, log_level="warning")


if __name__ == "__main__":
    main()
