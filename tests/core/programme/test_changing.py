"""Settings changed at the desk: what they can be, whose agreement they need, and that they hold in the process."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy.exc import IntegrityError

from core.grievances.calendar import due_dates
from core.grievances.subjects import Category
from core.phrases.telling import contact_phone
from core.platform.settings.in_force import in_force, put_in_force
from core.programme import changing
from core.programme.changing import NoSuchValue, NotProposedAnyMore
from core.programme.models import ProgrammeSettingName, SettingState
from core.staff.agents import Actor, Role, actor_of, add_agent
from core.staff.permissions import NotAllowed
from tests.core.seed import NOW, TODAY, day
from tests.support.database import change

ROOT: Final = Path(__file__).parents[3]
ORDINARY, PHONES = ProgrammeSettingName.ORDINARY, ProgrammeSettingName.PHONES


@pytest.fixture(autouse=True)
def _as_the_operator_set_them() -> Iterator[None]:
    yield
    put_in_force({})


async def administrator(login: str) -> Actor:
    await add_agent(login, login.title(), Role.ADMINISTRATOR)
    return await actor_of(login)


async def value(name: ProgrammeSettingName) -> str:
    return next(each.value for each in await changing.standing() if each.name is name)


async def test_a_delay_holds_at_once_for_what_comes(world: None) -> None:
    root = await administrator("root")
    assert await value(ORDINARY) == "2,5"
    assert await due_dates(Category.PAYMENT, TODAY) == (day(2), day(7))
    assert await changing.propose(root, ORDINARY, "1,3", NOW) is SettingState.IN_FORCE
    await changing.propose(root, ORDINARY, "1,4", NOW)
    await changing.take()
    assert await value(ORDINARY) == "1,4"
    assert await due_dates(Category.PAYMENT, TODAY) == (day(1), day(6)), "a Monday, past the weekend"


async def test_a_contact_holds_once_somebody_else_agreed(world: None) -> None:
    root, rita = await administrator("root"), await administrator("rita")
    before = contact_phone()
    assert await changing.propose(root, PHONES, "20 22 11 11", NOW) is SettingState.PROPOSED
    await changing.propose(root, PHONES, "20 22 11 22", NOW)
    await changing.take()
    assert contact_phone() == before
    proposal = next(each.proposal for each in await changing.standing() if each.name is PHONES)
    assert proposal
    assert proposal.value == "20 22 11 22", "the last one stands"
    with pytest.raises(NotAllowed):
        await changing.decide(root, proposal.id, NOW, approve=True)
    await changing.decide(rita, proposal.id, NOW, approve=True)
    await changing.take()
    assert contact_phone() == "20 22 11 22"
    with pytest.raises(NotProposedAnyMore):
        await changing.decide(rita, proposal.id, NOW, approve=True)


async def test_the_database_itself_asks_for_four_eyes(world: None) -> None:
    root = await administrator("root")
    await changing.propose(root, PHONES, "20 22 11 11", NOW)
    with pytest.raises(IntegrityError):
        await change("UPDATE programme_setting SET state = 'in_force', decided_by = proposed_by")


async def test_who_proposed_takes_it_back(world: None) -> None:
    root = await administrator("root")
    await changing.propose(root, PHONES, "20 22 11 11", NOW)
    proposal = next(each.proposal for each in await changing.standing() if each.name is PHONES)
    assert proposal
    await changing.decide(root, proposal.id, NOW, approve=False)
    assert all(each.proposal is None for each in await changing.standing())


async def test_nobody_else_changes_one(world: None) -> None:
    await add_agent("awa", "Awa", Role.SUPERVISOR)
    with pytest.raises(NotAllowed):
        await changing.propose(await actor_of("awa"), ORDINARY, "1,3", NOW)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (ORDINARY, "5,2"),
        (ORDINARY, "0,2"),
        (ORDINARY, "2"),
        (ORDINARY, "deux,cinq"),
        (ORDINARY, "2,61"),
        (ProgrammeSettingName.UNTOUCHED, "0"),
        (ProgrammeSettingName.UNTOUCHED, "99999999"),
        (ProgrammeSettingName.AMEND, "0"),
        (ProgrammeSettingName.AMEND, "169"),
        (ProgrammeSettingName.SILENT, "0"),
        (ProgrammeSettingName.REMINDER, "-1"),
        (ProgrammeSettingName.LAPSE, "91"),
        (ProgrammeSettingName.PAYMENT_REPLY, "un mois"),
        (ProgrammeSettingName.EVENT, "25"),
        (PHONES, ""),
        (PHONES, "12"),
        (PHONES, "20 22 11 11,20 22 11 22,20 22 11 33"),
        (PHONES, "+33 1 23 45 67 89"),
        (ProgrammeSettingName.ADDRESS, "Voyez www.example.org"),
        (ProgrammeSettingName.ADDRESS, "x" * 61),
        (ProgrammeSettingName.ADDRESS, "Rue 马里"),
        (ProgrammeSettingName.HOURS, "16:00,08:00"),
    ],
)
def test_what_a_setting_cannot_be_is_refused_in_words(name: ProgrammeSettingName, text: str) -> None:
    with pytest.raises(NoSuchValue) as refused:
        changing.check(name, text)
    assert refused.value.in_french


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (ProgrammeSettingName.AMEND, "48"),
        (ProgrammeSettingName.SILENT, "3"),
        (ProgrammeSettingName.REMINDER, "0"),
        (ProgrammeSettingName.LAPSE, "0"),
        (ProgrammeSettingName.PAYMENT_REPLY, "10"),
        (ProgrammeSettingName.EVENT, "6"),
    ],
)
async def test_days_and_hours_of_the_desk_hold_at_once(world: None, name: ProgrammeSettingName, text: str) -> None:
    assert await changing.propose(await administrator("root"), name, text, NOW) is SettingState.IN_FORCE
    await changing.take()
    assert getattr(in_force(), name.value) == int(text)


def test_what_is_changed_at_the_desk_is_read_where_it_is_in_force() -> None:
    names = "|".join(ProgrammeSettingName)
    of_the_operator = re.compile(rf"\b_?settings(?:\(\))?\.(?:{names})\b")
    rooms = ("core", "desk", "menus", "sms", "ussd", "api")
    found = [
        f"{path.relative_to(ROOT)}: {each}"
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        for each in of_the_operator.findall(path.read_text("utf-8"))
    ]
    assert not found, "these go past what the programme changed"


def test_what_is_not_changed_is_the_operators() -> None:
    put_in_force({"desk_untouched_minutes": "30"})
    assert in_force().desk_untouched_minutes == 30
    assert in_force().contact_address.startswith("Bamako")
