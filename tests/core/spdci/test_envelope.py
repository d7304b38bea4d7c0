"""What is written is signed and read back; what is not from its sender, late or no envelope is not taken."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import respx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from core.platform.settings import Settings, WrongSetting
from core.spdci import envelope, fields, signature
from core.spdci.envelope import Envelope, Unacceptable
from core.spdci.key_sets import KeySets
from core.spdci.partners import Partner, desk_registry, partners
from core.spdci.signature import NotSigned, SignatureFault, SigningKey
from core.spdci.vocabulary import SpdciAction

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
KEY = signature.key_of(Ed25519PrivateKey.from_private_bytes(b"k" * 32))
OTHER_KEY = signature.key_of(Ed25519PrivateKey.from_private_bytes(b"o" * 32))
PARTNER = Partner("rsu", "rsu.example.ml", "https://rsu.example.ml/jwks.json", "", "", "", "")
MESSAGE = {"transaction_id": "t1", "name": "Sékou Koné", "note": "ŋ"}


def header(**more: Any) -> dict[str, Any]:
    made = envelope.request_header(SpdciAction.SEARCH, PARTNER.sender_id, "jigi.example.ml", NOW)
    return {**made, **more}


def signed(key: SigningKey = KEY, sender: str = PARTNER.sender_id, at: datetime = NOW) -> Envelope:
    head = header()
    return envelope.read(envelope.written(head, MESSAGE, signature.sign(key, sender, head, MESSAGE, at)))


async def fault_of(came: Envelope) -> SignatureFault | None:
    async with httpx.AsyncClient() as http, respx.mock:
        respx.get(PARTNER.jwks).respond(json={"keys": [{"kty": "RSA", "kid": "x"}, KEY.jwk()]})
        try:
            await KeySets().check(http, PARTNER, came, NOW)
        except NotSigned as refused:
            return refused.fault
    return None


async def test_whoever_signed_is_known() -> None:
    assert 'kidId="rsu.example.ml|' in signed().signature
    assert await fault_of(signed()) is None
    cases = {
        SignatureFault.MISSING: Envelope(header(), MESSAGE, ""),
        SignatureFault.UNREADABLE: Envelope(header(), MESSAGE, 'kidId="a|b|c", created="x"'),
        SignatureFault.EXPIRED: signed(at=NOW - timedelta(hours=1)),
        SignatureFault.OTHER_SENDER: signed(sender="other.example.ml"),
        SignatureFault.UNKNOWN_KEY: signed(OTHER_KEY),
        SignatureFault.WRONG: Envelope(header(), {**MESSAGE, "name": "Awa"}, signed().signature),
    }
    assert {fault: await fault_of(came) for fault, came in cases.items()} == {fault: fault for fault in cases}


WRITTEN: Mapping[str, tuple[Callable[[Any], str], str]] = {
    "as it was sent": (lambda whole: json.dumps(whole, ensure_ascii=False, separators=(",", ":")), "SHA-256"),
    "with spaces": (json.dumps, "SHA-256"),
    "without accents": (lambda whole: json.dumps(whole, separators=(",", ":")), "SHA-512"),
    "by another digest": (lambda whole: json.dumps(whole, sort_keys=True, ensure_ascii=False,
                                                   separators=(",", ":")), "BLAKE-512"),
    "one after the other": (lambda whole: "".join(json.dumps(whole[name], ensure_ascii=False, separators=(",", ":"))
                                                  for name in ("header", "message")), "SHA-256"),
}  # fmt: skip


@pytest.mark.parametrize("way", WRITTEN)
async def test_a_message_is_known_as_its_sender_wrote_it(way: str) -> None:
    serial, name = WRITTEN[way]
    head = header()
    digest = signature.DIGESTS[name](serial({"header": head, "message": MESSAGE}).encode())
    moment = int(NOW.timestamp())
    encoded = base64.b64encode(digest).decode()
    words = f"(created): {moment}\n(expires): {moment + 9}\ndigest: {name}={encoded}"
    octets = base64.b64encode(KEY.private.sign(words.encode())).decode()
    came = f'keyId="rsu.example.ml|{KEY.key_id}|ed25519",created={moment},expires={moment + 9},signature="{octets}"'
    assert await fault_of(Envelope(head, MESSAGE, came)) is None


async def test_keys_turn_and_one_that_nobody_has_costs_a_partner_nothing() -> None:
    turned = {"keys": [OTHER_KEY.jwk()]}
    async with httpx.AsyncClient() as http, respx.mock:
        asked = respx.get(PARTNER.jwks).mock(side_effect=[httpx.Response(200, json={"keys": [KEY.jwk()]}),
                                                          httpx.Response(200, json=turned),
                                                          httpx.Response(502, text="<html>")])  # fmt: skip
        sets = KeySets()
        await sets.check(http, PARTNER, signed(), NOW)
        for moment in (NOW, NOW + timedelta(seconds=30)):
            with pytest.raises(NotSigned):
                await sets.check(http, PARTNER, signed(OTHER_KEY), moment)
        assert asked.call_count == 1
        await sets.check(http, PARTNER, signed(OTHER_KEY), NOW + timedelta(seconds=61))
        with pytest.raises(NotSigned):
            await sets.check(http, PARTNER, signed(), NOW + timedelta(seconds=200))
        await sets.check(http, PARTNER, signed(OTHER_KEY), NOW + timedelta(seconds=201))
        assert asked.call_count == 3


NO_ENVELOPE = [
    (b"<html>502</html>", "err.request.bad"),
    (b"[]", "err.request.bad"),
    (b'{"header": {}, "header": {}, "message": {}}', "err.request.bad"),
    (b'{"header": {"a": NaN}, "message": {}}', "err.request.bad"),
    (b'{"header": {"a": "\\ud800"}, "message": {}}', "err.request.bad"),
    (b'{"header": {"a": "\\u0000"}, "message": {}}', "err.request.bad"),
    (b'{"header": {}}', "err.request.bad"),
    (b'{"message": {}}', "err.request.bad"),
    (b'{"header": ' + b"[" * 5_000 + b"]" * 5_000 + b', "message": {}}', "err.request.bad"),
    (b'{"header": {}, "message": {"ciphertext": "x"}}', "err.encryption.invalid"),
    (b'{"header": {"is_msg_encrypted": true}, "message": {}}', "err.encryption.invalid"),
]


@pytest.mark.parametrize(("octets", "fault"), NO_ENVELOPE)
def test_what_is_no_envelope_is_not_taken(octets: bytes, fault: str) -> None:
    with pytest.raises(Unacceptable, match=fault):
        envelope.read(octets)


HEADERS: list[tuple[Mapping[str, Any], str]] = [
    ({"version": "2.0.0"}, "rjct.version.invalid"),
    ({"message_id": ""}, "err.request.bad"),
    ({"message_id": "x" * 100}, "err.request.bad"),
    ({"receiver_id": "somebody.else"}, "err.receiver_id.invalid"),
    ({"message_ts": "yesterday"}, "rjct.message_ts.invalid"),
    ({"message_ts": "2026-11-27T11:54:59Z"}, "rjct.message_ts.invalid"),
    ({"message_ts": "2026-11-27T12:05:01+00:00"}, "rjct.message_ts.invalid"),
    ({"action": "delete"}, "rjct.action.invalid"),
    ({"action": "notify"}, "rjct.action.not_supported"),
]


@pytest.mark.parametrize(("more", "fault"), HEADERS)
def test_a_header_that_is_wrong_is_told(more: Mapping[str, Any], fault: str) -> None:
    with pytest.raises(Unacceptable, match=fault):
        envelope.check_header(Envelope(header(**more), {}, ""), [SpdciAction.SEARCH], "jigi.example.ml", NOW)


def test_fields_are_read_however_they_are_spelt() -> None:
    assert fields.parts({"sunscription_codes": "a"}, "subscription_codes") == ["a"]
    assert fields.parts({"spdci:reg_records": {"a": 1}}, "reg_records") == [{"a": 1}]
    assert fields.parts({"reg_records": [1, 2]}, "reg_records") == [1, 2]
    assert fields.field({":identifier": 7}, "identifier") == 7
    assert (fields.text({"messageId": 789}, "message_id"), fields.text(None, "message_id")) == ("789", "")
    assert fields.moment("2026-11-27T12:00:00-04:00") == NOW + timedelta(hours=4)
    assert (fields.moment("02.05.2004"), fields.moment(None)) == (None, None)


def test_settings_name_the_partners(tmp_path: Any) -> None:
    def made(**more: Any) -> Settings:
        given = {"spdci_id": "jigi.example.ml", "spdci_ids": "rsu=rsu.example.ml", **more}
        return Settings(_env_file=None, **given)  # type: ignore[call-arg]

    chosen = made(spdci_registries="rsu=https://rsu.example.ml/v1/", spdci_clients="rsu=jigi:a%2Cb")
    one = desk_registry(chosen)
    assert one is not None
    assert (one.registry, one.client_id, one.client_secret) == ("https://rsu.example.ml/v1", "jigi", "a,b")
    assert "a,b" not in repr(one)
    assert partners(made(spdci_id="")) == {}
    for name in ("spdci_registries", "spdci_token_urls", "spdci_callbacks", "spdci_jwks"):
        with pytest.raises(WrongSetting, match=name.upper()):
            partners(made(**{name: "rsu=http://rsu.example.ml"}))
    file = tmp_path / "key.pem"
    with pytest.raises(WrongSetting, match="SPDCI_KEY_FILE"):
        signature.read_key(file)
    file.write_bytes(KEY.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert signature.read_key(file).key_id == KEY.key_id
