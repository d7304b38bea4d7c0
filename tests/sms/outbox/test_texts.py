"""What people read: each kind of SMS of a campaign in both languages, as it is sent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.campaigns.models import CampaignKind
from core.registry.components import ComponentCode
from core.scams.guard import refuse_scams
from core.text.alphabet import GSM7
from core.text.gsm7 import SINGLE_PART, is_gsm7
from core.text.languages import Language
from core.text.translator import translator
from demo.places import DEMO_PLACES
from sms.outbox.contents import Content, EventLine, Events, FreeWords, PaymentLine, Payments
from sms.outbox.texts import Written, campaign_text, written
from tests.core.seed import TODAY

BM, FR = Language("bm"), Language("fr")

Kind = CampaignKind

MONDAY, THURSDAY = date(2026, 11, 23), date(2026, 11, 26)

SAFO = PaymentLine(households=1, names="", amount_xof=30_000, day=MONDAY, place="Mairie de Safo", old_day=None)

MOVED = replace(SAFO, day=THURSDAY, old_day=MONDAY)

SAID_OFF = replace(MOVED, day=None)

FOOD = EventLine({"fr": "distribution de nourriture", "bm": "dumuni dili"}, THURSDAY, None, "École de Siby")

WORK = EventLine({"fr": "travaux", "bm": "foroba baara"}, THURSDAY, time(7, 30), "Banamba")

SAFE = {
    FR: "Personne ne doit vous demander de l'argent ou un code.",
    BM: "Mògò si man kan ka wari walima kòdi nyini aw fè.",
}

FREE = {FR: "C'est gratuit.", BM: "Aw tè foyi sara."}

LONGEST_PLACE = "Mairie de Sere Moussa Ani Samo"


def sent(kind: CampaignKind, content: Content, language: Language, today: date = TODAY) -> Written:
    """A text of a campaign, as it leaves."""
    spoken = translator(language)
    return written(campaign_text(kind, content, spoken, today), spoken, GSM7)


def paid(*lines: PaymentLine, component: ComponentCode | None = None) -> Payments:
    return Payments(lines, component)


@pytest.mark.parametrize(
    ("kind", "line", "french", "bambara"),
    [
        (
            Kind.ANNOUNCE,
            SAFO,
            f"Jigisèmèjiri : 30 000 F CFA le lundi 23 novembre, Mairie de Safo. Apportez votre carte. {SAFE[FR]}",
            "Jigisèmèjiri: 30 000 F CFA bèna di ntènèndon, nowanburukalo tile 23, Mairie de Safo. "
            f"Aw ye sèbèn ta ka na. {SAFE[BM]}",
        ),
        (
            Kind.REMINDER_3,
            SAFO,
            f"Jigisèmèjiri : dans 3 jours, lundi 23 novembre, Mairie de Safo : 30 000 F CFA. {SAFE[FR]}",
            "Jigisèmèjiri: wari dili tò tora tile 3: ntènèndon, nowanburukalo tile 23, Mairie de Safo. "
            f"30 000 F CFA. {SAFE[BM]}",
        ),
        (
            Kind.REMINDER_1,
            SAFO,
            "Jigisèmèjiri : demain, lundi 23 novembre, Mairie de Safo : 30 000 F CFA. Apportez votre carte. "
            f"{SAFE[FR]}",
            "Jigisèmèjiri: sini, ntènèndon, nowanburukalo tile 23, Mairie de Safo: 30 000 F CFA bè di. "
            f"Aw ye sèbèn ta ka na. {SAFE[BM]}",
        ),
        (
            Kind.MOVED,
            MOVED,
            "Jigisèmèjiri : le jour du paiement a changé. Pas le lundi 23 novembre, mais le jeudi 26 novembre, "
            f"Mairie de Safo. {FREE[FR]}",
            "Jigisèmèjiri: don yèlèmana. Wari tèna di ntènèndon, nowanburukalo tile 23. "
            f"A bèna di alamisadon, nowanburukalo tile 26, Mairie de Safo. {FREE[BM]}",
        ),
        (
            Kind.CANCELLED,
            SAFO,
            f"Jigisèmèjiri : pas de paiement le lundi 23 novembre. Nous donnerons un autre jour. {SAFE[FR]}",
            f"Jigisèmèjiri: wari tèna di ntènèndon, nowanburukalo tile 23. An bèna don wèrè fò. {SAFE[BM]}",
        ),
        (
            Kind.UNCLAIMED,
            SAFO,
            "Jigisèmèjiri : argent non retiré : 30 000 F CFA. Dernier jour : lundi 23 novembre, Mairie de Safo. "
            f"{SAFE[FR]}",
            "Jigisèmèjiri: aw ma na ka wari ta. 30 000 F CFA. "
            f"Don laban: ntènèndon, nowanburukalo tile 23, Mairie de Safo. {SAFE[BM]}",
        ),
    ],
)
def test_money_of_one_household_is_told_in_one_part(
    kind: CampaignKind, line: PaymentLine, french: str, bambara: str
) -> None:
    assert sent(kind, paid(line), FR) == Written(french, 1, len(french))
    assert sent(kind, paid(line), BM) == Written(bambara, 1, len(bambara))


def test_a_day_that_is_called_off_without_another_is_told_as_cancelled() -> None:
    for language in Language:
        moved = sent(Kind.MOVED, paid(SAID_OFF), language)
        assert moved == sent(Kind.CANCELLED, paid(SAFO), language)
        assert "None" not in moved.body


def test_households_of_one_phone_that_get_the_same_are_told_how_many_and_what_each_gets() -> None:
    three = paid(replace(SAFO, households=3))
    assert sent(Kind.ANNOUNCE, three, FR).body == (
        "Jigisèmèjiri : 3 ménages, 30 000 F CFA chacun le lundi 23 novembre, Mairie de Safo. "
        f"Apportez votre carte. {SAFE[FR]}"
    )
    assert sent(Kind.ANNOUNCE, three, BM).body == (
        "Jigisèmèjiri: Ga 3, ga o ga: 30 000 F CFA bèna di ntènèndon, nowanburukalo tile 23, Mairie de Safo. "
        f"Aw ye sèbèn ta ka na. {FREE[BM]}"
    )


@pytest.mark.parametrize(
    ("kind", "line", "french", "bambara"),
    [
        (
            Kind.ANNOUNCE,
            SAFO,
            "Jigisèmèjiri : Argent des mois difficiles : 30 000 F CFA le lundi 23 novembre, Mairie de Safo. "
            f"Apportez votre carte. {FREE[FR]}",
            "Jigisèmèjiri: Bolodèsè waati wari: 30 000 F CFA bèna di ntènèndon, nowanburukalo tile 23, "
            f"Mairie de Safo. Aw ye sèbèn ta ka na. {FREE[BM]}",
        ),
        (
            Kind.REMINDER_3,
            SAFO,
            "Jigisèmèjiri : dans 3 jours, lundi 23 novembre, Mairie de Safo : Argent des mois difficiles, "
            f"30 000 F CFA. {FREE[FR]}",
            "Jigisèmèjiri: wari dili tò tora tile 3: ntènèndon, nowanburukalo tile 23, Mairie de Safo. "
            f"Bolodèsè waati wari, 30 000 F CFA. {FREE[BM]}",
        ),
        (
            Kind.REMINDER_1,
            SAFO,
            "Jigisèmèjiri : demain, lundi 23 novembre, Mairie de Safo. Argent des mois difficiles, 30 000 F CFA. "
            f"Apportez votre carte. {FREE[FR]}",
            "Jigisèmèjiri: sini, ntènèndon, nowanburukalo tile 23, Mairie de Safo: Bolodèsè waati wari, "
            f"30 000 F CFA. Aw ye sèbèn ta ka na. {FREE[BM]}",
        ),
        (
            Kind.MOVED,
            MOVED,
            "Jigisèmèjiri : Argent des mois difficiles. Le jour a changé. Pas le lundi 23 novembre, mais le "
            f"jeudi 26 novembre, Mairie de Safo. {FREE[FR]}",
            "Jigisèmèjiri: Bolodèsè waati wari. Don yèlèmana. ntènèndon, nowanburukalo tile 23 tè, "
            f"alamisadon, nowanburukalo tile 26 don. Mairie de Safo. {FREE[BM]}",
        ),
        (
            Kind.CANCELLED,
            SAFO,
            "Jigisèmèjiri : Argent des mois difficiles. Pas de paiement le lundi 23 novembre. Nous donnerons un autre "
            f"jour. {FREE[FR]}",
            "Jigisèmèjiri: Bolodèsè waati wari. Wari tèna di ntènèndon, nowanburukalo tile 23. An bèna don wèrè fò. "
            f"{SAFE[BM]}",
        ),
        (
            Kind.UNCLAIMED,
            SAFO,
            "Jigisèmèjiri : non retiré : Argent des mois difficiles, 30 000 F CFA. Dernier jour : lundi 23 novembre, "
            f"Mairie de Safo. {FREE[FR]}",
            "Jigisèmèjiri: wari ma ta fòlò: Bolodèsè waati wari, 30 000 F CFA. "
            f"Don laban: ntènèndon, nowanburukalo tile 23, Mairie de Safo. {FREE[BM]}",
        ),
    ],
)
def test_money_of_a_component_is_told_by_its_name_in_one_part(
    kind: CampaignKind, line: PaymentLine, french: str, bambara: str
) -> None:
    content = paid(line, component=ComponentCode.PNR)
    assert sent(kind, content, FR) == Written(french, 1, len(french))
    assert sent(kind, content, BM) == Written(bambara, 1, len(bambara))


def test_a_day_of_a_component_that_is_called_off_without_another_is_told_as_cancelled() -> None:
    for language in Language:
        moved = sent(Kind.MOVED, paid(SAID_OFF, component=ComponentCode.PNR), language)
        assert moved == sent(Kind.CANCELLED, paid(SAFO, component=ComponentCode.PNR), language)


@pytest.mark.parametrize("kind", [Kind.ANNOUNCE, Kind.REMINDER_3, Kind.MOVED, Kind.CANCELLED, Kind.UNCLAIMED])
def test_households_of_one_phone_are_told_the_component_once_before_their_names(kind: CampaignKind) -> None:
    lines = (replace(MOVED, names="Awa Traoré"), replace(MOVED, names="Bakary Diarra", amount_xof=45_000))
    plain = sent(kind, paid(*lines), FR).body.splitlines()
    named = sent(kind, paid(*lines, component=ComponentCode.PNR), FR).body.splitlines()
    assert named[:2] == [plain[0], "Argent des mois difficiles"]
    assert named[2].startswith("Awa Traoré : ")
    assert named[3].startswith("Bakary Diarra : ")


TWO = paid(replace(SAFO, names="Awa Traoré"), replace(SAFO, names="Bakary Diarra", amount_xof=45_000, day=THURSDAY))


def test_households_of_one_phone_that_get_different_things_are_told_by_name() -> None:
    assert sent(Kind.ANNOUNCE, TWO, FR).body == (
        "Jigisèmèjiri : paiements à venir. Apportez votre carte.\n"
        "Awa Traoré : 30 000 F CFA, lundi 23 novembre, Mairie de Safo.\n"
        f"Bakary Diarra : 45 000 F CFA, jeudi 26 novembre, Mairie de Safo. {SAFE[FR]}"
    )
    assert sent(Kind.ANNOUNCE, TWO, BM).body == (
        "Jigisèmèjiri: wari bèna di. Aw ye sèbèn ta ka na.\n"
        "Awa Traoré: 30 000 F CFA, ntènèndon, nowanburukalo tile 23, Mairie de Safo.\n"
        f"Bakary Diarra: 45 000 F CFA, alamisadon, nowanburukalo tile 26, Mairie de Safo. {SAFE[BM]}"
    )


@pytest.mark.parametrize(
    ("kind", "french", "bambara"),
    [
        (Kind.REMINDER_3, "paiement dans 3 jours.", "wari dili tò tora tile 3."),
        (Kind.REMINDER_1, "paiement demain. Apportez votre carte.", "wari bè di sini. Aw ye sèbèn ta ka na."),
        (Kind.UNCLAIMED, "argent non retiré. Dernier jour :", "aw ma na ka wari ta. Don laban:"),
    ],
)
def test_what_several_households_are_told_stands_on_the_first_line(
    kind: CampaignKind, french: str, bambara: str
) -> None:
    assert sent(kind, TWO, FR).body.splitlines()[:2] == [
        f"Jigisèmèjiri : {french}",
        "Awa Traoré : 30 000 F CFA, lundi 23 novembre, Mairie de Safo.",
    ]
    assert sent(kind, TWO, BM).body.splitlines()[:2] == [
        f"Jigisèmèjiri: {bambara}",
        "Awa Traoré: 30 000 F CFA, ntènèndon, nowanburukalo tile 23, Mairie de Safo.",
    ]


def test_of_several_households_only_what_changed_is_told() -> None:
    lines = paid(replace(MOVED, names="Awa Traoré"), replace(SAID_OFF, names="Bakary Diarra"))
    assert campaign_text(Kind.MOVED, lines, translator(FR), TODAY) == (
        "Jigisèmèjiri : le jour du paiement a changé.\n"
        "Awa Traoré : jeudi 26 novembre, Mairie de Safo.\n"
        "Bakary Diarra : pas le lundi 23 novembre."
    )
    assert campaign_text(Kind.MOVED, lines, translator(BM), TODAY) == (
        "Jigisɛmɛjiri: don yɛlɛmana.\n"
        "Awa Traoré: alamisadon, nowanburukalo tile 26, Mairie de Safo.\n"
        "Bakary Diarra: ntɛnɛndon, nowanburukalo tile 23 tɛ."
    )
    assert campaign_text(Kind.CANCELLED, TWO, translator(FR), TODAY) == (
        "Jigisèmèjiri : pas de paiement. Nous donnerons un autre jour.\n"
        "Awa Traoré : pas le lundi 23 novembre.\n"
        "Bakary Diarra : pas le jeudi 26 novembre."
    )


@pytest.mark.parametrize(
    ("kind", "line", "french", "bambara"),
    [
        (
            Kind.ANNOUNCE,
            FOOD,
            "Jigisèmèjiri : distribution de nourriture, jeudi 26 novembre, École de Siby. Venez.",
            "Jigisɛmɛjiri: dumuni dili bɛna kɛ alamisadon, nowanburukalo tile 26, École de Siby. Aw ye na.",
        ),
        (
            Kind.ANNOUNCE,
            WORK,
            "Jigisèmèjiri : travaux, jeudi 26 novembre, Banamba, 7 h 30. Venez.",
            "Jigisɛmɛjiri: foroba baara bɛna kɛ alamisadon, nowanburukalo tile 26, Banamba, "
            "nɛgɛkanɲɛ 7 ni sanga 30. Aw ye na.",
        ),
        (
            Kind.REMINDER_3,
            FOOD,
            "Jigisèmèjiri : dans 3 jours : distribution de nourriture, jeudi 26 novembre, École de Siby. Venez.",
            "Jigisɛmɛjiri: tile 3 bi kɔ, dumuni dili bɛna kɛ alamisadon, nowanburukalo tile 26, École de Siby. "
            "Aw ye na.",
        ),
        (
            Kind.REMINDER_1,
            FOOD,
            "Jigisèmèjiri : demain : distribution de nourriture, jeudi 26 novembre, École de Siby. Venez.",
            "Jigisɛmɛjiri: sini, dumuni dili bɛna kɛ alamisadon, nowanburukalo tile 26, École de Siby. Aw ye na.",
        ),
        (
            Kind.CANCELLED,
            WORK,
            "Jigisèmèjiri : travaux, jeudi 26 novembre : c’est annulé. Nous donnerons un autre jour.",
            "Jigisɛmɛjiri: foroba baara, alamisadon, nowanburukalo tile 26: a tɛna kɛ tugun. An bɛna don wɛrɛ fɔ.",
        ),
    ],
)
def test_an_event_is_told_in_the_words_of_each_language_with_its_hour(
    kind: CampaignKind, line: EventLine, french: str, bambara: str
) -> None:
    assert campaign_text(kind, Events((line,)), translator(FR), TODAY) == french
    assert campaign_text(kind, Events((line,)), translator(BM), TODAY) == bambara


def test_further_events_follow_a_line_each() -> None:
    assert campaign_text(Kind.ANNOUNCE, Events((FOOD, WORK)), translator(BM), TODAY).splitlines() == [
        "Jigisɛmɛjiri: dumuni dili bɛna kɛ alamisadon, nowanburukalo tile 26, École de Siby. Aw ye na.",
        "foroba baara: alamisadon, nowanburukalo tile 26, Banamba, nɛgɛkanɲɛ 7 ni sanga 30.",
    ]


def test_free_words_are_said_as_they_were_written_in_each_language() -> None:
    words = FreeWords({"fr": "La mairie est fermée lundi.", "bm": "Meri datugulen don ntɛnɛndon."})
    assert sent(Kind.FREE, words, FR).body == f"Jigisèmèjiri : La mairie est fermée lundi. {SAFE[FR]}"
    assert sent(Kind.FREE, words, BM).body == f"Jigisèmèjiri: Meri datugulen don ntènèndon. {SAFE[BM]}"


CONTENTS: Sequence[Content] = [
    paid(SAFO),
    paid(MOVED),
    paid(SAID_OFF),
    paid(replace(SAFO, households=2)),
    TWO,
    paid(SAFO, component=ComponentCode.TM),
    paid(SAID_OFF, component=ComponentCode.PNR),
    paid(*TWO.lines, component=ComponentCode.AGR),
    Events((FOOD, WORK)),
    FreeWords({"fr": "Bonne fête à tous !", "bm": "Aw ni ce."}),
]


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("language", list(Language))
def test_every_text_begins_with_the_programme_and_can_be_sent(
    kind: CampaignKind, content: Content, language: Language
) -> None:
    body = sent(kind, content, language).body
    assert body.startswith("Jigisèmèjiri : " if language is FR else "Jigisèmèjiri: ")
    assert "{" not in body
    assert is_gsm7(body)
    refuse_scams(body)


MONEY = (Kind.ANNOUNCE, Kind.REMINDER_3, Kind.REMINDER_1, Kind.MOVED, Kind.CANCELLED, Kind.UNCLAIMED)

PLACES = st.builds(
    "{} {}".format,
    st.sampled_from(["Mairie de", "École de", "Marché de", "CSCom de"]),
    st.sampled_from([*(place.commune for place in DEMO_PLACES), LONGEST_PLACE.removeprefix("Mairie de ")]),
)

DAYS = st.dates(date(2026, 1, 1), date(2040, 12, 31))

AMOUNTS = st.integers(2, 36).map(lambda fives: fives * 5_000)


COMPONENTS = st.none() | st.sampled_from(ComponentCode)


@given(st.sampled_from(MONEY), st.sampled_from([*Language]), COMPONENTS, AMOUNTS, DAYS, DAYS, PLACES, st.integers(1, 9))
def test_an_ordinary_text_is_one_part(
    kind: CampaignKind,
    language: Language,
    component: ComponentCode | None,
    amount: int,
    day: date,
    old_day: date,
    place: str,
    households: int,
) -> None:
    near = day + timedelta(days=(old_day - day).days % 150)
    line = PaymentLine(households, "", amount, day, place, near if kind is Kind.MOVED else None)
    text = sent(kind, paid(line, component=component), language, today=day)
    assert text.parts == 1
    assert text.size == GSM7.measure(text.body) <= SINGLE_PART


def test_a_day_that_is_not_of_this_season_has_its_year() -> None:
    line = PaymentLine(1, "", 30_000, date(2027, 9, 2), "Mairie de Safo", date(2026, 12, 2))
    moved = sent(Kind.MOVED, paid(line), FR).body
    assert "2 decembre. " in moved.replace("é", "e") or "2 decembre," in moved.replace("é", "e")
    assert "2 septembre 2027" in moved
    assert "san 2027" in sent(Kind.ANNOUNCE, paid(line), BM).body
