"""Five hundred calls with lost last pages, repeats, redials, borrowed phones and session ids that come again.

Every act is done once, and nothing of one household stands on another's screen. `pytest -s` prints the tally.
"""

import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Final

import pytest

from core.registry.callers import remember_language
from core.text.languages import Language
from demo.callers import DEMO_CALLERS, DemoCaller, Situation
from simulator.gateway import EndStatus, PhoneScreen, UssdCall
from tests.menus.conftest import CALLBACK, Town
from tests.support.database import change, query

CALLS: Final = 500
SEED: Final = 20261126
ALONE: Final = tuple(
    each for each in DEMO_CALLERS if each.situation in (
        Situation.UPCOMING, Situation.PAID, Situation.FAILED, Situation.UNCLAIMED, Situation.WINDOW, Situation.MOVED,
    )
)  # fmt: skip
NOBODYS: Final = ("+22370000099", "+22370000094", "+22370000095")

ENOUGH: Final = "C'est assez pour aujourd'hui"
ALREADY: Final = "Vous avez déjà fait cette plainte"
NUMBER: Final = re.compile(r"Numéro : (\d{7,10})")
ANY_NUMBER: Final = re.compile(r"(?<!\d)(?:\d{7}|\d{10})(?!\d)")
AMOUNT: Final = re.compile(r"(\d[\d ]*) F CFA")

WORDS: Final = "words that are new with each call"

ACTS: Final = {
    "payment": ("1",),
    "past payments": ("1", "1"),
    "my complaints": ("4",),
    "complaint": ("3", "1", "1", "1"),
    "another complaint": ("3", "2", "1", "1"),
    "hidden complaint": ("3", "1", "2", "4", "1"),
    "secret complaint": ("3", "4", "4", "2"),
    "call me": ("5", "1", "1"),
    "more words": ("4", "1", "1", WORDS),
    "withdrawal": ("4", "1", "2", "1"),
}
TOLD_AGAIN: Final = {"complaint", "another complaint", "call me", "more words", "withdrawal"}
ANSWERS_BACK: Final = {"more words": "Vos mots sont notés", "withdrawal": "est retirée"}


class NumberedCall(UssdCall):
    """A call whose session id the gateway gives to other phones too."""

    def __init__(self, town: Town, msisdn: str, session: int) -> None:
        super().__init__(town.client, CALLBACK, msisdn)
        self._session = session

    async def dial(self, deep: str = "") -> PhoneScreen:
        self.session_id, self.screen = f"session-{self._session}", None
        self._inputs = deep.split("*") if deep else []
        return await self._hop()


@dataclass
class Run:
    """What was done and seen so far: whose each number is, by phone or by household number."""

    town: Town
    random: Random
    owners: dict[str, str] = field(default_factory=dict)
    calls_asked: set[tuple[str, str | None]] = field(default_factory=set)
    words_added: int = 0
    withdrawn: set[str] = field(default_factory=set)
    sessions: Counter[str] = field(default_factory=Counter)
    lost: dict[str, str] = field(default_factory=dict)
    """By phone, the result that its last call may not have shown."""
    tally: Counter[str] = field(default_factory=Counter)

    def call(self, msisdn: str) -> NumberedCall:
        self.sessions[msisdn] += 1
        self.tally["calls"] += 1
        return NumberedCall(self.town, msisdn, self.sessions[msisdn])

    def look(self, screen: PhoneScreen, phone: str, household: str | None) -> None:
        """Nothing on a page is another household's."""
        self.tally["pages"] += 1
        mine = {phone, household}
        for number in ANY_NUMBER.findall(screen.text):
            if number in self.owners:
                assert self.owners[number] in mine, (phone, household, screen.text)
        for amount in AMOUNT.findall(screen.text):
            assert amount.replace(" ", "") == str(sum_of(household)), (phone, household, screen.text)


def sum_of(household_no: str | None) -> int:
    """What each payment of a household is made to be, so that it is known on any page."""
    return 5 * int((household_no or "0")[-4:]) + 1_000_000


async def one_call(run: Run) -> None:
    own: DemoCaller | None = run.random.choice([*ALONE, None])
    phone = own.msisdn if own else run.random.choice(NOBODYS)
    lender = run.random.random() < 0.25
    other = run.random.choice(ALONE) if lender else None
    about = other or own
    household = about.household_no if about else None
    name = run.random.choice(list(ACTS))
    if household is None and name in ("payment", "past payments"):
        name = "complaint"
    call = run.call(phone)
    screen = await call.dial()
    owned = own.household_no if own else None
    run.look(screen, phone, owned)
    told = run.lost.pop(phone, None)
    if told:
        assert told in screen.text, (phone, told, screen.text)
        run.tally["results told again"] += 1
        if run.random.random() < 0.2:  # the line fails once more before it is read
            run.lost[phone] = told
            return
    screen = await call.reply("00")
    if other and other != own:
        at = ("2",) if own is None else ("5", "9", "2")
        for key in (*at, other.household_no or "", str(other.birth_year)):
            screen = await call.reply(key)
            run.look(screen, phone, owned)
        run.tally["borrowed"] += 1
    else:
        household, lender = owned, False
    for key in ACTS[name]:
        if screen.ends:
            break
        screen = await call.reply(f"Mot {run.tally['calls']}" if key == WORDS else key)
        run.look(screen, phone, household)
    if screen.text.startswith(ALREADY):
        run.tally["told that it was filed"] += 1
        if run.random.random() < 0.5:
            return
        screen = await call.reply("2")
    await ended(run, call, screen, name, phone, household, borrowed=lender)


def answered_back(run: Run, screen: PhoneScreen, name: str, mine: set[str | None]) -> None:
    """Note what was added to, or withdrawn of, one's own."""
    (reference,) = ANY_NUMBER.findall(screen.text)
    assert run.owners[reference] in mine
    run.words_added += name == "more words"
    run.withdrawn |= {reference} if name == "withdrawal" else set()
    run.tally[name] += 1


def noted(run: Run, screen: PhoneScreen, name: str, phone: str, household: str | None) -> bool:
    """Note what an act did; False where the last page says that it did nothing."""
    if name in ANSWERS_BACK:
        if ANSWERS_BACK[name] not in screen.text:
            return False
        answered_back(run, screen, name, {phone, household})
    elif number := NUMBER.search(screen.text):
        run.owners[number[1]] = household if household and "complaint" in name and name != "hidden complaint" else phone
        run.tally[name] += 1
    elif name == "call me":
        run.calls_asked.add((phone, household))
        run.tally[name] += 1
    return True


async def ended(
    run: Run, call: UssdCall, screen: PhoneScreen, name: str, phone: str, household: str | None, *, borrowed: bool
) -> None:
    """Note what was done, lose the last page or not, and let the gateway repeat and report as gateways do."""
    for _ in range(run.random.choice((0, 0, 1, 2))):
        assert await call.repeat() == screen
        run.tally["repeats"] += 1
    if not screen.ends:
        if run.random.random() < 0.3:
            await call.end_event(EndStatus.INCOMPLETE)
        return
    if screen.text.startswith(ENOUGH):
        run.tally["bounded"] += 1
        return
    if not noted(run, screen, name, phone, household):
        return
    reported = run.random.choice((EndStatus.SUCCESS, EndStatus.FAILED, None))
    if reported:
        await call.end_event(reported)
    if reported is not EndStatus.SUCCESS and name in TOLD_AGAIN and not borrowed:
        run.lost[phone] = screen.text.split("\n", 1)[0]
        run.tally["last pages lost"] += 1


@pytest.mark.parametrize("seed", [SEED])
async def test_every_act_is_done_once_and_nothing_of_one_household_is_anothers(town: Town, seed: int) -> None:
    for msisdn in (*NOBODYS, *(each.msisdn for each in ALONE)):
        await remember_language(msisdn, Language("fr"))
    await change(
        "UPDATE payment SET amount_xof = 5 * CAST(right(household_no, 4) AS integer) + 1000000 "
        "FROM household WHERE household.id = payment.household_id"
    )
    run = Run(town, Random(seed))
    while run.tally["calls"] < CALLS:
        await one_call(run)
    filed = {row.reference for row in await query("SELECT reference FROM grievance WHERE filing_key NOT LIKE 'demo%%'")}
    assert filed == set(run.owners)
    withdrawn = {row.reference for row in await query("SELECT reference FROM grievance WHERE withdrawn_at IS NOT NULL")}
    assert withdrawn == run.withdrawn
    assert len(await query("SELECT 1 FROM grievance_event WHERE kind = 'added'")) == run.words_added
    assert len(await query("SELECT 1 FROM callback_request WHERE key NOT LIKE 'demo%%'")) == len(run.calls_asked)
    assert min(run.tally[name] for name in ("results told again", "borrowed", "repeats", *TOLD_AGAIN)) > 0
    sys.stdout.write("\n" + "".join(f"{run.tally[name]:6} {name}\n" for name in sorted(run.tally)))
