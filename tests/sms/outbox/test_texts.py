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
from sms.outbox.composing import SmsRoom, TextPiece, Written
from sms.outbox.contents import Content, EventLine, Events, FreeWords, PaymentLine, Payments
from sms.outbox.texts import campaign_sms, campaign_text
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
    return campaign_sms(kind, content, spoken, today, GSM7, SmsRoom())


def paid(*lines: PaymentLine, component: ComponentCode | None = None) -> Payments:
    return Payments(lines, component)


CARD = {FR: "Apportez votre carte.", BM: "Aw ye sèbèn ta ka na."}

CODE = {FR: "Appelez le *384*1234#.", BM: "Aw ye *384*1234# wele."}


@pytest.mark.parametrize(
    ("kind", "line", "french", "bambara"),
    [
        *(
            (
                kind,
                SAFO,
                f"Jigisèmèjiri : paiement, 30 000 F CFA le lundi 23 novembre, Mairie de Safo. {CARD[FR]} {SAFE[FR]}",
                "Jigisèmèjiri: 30 000 F CFA bèna di ntènèndon, nowanburukalo tile 23, Mairie de Safo. "
                f"{CARD[BM]} {SAFE[BM]}",
            )
            for kind in (Kind.ANNOUNCE, Kind.REMINDER_3, Kind.REMINDER_1)
        ),
        (
            Kind.MOVED,
            MOVED,
            "Jigisèmèjiri : jour de paiement changé, 30 000 F CFA. Pas le lundi 23 novembre, mais le jeudi "
            f"26 novembre, Mairie de Safo. {CARD[FR]} {FREE[FR]}",
            "Jigisèmèjiri: don yèlèmana. 30 000 F CFA tèna di ntènèndon, nowanburukalo tile 23. "
            f"A bèna di alamisadon, nowanburukalo tile 26, Mairie de Safo. {FREE[BM]}",
        ),
        (
            Kind.CANCELLED,
            SAFO,
            "Jigisèmèjiri : pas de paiement, 30 000 F CFA, le lundi 23 novembre, Mairie de Safo. "
            f"Nous donnerons un autre jour. {FREE[FR]} {CODE[FR]}",
            "Jigisèmèjiri: 30 000 F CFA tèna di ntènèndon, nowanburukalo tile 23, Mairie de Safo. "
            f"An bèna don wèrè fò. {SAFE[BM]}",
        ),
        (
            Kind.UNCLAIMED,
            SAFO,
            "Jigisèmèjiri : paiement non retiré, 30 000 F CFA. Dernier jour : lundi 23 novembre, Mairie de Safo. "
            f"{CARD[FR]} {FREE[FR]} {CODE[FR]}",
            "Jigisèmèjiri: aw ma na ka wari ta. 30 000 F CFA. "
            f"Don laban: ntènèndon, nowanburukalo tile 23, Mairie de Safo. {CARD[BM]} {FREE[BM]}",
        ),
    ],
)
def test_money_of_one_household_is_told_in_one_part(
    kind: CampaignKind, line: PaymentLine, french: str, bambara: str
) -> None:
    for language, body in ((FR, french), (BM, bambara)):
        text = sent(kind, paid(line), language)
        assert (text.body, text.parts, text.size) == (body, 1, len(body))


def test_a_day_that_is_called_off_without_another_is_told_as_cancelled() -> None:
    for language in Language:
        moved = sent(Kind.MOVED, paid(SAID_OFF), language)
        assert moved == sent(Kind.CANCELLED, paid(SAFO), language)
        assert "None" not in moved.body


def test_households_of_one_phone_that_get_the_same_are_told_how_many_and_what_each_gets() -> None:
    three = paid(replace(SAFO, households=3))
    assert sent(Kind.ANNOUNCE, three, FR).body == (
        "Jigisèmèjiri : paiement, 3 ménages, 30 000 F CFA chacun le lundi 23 novembre, Mairie de Safo. "
        f"{CARD[FR]} {FREE[FR]} {CODE[FR]}"
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
            f"{CARD[FR]} {FREE[FR]} {CODE[FR]}",
            "Jigisèmèjiri: Bolodèsè waati wari: 30 000 F CFA bèna di ntènèndon, nowanburukalo tile 23, "
            f"Mairie de Safo. {CARD[BM]} {FREE[BM]}",
        ),
        (
            Kind.MOVED,
            MOVED,
            "Jigisèmèjiri : Argent des mois difficiles, 30 000 F CFA. Le jour a changé. Pas le lundi 23 novembre, mais "
            f"le jeudi 26 novembre, Mairie de Safo. {FREE[FR]}",
            "Jigisèmèjiri: Bolodèsè waati wari, 30 000 F CFA. Don yèlèmana. ntènèndon, nowanburukalo tile 23 tè, "
            "alamisadon, nowanburukalo tile 26 don. Mairie de Safo.",
        ),
        (
            Kind.CANCELLED,
            SAFO,
            "Jigisèmèjiri : Argent des mois difficiles, 30 000 F CFA. Pas de paiement le lundi 23 novembre, Mairie de "
            f"Safo. Nous donnerons un autre jour. {FREE[FR]}",
            "Jigisèmèjiri: Bolodèsè waati wari, 30 000 F CFA. Wari tèna di ntènèndon, nowanburukalo tile 23, Mairie de "
            f"Safo. An bèna don wèrè fò. {FREE[BM]}",
        ),
        (
            Kind.UNCLAIMED,
            SAFO,
            "Jigisèmèjiri : non retiré : Argent des mois difficiles, 30 000 F CFA. Dernier jour : lundi 23 novembre, "
            f"Mairie de Safo. {CARD[FR]} {FREE[FR]}",
            "Jigisèmèjiri: wari ma ta fòlò: Bolodèsè waati wari, 30 000 F CFA. "
            f"Don laban: ntènèndon, nowanburukalo tile 23, Mairie de Safo. {CARD[BM]}",
        ),
    ],
)
def test_money_of_a_component_is_told_by_its_name_in_one_part(
    kind: CampaignKind, line: PaymentLine, french: str, bambara: str
) -> None:
    content = paid(line, component=ComponentCode.PNR)
    for language, body in ((FR, french), (BM, bambara)):
        text = sent(kind, content, language)
        assert (text.body, text.parts) == (body, 1)


@pytest.mark.parametrize(
    ("kind", "line", "french", "bambara"),
    [
        (
            Kind.ANNOUNCE,
            SAFO,
            "paiement pour Bakary Diarra : 30 000 F CFA le lundi 23 novembre, Mairie de Safo.",
            "Bakary Diarra ka wari: 30 000 F CFA bèna di ntènèndon, nowanburukalo tile 23, Mairie de Safo.",
        ),
        (
            Kind.UNCLAIMED,
            SAFO,
            "non retiré : paiement pour Bakary Diarra, 30 000 F CFA. Dernier jour : lundi 23 novembre, Mairie de Safo.",
            "wari ma ta fòlò: Bakary Diarra ka wari, 30 000 F CFA. Don laban: ntènèndon, nowanburukalo tile 23, "
            "Mairie de Safo.",
        ),
        (
            Kind.MOVED,
            MOVED,
            "paiement pour Bakary Diarra, 30 000 F CFA. Le jour a changé. Pas le lundi 23 novembre, mais le "
            "jeudi 26 novembre, Mairie de Safo.",
            "Bakary Diarra ka wari, 30 000 F CFA. Don yèlèmana. ntènèndon, nowanburukalo tile 23 tè, "
            "alamisadon, nowanburukalo tile 26 don. Mairie de Safo.",
        ),
    ],
)
def test_a_phone_that_serves_other_households_too_is_told_whose_money_it_is(
    kind: CampaignKind, line: PaymentLine, french: str, bambara: str
) -> None:
    whose = Payments((line,), who="Bakary Diarra")
    assert sent(kind, whose, FR).body.startswith(f"Jigisèmèjiri : {french}")
    assert sent(kind, whose, BM).body.startswith(f"Jigisèmèjiri: {bambara}")


def test_a_component_is_named_before_whose_money_it_is() -> None:
    whose = Payments((SAFO,), ComponentCode.PNR, who="Bakary Diarra")
    assert sent(Kind.ANNOUNCE, whose, FR).body.startswith(
        "Jigisèmèjiri : Argent des mois difficiles, Bakary Diarra : 30 000 F CFA le lundi"
    )


FULL = Payments((SAFO,), last_day=THURSDAY, agency="Kafo Jiginew")


def test_in_two_parts_all_that_helps_is_said_in_its_order() -> None:
    spoken = translator(FR)
    text = campaign_sms(Kind.ANNOUNCE, FULL, spoken, TODAY, GSM7, SmsRoom(2))
    assert text.body.endswith(
        f"Mairie de Safo. {CARD[FR]} Dernier jour : jeudi 26 novembre. {SAFE[FR]} Agence de paiement : Kafo Jiginew. "
        f"{CODE[FR]}"
    )
    assert (text.parts, text.left_out) == (2, ())


def test_a_day_that_moved_is_told_in_one_part_without_its_sum_where_there_is_no_room_for_it() -> None:
    far = paid(replace(MOVED, households=3, place=LONGEST_PLACE))
    text = sent(Kind.MOVED, far, BM)
    assert text.body.startswith("Jigisèmèjiri: don yèlèmana. Wari tèna di ntènèndon")
    assert (text.parts, text.left_out[0]) == (1, TextPiece.SUM)
    assert "30 000 F CFA" in sent(Kind.MOVED, paid(MOVED), BM).body


def test_what_one_part_has_no_room_for_is_left_out_and_named() -> None:
    text = sent(Kind.ANNOUNCE, FULL, FR)
    assert text.body.endswith(f"Dernier jour : jeudi 26 novembre. {FREE[FR]}")
    assert text.parts == 1
    assert text.left_out == (TextPiece.SAFETY, TextPiece.AGENCY, TextPiece.CODE)


def test_room_is_kept_in_a_first_message_for_what_the_gateway_adds() -> None:
    spoken = translator(FR)
    first = campaign_sms(Kind.ANNOUNCE, paid(SAFO), spoken, TODAY, GSM7, SmsRoom(reserve=30))
    assert first.body.endswith(f"{CARD[FR]} {FREE[FR]}")
    assert first.size + 30 <= SINGLE_PART < sent(Kind.ANNOUNCE, paid(SAFO), FR).size + 30


@pytest.mark.parametrize("kind", [Kind.REMINDER_3, Kind.REMINDER_1])
def test_an_sms_that_is_kept_says_no_day_by_how_near_it_is(kind: CampaignKind) -> None:
    for content in (paid(SAFO), TWO, Events((FOOD,))):
        for language in Language:
            assert campaign_text(kind, content, translator(language), TODAY) == campaign_text(
                Kind.ANNOUNCE, content, translator(language), TODAY
            )


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
        "Jigisèmèjiri : paiements à venir.\n"
        "Awa Traoré : 30 000 F CFA, lundi 23 novembre, Mairie de Safo.\n"
        "Bakary Diarra : 45 000 F CFA, jeudi 26 novembre, Mairie de Safo."
    )
    assert sent(Kind.ANNOUNCE, TWO, BM).body == (
        "Jigisèmèjiri: wari bèna di.\n"
        "Awa Traoré: 30 000 F CFA, ntènèndon, nowanburukalo tile 23, Mairie de Safo.\n"
        "Bakary Diarra: 45 000 F CFA, alamisadon, nowanburukalo tile 26, Mairie de Safo. "
        f"{CARD[BM]} {SAFE[BM]} {CODE[BM]}"
    )


def test_what_several_households_did_not_take_stands_on_the_first_line() -> None:
    assert sent(Kind.UNCLAIMED, TWO, FR).body.splitlines()[:2] == [
        "Jigisèmèjiri : argent non retiré. Dernier jour :",
        "Awa Traoré : 30 000 F CFA, lundi 23 novembre, Mairie de Safo.",
    ]
    assert sent(Kind.UNCLAIMED, TWO, BM).body.splitlines()[:2] == [
        "Jigisèmèjiri: aw ma na ka wari ta. Don laban:",
        "Awa Traoré: 30 000 F CFA, ntènèndon, nowanburukalo tile 23, Mairie de Safo.",
    ]


def test_of_several_households_only_what_changed_is_told() -> None:
    lines = paid(replace(MOVED, names="Awa Traoré"), replace(SAID_OFF, names="Bakary Diarra"))
    assert campaign_text(Kind.MOVED, lines, translator(FR), TODAY) == (
        "Jigisèmèjiri : le jour du paiement a changé.\n"
        "Awa Traoré : 30 000 F CFA, jeudi 26 novembre, Mairie de Safo.\n"
        "Bakary Diarra : 30 000 F CFA, pas le lundi 23 novembre."
    )
    assert campaign_text(Kind.MOVED, lines, translator(BM), TODAY) == (
        "Jigisɛmɛjiri: don yɛlɛmana.\n"
        "Awa Traoré: 30 000 F CFA, alamisadon, nowanburukalo tile 26, Mairie de Safo.\n"
        "Bakary Diarra: 30 000 F CFA, ntɛnɛndon, nowanburukalo tile 23 tɛ."
    )
    assert campaign_text(Kind.CANCELLED, TWO, translator(FR), TODAY) == (
        "Jigisèmèjiri : pas de paiement. Nous donnerons un autre jour.\n"
        "Awa Traoré : 30 000 F CFA, pas le lundi 23 novembre.\n"
        "Bakary Diarra : 45 000 F CFA, pas le jeudi 26 novembre."
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


@pytest.mark.parametrize(("language", "hour"), [(FR, "A 8 h 30."), (BM, "Nègèkannyè 8 ni sanga 30.")])
def test_the_hour_is_said_behind_the_line_against_scams_where_all_have_the_same(language: Language, hour: str) -> None:
    early = replace(SAFO, hour=time(8, 30))
    spoken, room = translator(language), SmsRoom(2)
    text = campaign_sms(Kind.ANNOUNCE, Payments((early,), agency="Kafo"), spoken, TODAY, GSM7, room)
    assert f"{SAFE[language]} {hour} " in text.body
    alike, other = (
        Payments((replace(early, names="Awa"), replace(SAFO, names="Binta", amount_xof=5_000, hour=second)))
        for second in (time(8, 30), time(9))
    )
    assert hour in campaign_sms(Kind.ANNOUNCE, alike, spoken, TODAY, GSM7, room).body
    assert hour not in campaign_sms(Kind.ANNOUNCE, other, spoken, TODAY, GSM7, room).body
    off = Payments((replace(early, day=None, old_day=MONDAY),))
    assert hour not in campaign_sms(Kind.MOVED, off, spoken, TODAY, GSM7, room).body


def test_an_hour_that_finds_no_room_is_named_at_the_plan() -> None:
    text = sent(Kind.ANNOUNCE, Payments((replace(SAFO, hour=time(10, 30)),), last_day=THURSDAY), BM)
    assert TextPiece.HOUR in text.left_out
