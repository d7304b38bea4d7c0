"""The routes of SMS: what can be read, and the sentence that stops the start for what cannot."""

import re
from datetime import time

import pytest

from core.numbers.msisdn import Operator
from core.platform.settings import Settings, WrongSetting
from sms.outbox.africastalking import AfricasTalking
from sms.outbox.gateways import switched_on, ways_out
from sms.outbox.routes import Routes, every_route
from sms.outbox.window import Window


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


@pytest.mark.parametrize("text", ["*=africastalking", "orange=africastalking,*=africastalking"])
async def test_one_gateway_for_all_may_be_written_any_way(text: str) -> None:
    (gateway,) = ways_out(Settings(sms_routes=text)).values()
    assert isinstance(gateway, AfricasTalking)
    await gateway.close()


TERMS = {
    "sms_routes": "orange=orange>africastalking,malitel=smpp,*=africastalking",
    "sms_route_sender_ids": "malitel>smpp=JIGI SEME,*>orange=36000",
    "sms_route_windows": "malitel>smpp=09:00-12:30",
    "sms_route_prices": "*>orange=15,orange>africastalking=20.5",
    "sms_part_price_xof": 25,
}


def test_each_route_has_its_terms_else_the_general_ones() -> None:
    """Who SMS come from, for how much a part, and when."""
    general = Settings()
    routes = every_route(Settings.model_validate(TERMS))
    assert [(each.operator, each.gateway, each.sender_id, each.price_xof) for each in routes] == [
        (Operator.ORANGE, "orange", "36000", 15),
        (Operator.ORANGE, "africastalking", general.sms_sender_id, 20.5),
        (Operator.MALITEL, "smpp", "JIGI SEME", 25),
        (Operator.TELECEL, "africastalking", general.sms_sender_id, 25),
        (None, "africastalking", general.sms_sender_id, 25),
    ]
    assert [each.turn for each in routes] == [0, 1, 0, 0, 0]
    assert {each.gateway: each.window for each in routes}["smpp"] == Window(time(9), time(12, 30))
    assert {each.window for each in routes if each.gateway != "smpp"} == {Window(*general.sms_window)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sms_route_prices", "*>orange=15"),
        ("sms_route_rates", "africastalking=15"),
        ("sms_route_sender_ids", "mtn>africastalking=JIGI"),
        ("sms_route_windows", ">africastalking=08:00-09:00"),
    ],
)
def test_terms_of_a_route_that_there_is_not_are_named(name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=f"^JIGI_{name.upper()}: .* is no route of JIGI_SMS_ROUTES"):
        every_route(Settings.model_validate({name: value}))


@pytest.mark.parametrize("window", ["*>africastalking=19:00-08:00", "*>africastalking=08:00", "*>africastalking=a-b"])
def test_hours_of_a_route_that_never_open_are_refused(window: str) -> None:
    with pytest.raises(ValueError, match="sms_route_windows"):
        Settings.model_validate({"sms_route_windows": window})
