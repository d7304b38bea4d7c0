"""What a gateway calls things stands in its own files: nothing else in production knows a field or a code of it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("asgi.py", "core", "ussd", "menus", "sms", "desk")
SETTINGS = "core/platform/settings"
OWN = {
    "africastalking": {"ussd/africastalking.py", "sms/outbox/africastalking.py", f"{SETTINGS}/africastalking.py"},
}
SMPP = {
    f"{SETTINGS}/smpp.py",
    "sms/outbox/smpp.py",
    "sms/outbox/parts.py",
    "sms/outbox/receipts.py",
    "sms/outbox/submitting.py",
    "ussd/smpp.py",
    "ussd/conventions.py",
}
"""What knows the wire of SMPP besides the link in `core/platform/smpp/`."""

ORANGE = {"sms/outbox/orange.py", "sms/outbox/oneapi.py", "sms/outbox/bundles.py"}
TABLES = {"ussd/gateways.py", "sms/outbox/gateways.py", "sms/outbox/routes.py"}
CHOICES = {f"{SETTINGS}/__init__.py", f"{SETTINGS}/line.py", f"{SETTINGS}/routes.py"}
BEFORE_ROUTES = {"core/outbox/messages.py"}
"""Where its name stands: in the tables, in the settings that choose among gateways, and, of the first gateway, with the
rows that were written while there was no other."""

WORDS = {
    "africastalking": r"phoneNumber|sessionId|serviceCode|networkCode|failureReason|SMSMessageData|statusCode|UserData"
    r"|[A-Z][a-z]+(?:Subscriber|BlackList|Blacklist|Credit|Balance|SenderId|LinkId|Rejection)\b|Africa's Talking"
}
"""Its fields and codes."""


def files() -> dict[str, str]:
    """The sources of production, without the migrations, which speak of what was."""
    paths = [
        path for room in ROOMS for path in ([ROOT / room] if room.endswith(".py") else (ROOT / room).rglob("*.py"))
    ]
    named = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths}
    return {name: text for name, text in named.items() if "/migrations/" not in name}


@pytest.mark.parametrize("gateway", OWN)
def test_nothing_else_knows_its_fields_and_codes(gateway: str) -> None:
    knowing = {name for name, text in files().items() if re.search(WORDS[gateway], text)}
    assert knowing == OWN[gateway]


@pytest.mark.parametrize("gateway", OWN)
def test_its_name_stands_in_the_tables_and_in_its_files(gateway: str) -> None:
    naming = {name for name, text in files().items() if gateway in text}
    assert naming == OWN[gateway] | TABLES | CHOICES | BEFORE_ROUTES


def test_only_the_link_and_the_gateways_on_it_know_smpp() -> None:
    knowing = {name for name, text in files().items() if re.search(r"smpp34|esm_class|_sm\b", text)}
    assert {name for name in knowing if not name.startswith("core/platform/smpp/")} == SMPP


def test_only_its_files_know_the_forms_of_orange() -> None:
    """Its name is an operator's too, and stands where numbers are told apart."""
    knowing = {
        name for name, text in files().items() if re.search(r"outboundSMS|deliveryInfo|availableUnits|SVC0", text)
    }
    assert knowing == ORANGE
