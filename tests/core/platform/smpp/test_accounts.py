"""Addresses of SMSCs, as an operator writes them."""

import pytest

from core.platform.settings import WrongSetting
from core.platform.smpp.accounts import BindMode, SmppAccount, read_accounts

SETTING = "JIGI_SMPP_URL"


def test_an_address_says_where_as_whom_and_how() -> None:
    text = "smpp://jigi:a%40b@smsc.example, smpps://rx:pw@[::1]:3550?mode=receiver&binds=2&window=50&enquire=60"
    assert read_accounts(SETTING, text) == (
        SmppAccount("smsc.example", 2775, "jigi", "a@b"),
        SmppAccount("::1", 3550, "rx", "pw", True, BindMode.RECEIVER, 2, 50, 60.0),
    )
    assert read_accounts(SETTING, "") == ()


def test_a_receiver_sends_nothing_and_a_name_has_no_password_in_it() -> None:
    (account,) = read_accounts(SETTING, "smpp://rx:hidden@smsc.example?mode=receiver")
    assert not account.submits
    assert account.name == "rx@smsc.example:2775"


@pytest.mark.parametrize(
    "text",
    [
        "http://jigi:hidden@smsc.example",
        "smsc.example:2775",
        "smpp://smsc.example",
        "smpp://jigi:hidden@smsc.example:none",
        "smpp://jigi:hidden@smsc.example?binds=0",
        "smpp://jigi:hidden@smsc.example?binds=many",
        "smpp://jigi:hidden@smsc.example?mode=both",
        "smpp://jigi:hidden@smsc.example?colour=blue",
        "smpp://jigi:hiddenbeyondeight@smsc.example",
        "smpp://jigi:hiddenɛ@smsc.example",
    ],
)
def test_what_cannot_be_read_is_refused_without_its_password(text: str) -> None:
    with pytest.raises(WrongSetting, match=f"^{SETTING} has an address that cannot be read") as refused:
        read_accounts(SETTING, text)
    assert "hidden" not in str(refused.value)
