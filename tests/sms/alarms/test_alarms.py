"""Somebody on call is told what stands still, once, whoever tells it, and once more when it is over."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from core.alarms import book
from core.outbox.messages import Reason
from core.platform.settings import Settings
from sms.alarms import standby, telling, watch
from sms.alarms.standing import concerning, notices
from sms.campaigns import steps
from sms.outbox import balances, rate_limit
from sms.outbox.gateway import Balance, Gateway, NotReached, Result
from sms.outbox.routes import pace_of
from tests.core.seed import NOW
from tests.sms.alarms.mail_server import MailServer, mail_server
from tests.sms.campaign_world import AWA, Watch, crowd, family, living, numbers, running, sender, somebody
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import change

pytestmark = pytest.mark.usefixtures("safo")

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ON_CALL = "+22370000009"


def chosen(server: MailServer | None = None, **settings: object) -> Settings:
    mail = (
        {}
        if server is None
        else {
            "alarm_smtp_host": "127.0.0.1",
            "alarm_smtp_port": server.port,
            "alarm_mail_to": "astreinte@example.org",
        }
    )
    routes = {"sms_routes": "orange=orange>africastalking,*=africastalking"}
    return Settings.model_validate({**routes, **mail, **settings})


async def looked(settings: Settings, gateways: dict[str, Gateway] | None = None, *, after: timedelta = MINUTE) -> int:
    """What a worker does every minute; how much it told."""
    await watch.watch(settings, NOW + after)
    return await telling.tell(gateways or {}, settings, NOW + after)


async def test_a_campaign_that_paused_by_itself_is_mailed_once_and_that_it_goes_on_once() -> None:
    await family(AWA)
    campaign = await running()
    async with mail_server() as server:
        settings = chosen(server)
        assert await looked(settings) == 0
        await steps.stop_for_gateway(campaign, Reason.NO_BALANCE, NOW)
        told = await asyncio.gather(*(looked(settings) for _ in range(3)))
        assert sum(told) == 1, "three workers tell it once"
        assert await looked(settings, after=HOUR) == 0
        await steps.resume(campaign, await somebody("binta"), NOW + HOUR)
        assert await looked(settings, after=HOUR) == 1
        assert await looked(settings, after=2 * HOUR) == 0
    alarm, end = server.mails
    assert alarm["To"] == "astreinte@example.org"
    assert alarm["Subject"] == f"Jigi, alarme : campagne arrêtée ({campaign})"
    assert f"la campagne {campaign} s'est arrêtée" in str(alarm.get_payload(decode=True), "utf-8")  # type: ignore[arg-type]
    assert end["Subject"] == f"Jigi, fini : campagne arrêtée ({campaign})"


async def test_who_paused_it_by_hand_is_not_told() -> None:
    await family(AWA)
    await steps.pause(await running(), "Erreur de lieu", NOW, await somebody("binta"))
    async with mail_server() as server:
        assert await looked(chosen(server)) == 0


async def test_what_the_mail_server_did_not_take_is_told_later() -> None:
    await balances.keep("orange", Balance("0 SMS", 0), NOW)
    async with mail_server() as server:
        server.takes = False
        assert await looked(chosen(server)) == 0
        server.takes = True
        assert await looked(chosen(server), after=2 * MINUTE) == 0, "it is taken for a while"
        assert await looked(chosen(server), after=5 * MINUTE) == 1
    assert len(server.mails) == 1


async def test_without_anybody_to_tell_it_stands_in_the_book_alone() -> None:
    await balances.keep("orange", Balance("0 SMS", 0), NOW)
    assert await looked(chosen()) == 0
    assert [(each.kind, each.about, each.told_at) for each in await book.open_alarms()] == [("balance", "orange", None)]


async def test_an_sms_goes_by_another_gateway_than_the_one_of_the_alarm() -> None:
    await balances.keep("orange", Balance("0 SMS", 0), NOW)
    orange, other = ScriptedGateway(), ScriptedGateway()
    settings = chosen(alarm_phones=ON_CALL)
    assert await looked(settings, {"orange": orange, "africastalking": other}) == 1
    assert (list(orange.took), list(other.took)) == ([], [ON_CALL])


class Dying(ScriptedGateway):
    """The process ends once the gateway took it, before that is noted."""

    async def send(self, body: str, msisdns: Sequence[str]) -> Sequence[Result]:
        await super().send(body, msisdns)
        raise asyncio.CancelledError


async def test_a_process_that_ends_between_sending_and_noting_tells_nobody_twice() -> None:
    await balances.keep("africastalking", Balance("0 SMS", 0), NOW)
    settings, dying, next_one = chosen(alarm_phones=ON_CALL), Dying(), ScriptedGateway()
    with pytest.raises(asyncio.CancelledError):
        await looked(settings, {"orange": dying})
    assert await looked(settings, {"orange": next_one}, after=HOUR) == 0
    assert (dict(dying.took), dict(next_one.took)) == ({ON_CALL: 1}, {})


async def test_the_desk_shows_what_stands_still_and_for_a_day_that_it_is_over() -> None:
    await family(AWA)
    campaign = await running()
    await steps.stop_for_gateway(campaign, Reason.NO_BALANCE, NOW)
    await balances.keep("orange", Balance("0 SMS", 0), NOW)
    await looked(chosen())
    balance, paused = sorted(await notices(None, NOW + MINUTE), key=lambda each: each.kind)
    assert paused.words.endswith("s'est arrêtée d'elle-même : il n'y a plus de crédit chez la passerelle SMS.")
    assert (paused.campaign_id, balance.campaign_id) == (campaign, None)
    assert balance.words == "Il reste trop peu chez la passerelle orange : 0 SMS."
    assert balance.to_do.startswith("Faites recharger")
    assert [each.about for each in await notices("ML050101", NOW + MINUTE)] == ["orange"], "of another place"
    assert concerning([balance, paused], campaign + 1, Settings(sms_routes="*=africastalking")) == ()
    await balances.keep("orange", Balance("900 SMS", 900), NOW)
    await looked(chosen(), after=HOUR)
    shown = [(each.about, each.over_at, each.to_do) for each in await notices(None, NOW + 2 * HOUR)]
    assert shown[1] == ("orange", NOW + HOUR, "")
    assert len(await notices(None, NOW + 26 * HOUR)) == 1


class Away(ScriptedGateway):
    async def send(self, body: str, msisdns: object) -> list[object]:  # type: ignore[override]
        raise NotReached("ConnectError")


async def test_an_sms_goes_over_to_the_gateway_that_takes_it() -> None:
    await balances.keep("africastalking", Balance("0 SMS", 0), NOW)
    other = ScriptedGateway()
    settings = chosen(alarm_phones=f"nobody,{ON_CALL}")
    assert await looked(settings, {"orange": Away(), "africastalking": other}) == 1
    assert list(other.took) == [ON_CALL]
    assert await looked(chosen(alarm_phones="nobody"), {"orange": other}) == 0


@pytest.mark.parametrize(
    ("balance", "least", "low"),
    [
        (Balance("40 SMS", 40), None, False),
        (Balance("0 SMS", 0), None, True),
        (Balance("40 SMS", 40), 41.0, True),
        (Balance("40 SMS", 40, NOW - MINUTE), None, True),
        (Balance("XOF 1 785.50"), 1785.0, False),
        (Balance("XOF 1 785.50"), 1786.0, True),
        (Balance("unlimited"), 10.0, False),
    ],
)
async def test_a_balance_is_low_below_what_was_set(balance: Balance, least: float | None, low: bool) -> None:
    await balances.keep("orange", balance, NOW)
    settings = chosen(alarm_balances={} if least is None else {"orange": least})
    await watch.watch(settings, NOW)
    assert bool(await book.open_alarms()) is low


async def test_a_gateway_without_balance_is_told_and_is_over_once_it_has_some() -> None:
    await rate_limit.hold(NOW + HOUR, Reason.NO_BALANCE, NOW, pace_of("orange"))
    await watch.watch(chosen(), NOW)
    (alarm,) = await book.open_alarms()
    assert (alarm.about, alarm.detail["balance"]) == ("orange", "plus rien, dit-elle")
    await rate_limit.go_on()
    await watch.watch(chosen(), NOW)
    assert await book.open_alarms() == []


async def test_a_worker_that_is_gone_is_told_until_another_one_follows() -> None:
    await living("machine:1:a", NOW - 10 * MINUTE)
    await living("machine:2:b", NOW)
    await change("UPDATE sms_worker SET started_at = %(at)s", at=NOW - HOUR)
    await watch.watch(chosen(), NOW)
    assert [(each.kind, each.about) for each in await book.open_alarms()] == [("worker", "machine:1:a")]
    await living("machine:3:c", NOW)
    await watch.watch(chosen(), NOW)
    assert await book.open_alarms() == []


async def test_where_no_worker_is_left_a_web_process_tells() -> None:
    await living("machine:1:a", NOW)
    async with mail_server() as server:
        settings = chosen(server, sms_gateway_url="http://127.0.0.1:1")
        assert await standby.look_alone(settings, NOW + MINUTE) == 0
        assert await standby.look_alone(settings, NOW + 10 * MINUTE) == 1
    assert [mail["Subject"] for mail in server.mails] == ["Jigi, alarme : processus d'envoi disparu (machine:1:a)"]


async def test_reports_that_stop_are_told_and_are_over_once_one_comes() -> None:
    await crowd(numbers(6))
    await running(now=NOW - 24 * HOUR)
    await sender(ScriptedGateway(), Watch(NOW - 24 * HOUR)).drain()
    settings = chosen(alarm_reports_messages=3)
    await watch.watch(settings, NOW - 24 * HOUR + 90 * MINUTE)
    assert await book.open_alarms() == [], "no report ever came: perhaps none does"
    await change("UPDATE message SET state = 'delivered' WHERE msisdn < %(half)s", half=numbers(4)[3])
    await change(
        "UPDATE sms_batch SET left_at = %(at)s WHERE id IN (SELECT batch_id FROM message WHERE state = 'accepted')",
        at=NOW - 90 * MINUTE,
    )
    await change(
        "WITH earlier AS (INSERT INTO sms_batch (priority, prompt, not_before, state, left_at, uncertain) "
        "VALUES (3, false, %(at)s, 'closed', %(at)s, false) RETURNING id) "
        "UPDATE message SET batch_id = (SELECT id FROM earlier) WHERE state = 'delivered'",
        at=NOW - 24 * HOUR,
    )
    await watch.watch(settings, NOW)
    assert [(each.kind, each.about) for each in await book.open_alarms()] == [("reports", "africastalking")]
    await watch.watch(settings, NOW + 3 * HOUR)
    assert len(await book.open_alarms()) == 1, "nothing is sent, which says nothing of reports"
    await change(
        "UPDATE message SET state = 'delivered', final_at = %(at)s WHERE state = 'accepted'", at=NOW + 4 * HOUR
    )
    await watch.watch(settings, NOW + 4 * HOUR)
    assert await book.open_alarms() == []
