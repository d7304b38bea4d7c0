"""Who was asked something and says nothing is reminded once, later closed, and goes on when they come back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from core.grievances import by_person
from core.grievances.following import Viewer, by_reference
from core.grievances.locked import lock
from core.grievances.silences import Silences, end_silences
from core.grievances.steps import resume
from core.grievances.vocabulary import GrievanceState
from core.platform.settings.in_force import put_in_force
from tests.core.grievances.handling import AWA, asked, decided, filed, put, somebody, visit
from tests.core.seed import NOW
from tests.support.database import change, one, query

OFF = {"grievance_reminder_days": "0", "grievance_lapse_days": "0"}
pytestmark = pytest.mark.usefixtures("safo")

NOTHING, REMINDED, CLOSED = Silences(0, 0), Silences(1, 0), Silences(0, 1)
SUBJECTS: dict[str, dict[str, Any]] = {
    "ordinary": {},
    "anonymous": {"anonymous": True, "call_back": True},
    "sensitive": {"category": "conduct", "subcategory": "bribe", "sms_safe": True},
    "sms_not_safe": {"sms_safe": False},
}


@pytest.fixture(autouse=True)
def _as_the_operator_set_them() -> Iterator[None]:
    yield
    put_in_force({})


async def ended(days: float) -> Silences:
    return await end_silences(NOW + timedelta(days=days))


async def waits(name: str = "ordinary") -> str:
    reference = await filed(f"session:{name}", **SUBJECTS[name])
    await asked(reference, "Quel jour ?", NOW)
    return reference


async def left(kind: str) -> None:
    """The SMS went out, and the operator said so."""
    await change("UPDATE message SET state = 'delivered' WHERE kind = %(kind)s", kind=kind)


async def test_one_is_reminded_once_then_closed_and_told_how_to_go_on() -> None:
    reference = await waits()
    assert [await ended(6), await ended(8), await ended(9)] == [NOTHING, REMINDED, NOTHING]
    assert await ended(30) == NOTHING, "the reminder did not leave"
    await left("reminded")
    assert [await ended(21), await ended(23), await ended(24)] == [NOTHING, CLOSED, NOTHING]
    assert await one("SELECT state, answer, decided_at, waiting_since FROM grievance") == ("closed", None, None, None)
    steps = await query(
        "SELECT event.kind, message.kind FROM grievance_event AS event LEFT JOIN message "
        "ON message.id = message_id WHERE event.kind IN ('reminded', 'lapsed') ORDER BY event.id"
    )
    assert steps == [("reminded", "reminded"), ("lapsed", "lapsed")]
    view = await by_reference(reference, Viewer(AWA))
    assert view is not None
    assert view.lapsed
    assert view.may_reopen
    assert not view.asks_solved


@pytest.mark.parametrize("name", [name for name in SUBJECTS if name != "ordinary"])
async def test_nobody_is_reminded_who_may_get_no_sms_or_complained_in_secret(name: str) -> None:
    await waits(name)
    assert await ended(90) == NOTHING


@pytest.mark.parametrize(
    "sign",
    [
        "INSERT INTO inbound_sms (gateway_id, msisdn, intent, at, answered) "
        "SELECT 'x', msisdn, 'help', %(at)s, true FROM grievance",
        "UPDATE grievance SET call_again_on = %(at)s + interval '30 days'",
        "UPDATE grievance SET state = 'in_progress', waiting_since = NULL",
    ],
    ids=["wrote", "call agreed", "not waiting"],
)
async def test_whoever_gave_a_sign_is_not_silent(sign: str) -> None:
    await waits()
    await change(sign, at=NOW + timedelta(days=2))
    assert await ended(8) == NOTHING


async def test_asked_again_they_are_reminded_again() -> None:
    reference = await waits()
    assert await ended(8) == REMINDED
    await put(reference, state=GrievanceState.WAITING, waiting_since=NOW + timedelta(days=9))
    assert await ended(17) == REMINDED


async def test_what_the_settings_switch_off_does_not_happen() -> None:
    await waits()
    put_in_force(OFF)
    assert await end_silences(NOW + timedelta(days=90)) == NOTHING
    put_in_force({})
    await ended(8)
    await left("reminded")
    put_in_force(OFF)
    assert await end_silences(NOW + timedelta(days=90)) == NOTHING


async def lapsed() -> str:
    reference = await waits()
    await ended(8)
    await left("reminded")
    assert await ended(23) == CLOSED
    return reference


async def test_who_comes_back_goes_on_as_often_as_they_do_and_may_still_appeal() -> None:
    reference = await lapsed()
    back = NOW + timedelta(days=25)
    due = await by_person.reopen(reference, Viewer(AWA), "hop:1", back)
    assert due is not None
    assert due > back.date()
    assert await by_person.reopen(reference, Viewer(AWA), "hop:1", back) == due, "the same key again"
    assert await one("SELECT state, level, reopen_count, lapsed_at FROM grievance") == ("received", "village", 0, None)
    await put(reference, state=GrievanceState.CLOSED, lapsed_at=back)
    agent = await somebody("fatou")
    await resume(await visit(agent, reference, back), "")
    await decided(reference, GrievanceState.RESOLVED, "C'est fait.", back)
    assert await by_person.reopen(reference, Viewer(AWA), "hop:2", back) is not None
    case = await lock(reference)
    assert case is not None
    assert case.appealed


async def test_one_that_was_appealed_goes_on_too() -> None:
    reference = await lapsed()
    await put(reference, reopen_count=1, reopened_at=NOW)
    assert await by_person.reopen(reference, Viewer(AWA), "hop:1", NOW + timedelta(days=25)) is not None
