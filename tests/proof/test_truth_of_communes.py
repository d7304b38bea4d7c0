"""The payment days of a commune are told as they are: held against a second reading of the rules."""

from types import ModuleType
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from core.payments import history
from core.phrases import telling
from menus import communes
from proof.commune_histories import commune_differences, neighbours
from proof.truth import History, Pay
from proof.truth_of_communes import Neighbour

pytestmark = pytest.mark.usefixtures("world")


@hypothesis_settings(max_examples=25)
@given(neighbours=neighbours)
async def test_any_phone_is_told_the_days_of_a_commune_as_they_are(neighbours: tuple[Neighbour, ...]) -> None:
    assert await commune_differences(neighbours) == []


def paid(*payments: Pay, village: str | None = "Tassan", place: str = "Mairie de Safo") -> Neighbour:
    return Neighbour(village, place, History("beneficiary", payments))


CASES: Final[dict[str, tuple[Neighbour, ...]]] = {
    "a window that was opened yesterday": (paid(Pay("TM", "announced", 30_000, due=-1, last=3)),),
    "its last day": (paid(Pay("TM", "announced", 30_000, due=-4, last=0)),),
    "a window without a first day": (paid(Pay("TM", "planned", 30_000, last=4)),),
    "a day that moved": (paid(Pay("TM", "planned", 30_000, due=3, moved_from=1)),),
    "two components on one day": (paid(Pay("TM", "announced", 30_000, due=6), Pay("PNR", "announced", 60_000, due=6)),),
    "one village": (paid(Pay("TM", "announced", 30_000, due=6)), paid(Pay("TM", "announced", 31_000, due=6))),
    "two villages": (
        paid(Pay("TM", "announced", 30_000, due=6)),
        paid(Pay("TM", "announced", 30_000, due=6), village="Dialakoroba"),
    ),
    "one village spelt in two ways": (
        paid(Pay("TM", "announced", 30_000, due=6), village="Faracoro"),
        paid(Pay("TM", "announced", 30_000, due=6), village="Farakoro"),
    ),
    "a village and who lives in none": (
        paid(Pay("TM", "announced", 30_000, due=6)),
        paid(Pay("TM", "announced", 30_000, due=6), village=None),
    ),
    "two places": (
        paid(Pay("TM", "announced", 30_000, due=6)),
        paid(Pay("TM", "announced", 30_000, due=6), place="Marché"),
    ),
    "two last days": (
        paid(Pay("TM", "announced", 30_000, due=6, last=8)),
        paid(Pay("TM", "announced", 30_000, due=6, last=9)),
    ),
    "two days": (paid(Pay("TM", "announced", 30_000, due=9)), paid(Pay("TM", "planned", 30_000, due=1))),
    "what was paid, failed and was called off": (
        paid(*(Pay("TM", state, 30_000, due=6) for state in ("paid", "failed", "cancelled", "unclaimed"))),
    ),
    "money that waits": (paid(Pay("TM", "unclaimed", 30_000, due=-9, last=4)),),
    "the last day of money that waits": (paid(Pay("TM", "unclaimed", 30_000, due=-9, last=0)),),
    "money that waits no more": (paid(Pay("TM", "unclaimed", 30_000, due=-9, last=-1)),),
    "a day that was dropped": (paid(Pay("TM", "planned", 30_000, last=5, moved_from=2)),),
    "a window that has a first day to come": (paid(Pay("TM", "announced", 30_000, due=2, last=5)),),
    "nobody": (),
}


@pytest.mark.parametrize("case", CASES)
async def test_the_cases_that_a_rule_can_lose_are_told_as_they_are(case: str) -> None:
    assert await commune_differences(CASES[case]) == []


def otherwise(old: str, new: str) -> str:
    assert old in history.COMMUNE_DAYS
    return history.COMMUNE_DAYS.replace(old, new)


FAULTS: Final[dict[str, tuple[ModuleType, str, Any]]] = {
    "an open window is over": (
        history,
        "COMMUNE_DAYS",
        otherwise("(payment.due_date >= %(today)s OR payment.last_day >= %(today)s)", "payment.due_date >= %(today)s"),
    ),
    "the last day is lost": (
        history, "COMMUNE_DAYS", otherwise("OR payment.last_day >= %(today)s", "OR payment.last_day > %(today)s"),
    ),
    "money that waits is hidden": (
        history, "COMMUNE_DAYS", otherwise("OR payment.state = 'unclaimed' AND", "OR payment.state = 'none' AND"),
    ),
    "the last day of money that waits is lost": (
        history, "COMMUNE_DAYS", otherwise(
            "= 'unclaimed' AND payment.last_day >= %(today)s", "= 'unclaimed' AND payment.last_day > %(today)s"
        ),
    ),
    "whose money waits is told by the village": (
        history, "COMMUNE_DAYS", otherwise("AND NOT bool_or(payment.state = 'unclaimed')", ""),
    ),
    "a day that was dropped is open to its last day": (
        history, "COMMUNE_DAYS", otherwise("AND (payment.due_date IS NOT NULL OR move.old_day IS NULL)", ""),
    ),
    "where it is is not told": (communes, "place_told", lambda translator, *places: ""),
    "the last day is not told": (
        history, "COMMUNE_DAYS", otherwise("(WHERE payment.last_day > ", "(WHERE payment.last_day < "),
    ),
    "the first of two last days is told": (
        history, "COMMUNE_DAYS", otherwise("max(payment.last_day)", "min(payment.last_day)"),
    ),
    "one village is told for two": (
        history, "COMMUNE_DAYS", otherwise("count(DISTINCT household.village_search) = 1 AND", ""),
    ),
    "a village spelt otherwise is another": (
        history, "COMMUNE_DAYS", otherwise("DISTINCT household.village_search", "DISTINCT household.village"),
    ),
    "who lives in no village is told one": (
        history, "COMMUNE_DAYS", otherwise("AND count(household.village) = count(*)", ""),
    ),
    "the latest day comes first": (history, "COMMUNE_DAYS", otherwise("ORDER BY day,", "ORDER BY day DESC,")),
    "components are thrown together": (
        history,
        "COMMUNE_DAYS",
        otherwise("GROUP BY payment_round.component, ", "GROUP BY ").replace(
            "SELECT payment_round.component,", "SELECT min(payment_round.component) AS component,"
        ).replace("payment_round.component, payment.agency\n", "payment.agency\n"),
    ),
    "what was paid is told as to come": (history, "COMMUNE_DAYS", otherwise("payment.state IN", "'planned' IN")),
    "only the first day is told": (communes, "MOST_DAYS", 1),
    "only tomorrow is near": (telling, "SOON_DAYS", 1),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_rule_that_is_broken_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, broken = FAULTS[fault]
    monkeypatch.setattr(where, name, broken)
    wrong = [await commune_differences(neighbours) for neighbours in CASES.values()]
    assert any(wrong), fault
