"""What is said where a household's standing, a late answer or somebody's own words decide it."""

from dataclasses import replace
from datetime import time

import pytest

from core.grievances.following import GrievanceView
from core.grievances.subjects import Category, Subcategory
from core.grievances.vocabulary import DECIDED, OPEN, GrievanceState
from core.payments.account import MoneyAccount, PaymentNews, PaymentPhase
from core.payments.history import PaymentCard
from core.payments.states import PaymentState
from core.phrases.telling import grievance_told, money_told, payment_told, standing_told
from core.registry.components import ComponentCode
from core.registry.statuses import Status
from core.text.languages import Language
from core.text.translator import Translator, translator
from tests.core.seed import TODAY, day

FR, BM = translator(Language("fr")), translator(Language("bm"))
COMING, OPEN_NOW, CANCELLED = PaymentPhase.COMING, PaymentPhase.OPEN, PaymentPhase.CANCELLED
UNDATED, FAILED, CARRIED = PaymentPhase.UNDATED, PaymentPhase.FAILED, PaymentPhase.CARRIED
OVERDUE, PAID = PaymentPhase.OVERDUE, PaymentPhase.PAID
BEHIND = {OPEN_NOW, OVERDUE, FAILED, CARRIED, PAID}

CARD = PaymentCard(
    id=1,
    component=ComponentCode.TM,
    round="T4 2026",
    state=PaymentState.ANNOUNCED,
    due_date=day(4),
    moved_from=None,
    last_day=day(9),
    place="Mairie de Safo",
    agency=None,
    amount_xof=30_000,
    paid_on=day(-40),
    reason=None,
    hour=None,
)

CASE = GrievanceView(
    reference="7000159",
    category=Category("payment"),
    subcategory=Subcategory("not_paid"),
    sensitive=False,
    state=GrievanceState.IN_PROGRESS,
    received_on=day(-9),
    answer_due=day(0),
    answer=None,
    reopened=False,
    withdrawn=False,
    lapsed=False,
    solved=None,
    question=None,
    owned=True,
    asks_secret=None,
    follows=False,
)


def about(status: Status, phase: PaymentPhase) -> list[str]:
    account = MoneyAccount(status, None, (PaymentNews(phase, CARD),), running=None, today=TODAY)
    return money_told(FR, account)


@pytest.mark.parametrize(
    ("status", "phases"),
    [
        (Status.BENEFICIARY, {*PaymentPhase}),
        (Status.ELIGIBLE, {*PaymentPhase}),
        (Status.EXITED, {*BEHIND, COMING}),
        (Status.SUSPENDED, BEHIND),
        (Status.WAITING, BEHIND),
        (Status.NOT_ELIGIBLE, BEHIND),
    ],
)
def test_no_day_is_promised_that_the_standing_takes_back(status: Status, phases: set[PaymentPhase]) -> None:
    own = 0 if status is Status.BENEFICIARY else 1
    assert {phase for phase in PaymentPhase if len(about(status, phase)) > own} == phases


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.BENEFICIARY}))
def test_the_standing_comes_before_any_money(status: Status) -> None:
    first, second = about(status, OPEN_NOW)
    assert first == "\n".join(standing_told(FR, status, None))
    assert "30 000 F CFA" in second


def test_who_was_chosen_hears_what_comes_next() -> None:
    assert standing_told(FR, Status.ELIGIBLE, None) == [
        "Votre ménage a été choisi.",
        "On vous inscrira. Nous dirons le jour.",
    ]


@pytest.mark.parametrize("state", sorted(OPEN))
def test_an_answer_that_is_late_promises_no_day_that_is_past(state: GrievanceState) -> None:
    late = grievance_told(FR, replace(CASE, state=state, answer_due=day(-1)), TODAY)
    assert late[1] == "Réponse en retard. Prévue le lundi 23 novembre (hier)."
    assert late[2].startswith("Appelez le +223")
    assert not any("au plus tard" in line for line in late)


@pytest.mark.parametrize(
    ("days", "spoken"),
    [
        (0, "mardi 24 novembre (aujourd'hui)"),
        (1, "mercredi 25 novembre (demain)"),
        (7, "mardi 1er décembre (dans 7 jours)"),
        (30, "jeudi 24 décembre"),
    ],
)
def test_an_answer_that_is_due_is_promised_by_its_day(days: int, spoken: str) -> None:
    line = grievance_told(FR, replace(CASE, answer_due=day(days)), TODAY)[-1]
    assert line.replace("’", "'") == f"Réponse au plus tard : {spoken}"


@pytest.mark.parametrize(
    ("translator_", "lines"),
    [
        (FR, ["Jour changé : mercredi 25 novembre (demain)", "Mairie de Safo", "Pas le mardi 24 novembre."]),
        (
            BM,
            [
                "Don yɛlɛmana: arabadon, nowanburukalo tile 25 (sini) don",
                "Yɔrɔ: Mairie de Safo",
                "taratadon, nowanburukalo tile 24 tɛ.",
            ],
        ),
    ],
)
def test_a_day_that_moved_is_told_as_people_say_it_with_its_place_and_then_the_day_it_is_no_more(
    translator_: Translator, lines: list[str]
) -> None:
    moved = replace(CARD, due_date=day(1), moved_from=day(0), last_day=None)
    assert payment_told(translator_, PaymentNews(COMING, moved), TODAY)[:3] == lines


@pytest.mark.parametrize(("translator_", "hour"), [(FR, "à 8 h 30"), (BM, "nɛgɛkanɲɛ 8 ni sanga 30")])
def test_the_hour_is_said_of_a_day_that_comes_and_of_today_alone(translator_: Translator, hour: str) -> None:
    comes, is_today = (replace(CARD, due_date=day(days), hour=time(8, 30)) for days in (1, 0))
    assert payment_told(translator_, PaymentNews(COMING, comes), TODAY)[2] == hour
    assert hour in payment_told(translator_, PaymentNews(OPEN_NOW, is_today), TODAY)
    was = replace(comes, due_date=day(-1))
    assert hour not in payment_told(translator_, PaymentNews(OPEN_NOW, was), TODAY)
    unnamed = payment_told(translator_, PaymentNews(COMING, replace(comes, hour=None)), TODAY)
    assert unnamed == [each for each in payment_told(translator_, PaymentNews(COMING, comes), TODAY) if each != hour]


def test_a_day_it_is_no_more_has_its_year_where_that_is_another() -> None:
    moved = replace(CARD, due_date=day(1), moved_from=day(-330))
    assert "Pas le lundi 29 décembre 2025." in payment_told(FR, PaymentNews(COMING, moved), TODAY)


@pytest.mark.parametrize(
    ("running", "block"),
    [
        (None, "Pas encore de date fixée."),
        ({ComponentCode.TM, ComponentCode.ANAM}, "Pas encore de date fixée."),
        (
            {ComponentCode.MUT, ComponentCode.ANAM},
            "Votre ménage est dans le programme.\nVous recevez :\nSoins gratuits\nMutuelle de santé",
        ),
        (set(), "Pas encore d'aide."),
    ],
)
def test_where_no_money_can_come_it_is_told_what_the_household_gets_all_the_same(
    running: set[ComponentCode] | None, block: str
) -> None:
    goes_on = None if running is None else frozenset(running)
    account = MoneyAccount(Status.BENEFICIARY, None, (), running=goes_on, today=TODAY)
    assert [each.replace("’", "'") for each in money_told(FR, account)] == [block]


@pytest.mark.parametrize("state", sorted(DECIDED))
def test_a_grievance_that_is_decided_is_never_late(state: GrievanceState) -> None:
    told = grievance_told(
        FR, replace(CASE, state=state, answer="Venez au jour de paiement.", answer_due=day(-5)), TODAY
    )
    assert told[1:] == ["Réponse : Venez au jour de paiement."]


WRITTEN = "Liste à revoir par l'agence"


def test_words_of_somebody_stand_in_bambara_with_what_they_are() -> None:
    failed = replace(CARD, state=PaymentState.FAILED, reason=WRITTEN)
    account = MoneyAccount(Status.BENEFICIARY, None, (PaymentNews(FAILED, failed),), running=None, today=TODAY)
    for lines in (money_told(BM, account)[0].split("\n"), standing_told(BM, Status.NOT_ELIGIBLE, WRITTEN)):
        assert f"A kun: {WRITTEN}" in lines
    coming = MoneyAccount(Status.BENEFICIARY, None, (PaymentNews(COMING, CARD),), running=None, today=TODAY)
    assert "Yɔrɔ: Mairie de Safo" in money_told(BM, coming)[0].split("\n")
    answered = replace(CASE, state=GrievanceState.RESOLVED, answer=WRITTEN)
    assert f"Jaabi: {WRITTEN}" in grievance_told(BM, answered, TODAY)
