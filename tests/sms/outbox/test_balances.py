"""What is left at a gateway reads with its unit, whatever the gateway writes."""

import pytest

from sms.outbox.balances import GatewayStanding, left_words


@pytest.mark.parametrize(
    ("balance", "messages", "words"),
    [
        ("1200 SMS", 1200, "1 200 SMS"),
        ("XOF 1785.5000", None, "1 785 F CFA"),
        ("KES 1785.5000", None, "1 785,50 KES (environ 8 034 F CFA)"),
        ("KES 800000.0000", None, "800 000 KES (environ 3 600 000 F CFA)"),
        ("USD -3.20", None, "-3,20 USD"),
        ("1 785,50 EUR", None, "1 785,50 EUR"),
        ("1785.5000", None, "1 785,50, sans dire la monnaie"),
        ("1 785,5 F CFA", None, "1 785 F CFA"),
        ("unlimited", None, "unlimited"),
        (None, None, "pas connu"),
    ],
)
def test_what_is_left_has_its_unit(balance: str | None, messages: int | None, words: str) -> None:
    standing = GatewayStanding("africastalking", balance, messages, None, None, None, "")
    assert left_words(standing, {"KES": 4.5}) == words
