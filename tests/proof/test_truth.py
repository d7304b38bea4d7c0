"""What is told of a household's money is so, whatever its payments are: held against a second reading of the rules."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from core.payments import account, history
from core.payments.account import MoneyAccount, PaymentPhase
from core.payments.history import PaymentCard
from core.payments.states import PaymentState
from core.phrases import telling
from core.phrases.telling import money_told
from core.registry.components import ComponentCode
from core.registry.households import EnrolmentCard
from core.registry.statuses import Status
from core.text.translator import Amount
from proof.histories import differences, households
from proof.truth import History, Membership, Pay
from sms.outbox import notice_texts

pytestmark = pytest.mark.usefixtures("world")


@hypothesis_settings(max_examples=60)
@given(household=households)
async def test_the_line_and_the_sms_say_what_is_so(household: History) -> None:
    assert await differences(household) == []


def paid_to(*payments: Pay, status: str = "beneficiary", parts: tuple[Membership, ...] | None = None) -> History:
    return History(status, payments, parts)


CASES: Final = (
    paid_to(Pay("TM", "announced", 30_000, due=-1, last=3)),
    paid_to(Pay("TM", "announced", 30_000, due=-4, last=0)),
    paid_to(Pay("TM", "announced", 30_000, due=6), Pay("PNR", "announced", 31_000, due=6)),
    paid_to(Pay("TM", "planned", 30_000, due=20), Pay("TM", "failed", 31_000, due=-70, reason="name")),
    paid_to(Pay("TM", "unclaimed", 90_000, due=-99, last=-60), Pay("TM", "planned", 91_000, due=8)),
    paid_to(Pay("TM", "planned", 30_000, moved_from=5)),
    paid_to(Pay("PNR", "paid", 30_000, due=-100, paid=-100), Pay("PNR", "paid", 31_000, due=-60, paid=-60)),
    paid_to(Pay("TM", "paid", 30_000, due=-400, paid=-400)),
    paid_to(Pay("AGR", "paid", 180_000, due=-90, paid=-90)),
    paid_to(Pay("TM", "planned", 30_000, due=1), Pay("TM", "planned", 31_000, due=9)),
    paid_to(Pay("TM", "cancelled", 30_000, due=2), Pay("TM", "unclaimed", 31_000, due=-9, last=4)),
    paid_to(),
    # what is over, and what is not
    paid_to(Pay("TM", "cancelled", 30_000, due=-2)),
    paid_to(Pay("TM", "announced", 30_000, due=-9)),
    paid_to(Pay("TM", "unclaimed", 90_000, due=-99, last=-60), Pay("TM", "paid", 91_000, due=-5, paid=-5)),
    paid_to(Pay("TM", "unclaimed", 90_000, due=-99, last=-60), Pay("PNR", "paid", 91_000, due=-5, paid=-5)),
    paid_to(Pay("TM", "planned", 30_000, due=20), Pay("TM", "paid", 31_000, due=-70, paid=-70)),
    # a day that was moved, and one that was dropped with its last day still written
    paid_to(Pay("TM", "planned", 30_000, due=10, last=12, moved_from=4)),
    paid_to(Pay("TM", "planned", 30_000, last=5, moved_from=-1)),
    # why, and what to do
    paid_to(Pay("TM", "failed", 30_000, due=-9, reason="agency")),
    paid_to(Pay("TM", "failed", 30_000, due=-9, reason="Liste à revoir")),
    # what a household is in
    paid_to(parts=()),
    paid_to(parts=(Membership("ANAM"),)),
    paid_to(parts=(Membership("TM", runs=False),)),
    paid_to(parts=(Membership("TM", runs=False), Membership("ANAM"))),
    # what follows for who has finished, and what does not
    paid_to(Pay("AGR", "cancelled", 180_000, due=2), status="exited", parts=(Membership("AGR"),)),
    paid_to(Pay("AGR", "planned", 180_000), status="exited", parts=(Membership("AGR"),)),
    paid_to(Pay("AGR", "planned", 180_000), status="exited", parts=(Membership("AGR", runs=False),)),
    paid_to(Pay("TM", "planned", 30_000, moved_from=5), status="exited", parts=(Membership("AGR"),)),
)


@pytest.mark.parametrize("household", CASES)
async def test_the_cases_that_a_rule_can_lose_are_told_as_they_are(household: History) -> None:
    assert await differences(household) == []


STANDINGS: Final = tuple(
    paid_to(pay, status=status)
    for status in ("suspended", "waiting", "not_eligible", "exited", "eligible")
    for pay in (
        Pay("TM", "announced", 30_000, due=6),
        Pay("TM", "cancelled", 30_000, due=2),
        Pay("TM", "unclaimed", 30_000, due=-9, last=4),
    )
)


@pytest.mark.parametrize("household", STANDINGS)
async def test_where_a_household_stands_decides_what_it_is_promised(household: History) -> None:
    assert await differences(household) == []


def last_day_is_lost(day: date | None, today: date) -> bool:
    return day is not None and day > today


def phase(which: Callable[[PaymentCard], bool], broken: PaymentPhase | None) -> Any:
    """The rule of phases, broken for some payments."""
    whole = account.phase_of
    return lambda card, today: broken if which(card) else whole(card, today)


def told_as(kind: PaymentPhase, **fields: Any) -> Any:
    """The words for a phase, of a payment of which something is forgotten."""
    whole = telling.TELLINGS[kind]
    return {
        **telling.TELLINGS,
        kind: lambda translator, card, today: whole(translator, replace(card, **fields), today),
    }


def paid_since(kind: PaymentPhase, card: PaymentCard, cards: tuple[PaymentCard, ...]) -> bool:
    """Whether a payment is said by itself, where money of any component carries over that of another."""
    paid = any(each.state is PaymentState.PAID for each in cards)
    return kind is not PaymentPhase.PAID and not (paid and kind is PaymentPhase.CARRIED)


def otherwise(statement: str, old: str, new: str) -> str:
    assert old in statement
    return statement.replace(old, new)


CURRENT: Final = frozenset(PaymentPhase) - {PaymentPhase.FAILED, PaymentPhase.PAID}
OPEN_OR_COMING: Final = frozenset({PaymentPhase.OPEN, PaymentPhase.COMING})
ONLY_RUNNING: Final = " FILTER (WHERE ended IS NULL OR ended > %(today)s)"
FAULTS: Final[dict[str, tuple[object, str, Any]]] = {
    # where a payment stands
    "the last day of a window is lost": (account, "_not_before", last_day_is_lost),
    "what is called off is told for ever": (
        account, "phase_of", phase(lambda card: card.state is PaymentState.CANCELLED, PaymentPhase.CANCELLED),
    ),
    "what is called off is not told": (
        account, "phase_of", phase(lambda card: card.state is PaymentState.CANCELLED, None),
    ),
    "money that waits is carried over at once": (
        account, "phase_of", phase(lambda card: card.state is PaymentState.UNCLAIMED, PaymentPhase.CARRIED),
    ),
    "a day that was dropped is open to its last day": (
        account, "phase_of", phase(lambda card: (card.due_date is None) < (card.last_day is None), PaymentPhase.OPEN),
    ),
    "what is late is told as to come": (
        account, "phase_of", phase(lambda card: card.state is PaymentState.ANNOUNCED, PaymentPhase.COMING),
    ),
    # what is said of all payments
    "what was carried over is hidden": (account, "_is_news", lambda kind, card, cards: kind in OPEN_OR_COMING),
    "what was carried over is told although it was paid": (
        account, "_is_news", lambda kind, card, cards: kind is not PaymentPhase.PAID,
    ),
    "money of another component carries it over": (account, "_is_news", paid_since),
    "a failure is behind when something is planned": (account, "_is_news", lambda kind, card, cards: kind in CURRENT),
    "what was paid before is told beside what comes": (account, "_is_news", lambda kind, card, cards: True),
    "the first payment is told for the last": (
        history, "UNSETTLED", otherwise(history.UNSETTLED, "later.id) > (", "later.id) < ("),
    ),
    "the least urgent comes first": (account, "URGENCY", tuple(reversed(PaymentPhase))),
    "what comes latest comes first": (account, "SOONEST_FIRST", frozenset()),
    # what the standing decides
    "what its standing takes back is promised": (account, "WITHHELD", {}),
    "what it can take is withheld too": (account, "WITHHELD", dict.fromkeys(Status, frozenset(PaymentPhase))),
    "what follows is taken back with the rest": (account, "FOLLOWED", frozenset()),
    "nothing is taken back of who has finished": (
        account, "WITHHELD", {each: kinds for each, kinds in account.WITHHELD.items() if each is not Status.EXITED},
    ),
    "where it stands is not told": (telling, "standing_told", lambda translator, status, written: []),
    "what a household can do is not told": (telling, "STATUS_REMEDIES", {}),
    "a day is awaited of free care": (account, "WITHOUT_DAYS", frozenset()),
    "a day is awaited of what has ended": (EnrolmentCard, "runs", lambda card, today: True),
    "money is awaited of what has ended": (history, "UNSETTLED", otherwise(history.UNSETTLED, ONLY_RUNNING, "")),
    # the words
    "the year is never said": (telling, "SEASON_DAYS", 10_000),
    "only tomorrow is near": (telling, "SOON_DAYS", 1),
    "no component is named": (telling, "PLAIN", ComponentCode.PNR),
    "a moved day is told as any other": (telling, "TELLINGS", told_as(PaymentPhase.COMING, moved_from=None)),
    "which day was dropped is not told": (telling, "TELLINGS", told_as(PaymentPhase.UNDATED, moved_from=None)),
    "the last day is not told": (telling, "TELLINGS", told_as(PaymentPhase.OPEN, last_day=None)),
    "the last day of what comes is not told": (telling, "TELLINGS", told_as(PaymentPhase.COMING, last_day=None)),
    "the place is not told": (telling, "TELLINGS", told_as(PaymentPhase.OPEN, place=None)),
    "the place of what comes is not told": (telling, "TELLINGS", told_as(PaymentPhase.COMING, place=None)),
    "when it was paid is not told": (telling, "TELLINGS", told_as(PaymentPhase.PAID, paid_on=None)),
    "why it failed is not told": (telling, "TELLINGS", told_as(PaymentPhase.FAILED, reason=None)),
    "what to do is to call, always": (telling, "REMEDIES", {}),
    "a reason in words is not told": (telling, "_written", lambda translator, reason: ""),
    "another sum is told": (telling, "Amount", lambda xof: Amount(xof // 5)),
    # who says it
    "the SMS tells the first thing alone": (
        notice_texts, "money_told", lambda translator, money: money_told(translator, money)[:1],
    ),
    "the page of a component tells less": (MoneyAccount, "of", lambda money, component: ()),
    "key 1 tells the most urgent alone": (MoneyAccount, "urgent", property(lambda money: money.news[:1])),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_rule_that_is_broken_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, broken = FAULTS[fault]
    monkeypatch.setattr(where, name, broken)
    for household in (*CASES, *STANDINGS):
        if await differences(household):
            return
    pytest.fail(fault)
