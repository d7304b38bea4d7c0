"""Every reason why a message came to nothing reads French at the desk, whichever gateway gave it."""

from collections.abc import Iterable
from importlib import import_module

import pytest

from core.outbox.messages import Reason
from core.text.words import COMMAND, DESK, PAPER, Readership
from sms.outbox.gateway import Policy
from sms.outbox.gateways import GATEWAYS
from sms.outbox.reasons import reason_label


@pytest.mark.parametrize(
    ("reason", "audience", "words"),
    [
        ("no_phone", PAPER, "pas de téléphone"),
        ("absent", PAPER, "téléphone éteint ou hors réseau"),
        ("silent", PAPER, "pas d'accusé de réception"),
        ("africastalking:RiskHold", DESK, "retenu par la passerelle pour contrôle"),
        ("africastalking:RiskHold", COMMAND, "RiskHold"),
        ("africastalking:MarsUnreachable", DESK, "autre raison : MarsUnreachable"),
        ("africastalking:MarsUnreachable", COMMAND, "MarsUnreachable"),
        ("HTTP 401: wrong key", DESK, "autre raison : HTTP 401: wrong key"),
        ("HTTP 401: wrong key", COMMAND, "HTTP 401: wrong key"),
        ("HTTP 401: wrong key", PAPER, "autre raison"),
        ("elsewhere:Gone", DESK, "autre raison : elsewhere:Gone"),
        (
            "invalid_sender, no_balance",
            DESK,
            "la passerelle SMS ne connaît pas notre nom d'expéditeur, il n'y a plus de crédit chez la passerelle SMS",
        ),
    ],
)
def test_a_reason_is_the_houses_or_the_gateways_own(reason: str, audience: Readership, words: str) -> None:
    assert reason_label(reason, audience) == words


def unsaid(reasons: Iterable[str]) -> set[str]:
    """Those of which the desk would be shown a code."""
    return {reason for reason in reasons if "autre raison" in reason_label(reason, DESK)}


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_every_code_of_a_gateway_that_takes_nobody_has_its_french(gateway: str) -> None:
    """A gateway's file has its codes in tables named so: an author who adds a code without French sees it here."""
    file = import_module(GATEWAYS[gateway].partition(":")[0])
    of_codes = {reason for policy, reason in file.CODES.values() if policy is not Policy.ACCEPTED}
    assert unsaid(of_codes | {*file.FAILURES.values()} | {*file.REFUSALS.values()}) == set()
    assert {
        code for code, (policy, reason) in file.CODES.items() if not reason and policy is not Policy.ACCEPTED
    } == set()


def test_a_code_without_french_is_seen() -> None:
    assert unsaid(["africastalking:Planted", Reason.ABSENT]) == {"africastalking:Planted"}
