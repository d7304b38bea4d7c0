"""The routes of SMS: what can be read, and the sentence that stops the start for what cannot."""

import re

import pytest

from core.numbers.msisdn import Operator
from core.platform.settings import Settings, WrongSetting
from sms.outbox.africastalking import AfricasTalking
from sms.outbox.gateways import switched_on, way_out
from sms.outbox.routes import Routes


def test_a_way_for_each_operator_and_one_for_the_others() -> None:
    routes = Routes.read("orange=orange>africastalking, malitel = smpp ,*=africastalking")
    assert routes.ways == {Operator.ORANGE: ("orange", "africastalking"), Operator.MALITEL: ("smpp",)}
    assert routes.others == ("africastalking",)
    assert routes.gateways == ("orange", "africastalking", "smpp")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "'' is no route; write operator=gateway"),
        ("africastalking", "'africastalking' is no route"),
        ("*=africastalking,", "'' is no route"),
        ("=africastalking", "is no route"),
        ("mtn=africastalking,*=africastalking", "no operator mtn; there are orange, malitel, telecel and *"),
        ("Orange=africastalking,*=africastalking", "no operator Orange"),
        ("orange=africastalking", "no route for the other numbers: write *=gateway too"),
        ("*=africastalking,*=africastalking", "two routes for *"),
        ("orange=a,orange=b,*=a", "two routes for orange"),
        ("*=", "the route for * lacks a gateway"),
        ("orange=,*=africastalking", "the route for orange lacks a gateway"),
        ("*=africastalking>", "the route for * lacks a gateway"),
        ("*=>africastalking", "the route for * lacks a gateway"),
        ("*=a>b>a", "goes over to a gateway that it has used before"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, sentence: str) -> None:
    with pytest.raises(WrongSetting, match=f"^JIGI_SMS_ROUTES.*{re.escape(sentence)}"):
        Routes.read(text)


def test_a_gateway_that_there_is_none_of_is_named_with_those_there_are() -> None:
    with pytest.raises(WrongSetting, match="there is no gateway pigeon; there are africastalking"):
        switched_on(Settings(sms_routes="orange=pigeon,*=africastalking"))


@pytest.mark.parametrize("text", ["orange=one,*=two", "*=one>two", "orange=one>two,*=one"])
def test_what_this_version_cannot_do_is_said_and_not_passed_over(text: str) -> None:
    with pytest.raises(
        WrongSetting, match=r"by one gateway, and goes over to no other; one and two cannot|two and one"
    ):
        Routes.read(text).check_one_way()


@pytest.mark.parametrize("text", ["*=africastalking", "orange=africastalking,*=africastalking"])
async def test_one_gateway_for_all_may_be_written_any_way(text: str) -> None:
    gateway = way_out(Settings(sms_routes=text))
    assert isinstance(gateway, AfricasTalking)
    await gateway.close()
