"""What is told of a household's money is so, whatever its payments are: held against a second reading of the rules."""

from datetime import date
from types import ModuleType
from typing import Final

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from core.payments import account
from core.payments.account import PaymentPhase
from core.phrases import telling
from core.registry.components import ComponentCode
from core.registry.statuses import Status
from proof.histories import differences, households
from proof.truth import History, Pay

pytestmark = pytest.mark.usefixtures("world")


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(household=households)
async def test_the_line_and_the_sms_say_what_is_so(household: History) -> None:
    assert await differences(household) == []


TOLD_WRONGLY_ONCE = (
    (Pay("TM", "announced", 30_000, due=-1, last=3),),
    (Pay("TM", "announced", 30_000, due=-4, last=0),),
    (Pay("TM", "announced", 30_000, due=6), Pay("PNR", "announced", 31_000, due=6)),
    (Pay("TM", "planned", 30_000, due=20), Pay("TM", "failed", 31_000, due=-70, reason="name")),
    (Pay("TM", "unclaimed", 90_000, due=-99, last=-60), Pay("TM", "planned", 91_000, due=8)),
    (Pay("TM", "planned", 30_000, moved_from=5),),
    (Pay("PNR", "paid", 30_000, due=-100, paid=-100), Pay("PNR", "paid", 31_000, due=-60, paid=-60)),
    (Pay("TM", "paid", 30_000, due=-400, paid=-400),),
    (Pay("AGR", "paid", 180_000, due=-90, paid=-90),),
    (Pay("TM", "planned", 30_000, due=1), Pay("TM", "planned", 31_000, due=9)),
    (Pay("TM", "cancelled", 30_000, due=2), Pay("TM", "unclaimed", 31_000, due=-9, last=4)),
    (),
)


@pytest.mark.parametrize("payments", TOLD_WRONGLY_ONCE)
async def test_the_cases_that_were_told_wrongly_once_are_told_as_they_are(payments: tuple[Pay, ...]) -> None:
    assert await differences(History("beneficiary", payments)) == []


def last_day_is_lost(day: date | None, today: date) -> bool:
    return day is not None and day > today


STANDINGS: Final = tuple(
    History(status, (pay,))
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


CURRENT: Final = frozenset(PaymentPhase) - {PaymentPhase.FAILED, PaymentPhase.PAID}
OPEN_OR_COMING: Final = frozenset({PaymentPhase.OPEN, PaymentPhase.COMING})
FAULTS: dict[str, tuple[ModuleType, str, object]] = {
    "the last day of a window is lost": (account, "_not_before", last_day_is_lost),
    "what was carried over is hidden": (account, "_is_news", lambda phase, card, cards: phase in OPEN_OR_COMING),
    "the least urgent comes first": (account, "URGENCY", tuple(reversed(PaymentPhase))),
    "what comes latest comes first": (account, "SOONEST_FIRST", frozenset()),
    "a failure is behind when something is planned": (account, "_is_news", lambda phase, card, cards: phase in CURRENT),
    "the year is never said": (telling, "SEASON_DAYS", 10_000),
    "only tomorrow is near": (telling, "SOON_DAYS", 1),
    "no component is named": (telling, "PLAIN", ComponentCode.PNR),
    "what its standing takes back is promised": (telling, "WITHHELD", {}),
    "what it can take is withheld too": (telling, "WITHHELD", dict.fromkeys(Status, frozenset(PaymentPhase))),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_rule_that_is_broken_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, broken = FAULTS[fault]
    monkeypatch.setattr(where, name, broken)
    beneficiaries = (History("beneficiary", payments) for payments in TOLD_WRONGLY_ONCE)
    assert any([await differences(household) for household in (*beneficiaries, *STANDINGS)]), fault
