"""The page of a component: days and places first, what it gives after; and what follows for who has finished."""

from datetime import date, time

import pytest

from core.payments.states import PaymentState
from core.platform import sql
from core.registry.callers import remember_language
from core.registry.components import WITHOUT_DAYS, ComponentCode
from core.registry.statuses import Status
from core.text.languages import Language
from core.text.translator import translator
from core.text.words import LINE, label
from demo.callers import Situation
from simulator.gateway import UssdCall
from tests.core import seed
from tests.core.seed import TODAY, day
from tests.menus.conftest import Town
from tests.support.dialling import pressed

BM, FR = Language("bm"), Language("fr")
MORE, BACK = {"9 Suite", "9 A tò"}, {"0 Retour", "0 Kòsegin", "00 Accueil", "00 Début", "00 Daminè"}
KOLO, PHONE = "ML990101", "+22376998877"


@pytest.fixture
async def kolo(town: Town) -> Town:
    """The town, and a commune where nothing is planned."""
    await seed.places((KOLO, "Kolo"))
    return town


async def enrolled(town: Town, *components: ComponentCode, status: Status = Status.BENEFICIARY) -> UssdCall:
    """The phone of a household of that commune, which speaks French."""
    await seed.household(commune=KOLO, components=components, status=status, phones=(PHONE,))
    await remember_language(PHONE, FR)
    return town.phone(PHONE)


async def pages(call: UssdCall, *keys: str) -> list[list[str]]:
    """The pages that these keys lead to, by line, without keys."""
    read = [await pressed(call, *keys)]
    while MORE & set(read[-1].split("\n")):
        read.append((await call.reply("9")).text)
    return [[line for line in page.split("\n") if line not in MORE | BACK] for page in read]


async def test_day_and_place_come_before_what_it_gives(kolo: Town) -> None:
    call = await enrolled(kolo, ComponentCode.MA)
    await seed.event("MA", day(3), hour=time(9), place="École de Kolo", commune=KOLO)
    await sql.execute("UPDATE enrolment SET since = %(day)s", {"day": date(2024, 3, 1)})
    first, *rest = await pages(call, "2", "1")
    assert first[:5] == [
        "Informations, formations",
        "Causerie",
        "vendredi 27 novembre (dans 3 jours)",
        "École de Kolo",
        "à 9 h",
    ]
    assert [line for page in [first[5:], *rest] for line in page] == [
        "Des réunions sur la nourriture, la santé et les enfants.",
        "Depuis le 01/03/2024",
    ]


async def test_a_session_that_is_over_gives_way_to_the_next_of_the_day(kolo: Town) -> None:
    """It is ten o'clock."""
    call = await enrolled(kolo, ComponentCode.MA)
    await seed.event("MA", TODAY, hour=time(8), end=time(9, 30), place="École", commune=KOLO)
    await seed.event("MA", TODAY, hour=time(15), place="Mairie", commune=KOLO)
    await seed.event("MA", TODAY, hour=time(17), place="Marché", commune=KOLO)
    text = [line for page in await pages(call, "2", "1") for line in page]
    assert "École" not in text
    assert text.count("mardi 24 novembre (aujourd'hui)") == 2
    assert text.index("Mairie") < text.index("à 15 h") < text.index("Marché") < text.index("à 17 h")


async def test_no_page_parts_the_day_of_an_event_from_its_place_and_hours(kolo: Town) -> None:
    call = await enrolled(kolo, ComponentCode.HIMO)
    for hour in (7, 10, 14):
        await seed.event(
            "HIMO",
            day(1),
            hour=time(hour, 30),
            end=time(hour + 2, 30),
            place="Mairie de Sere Moussa Ani Samo",
            wage=1_500,
            what="Pavage de la route",
            commune=KOLO,
        )
    first, *others = await pages(call, "2", "1")
    assert first[:2] == ["Travaux publics payés", "Pavage de la route"]
    told = [line for page in (first[2:], *others) for line in page]
    when = ("mercredi 25 novembre (demain)", "Mairie de Sere Moussa Ani Samo")
    for hours in ("de 7 h 30 à 9 h 30", "de 10 h 30 à 12 h 30", "de 14 h 30 à 16 h 30"):
        assert any("\n".join((*when, hours)) in "\n".join(page) for page in (first, *others))
    assert told.count("1 500 F CFA par jour de travail") == 1


async def test_the_wage_of_the_file_is_told_and_no_other_beside_it(kolo: Town) -> None:
    await sql.execute("UPDATE component SET amount_xof = 2000 WHERE code = 'HIMO'")
    call = await enrolled(kolo, ComponentCode.HIMO)
    text = [line for page in await pages(call, "2", "1") for line in page]
    assert "2 000 F CFA par jour de travail" in text

    await seed.event("HIMO", day(1), hour=time(7), end=time(13), wage=1_500, commune=KOLO)
    text = [line for page in await pages(kolo.phone(PHONE), "00", "2", "1") for line in page]
    assert "de 7 h à 13 h" in text
    assert "1 500 F CFA par jour de travail" in text
    assert "2 000 F CFA par jour de travail" not in text


@pytest.mark.parametrize("component", sorted(WITHOUT_DAYS))
@pytest.mark.parametrize("language", list(Language))
async def test_what_is_there_every_day_takes_one_page_and_waits_for_no_date(
    kolo: Town, component: ComponentCode, language: Language
) -> None:
    call = await enrolled(kolo, component)
    await remember_language(PHONE, language)
    await sql.execute("UPDATE enrolment SET since = %(day)s", {"day": date(2024, 3, 1)})
    ((_, *lines),) = await pages(call, "2", "1")
    assert len(lines) == 2
    assert translator(FR).t("No date fixed yet.") not in lines


async def test_a_component_that_has_ended_says_so_and_waits_for_nothing(kolo: Town) -> None:
    call = await enrolled(kolo, ComponentCode.MA)
    await seed.event("MA", TODAY, commune=KOLO)
    await sql.execute("UPDATE enrolment SET ended = %(day)s WHERE component = 'MA'", {"day": TODAY})
    ((name, ended, *rest),) = await pages(call, "2", "1")
    assert (name, ended) == ("Informations, formations", "Fini le 24/11/2026")
    assert rest == ["Des réunions sur la nourriture, la santé et les enfants."]


async def test_who_has_finished_is_told_that_first_and_then_what_follows(town: Town) -> None:
    call = await town.speaking(Situation.FINISHED, FR)
    page = await pressed(call, "2")
    assert page.split("\n")[:5] == [
        "Votre ménage a fini le programme.",
        "Vos 36 mois sont finis.",
        "Vous recevez :",
        "1 Aide petite activité",
        "2 Mutuelle de santé",
    ]
    assert (await call.reply("2")).text.startswith("Mutuelle de santé\nOn paie la mutuelle de santé pour vous.")
    assert "Kènèya tòn" in await pressed(await town.speaking(Situation.FINISHED, BM), "00", "2")


async def test_the_money_of_what_follows_is_told_on_its_page(kolo: Town) -> None:
    call = await enrolled(kolo, ComponentCode.AGR, status=Status.EXITED)
    household = await sql.scalar("SELECT household_id FROM household_phone WHERE msisdn = %(own)s", {"own": PHONE})
    await seed.payment(household, PaymentState.ANNOUNCED, due=day(2), component="AGR", amount=180_000)
    ((name, first, *_), *_) = await pages(call, "2", "1")
    assert (name, first) == ("Aide petite activité", "Prochain paiement : jeudi 26 novembre (dans 2 jours)")


@pytest.mark.parametrize("component", [ComponentCode.TM, ComponentCode.PNR, ComponentCode.AGR])
@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("moves", [(), ((day(1), day(3)),)], ids=["as it was", "moved"])
async def test_day_and_place_of_money_stand_on_the_first_page(
    kolo: Town, component: ComponentCode, language: Language, moves: tuple[tuple[date, date], ...]
) -> None:
    call = await enrolled(kolo, component)
    await remember_language(PHONE, language)
    household = await sql.scalar("SELECT household_id FROM household_phone WHERE msisdn = %(own)s", {"own": PHONE})
    await seed.payment(
        household, PaymentState.ANNOUNCED, due=day(3), last=day(13), place="Mairie de Kolo", component=component,
        moves=moves,
    )  # fmt: skip
    first, *_ = await pages(call, "2", "1")
    assert "27" in first[1]
    assert "Mairie de Kolo" in first[2]


async def test_money_that_comes_is_told_before_an_event_and_money_that_came_after(kolo: Town) -> None:
    call = await enrolled(kolo, ComponentCode.AGR)
    household = await sql.scalar("SELECT household_id FROM household_phone WHERE msisdn = %(own)s", {"own": PHONE})
    await seed.event("AGR", day(1), what="Formation", commune=KOLO)
    await seed.payment(household, PaymentState.PAID, due=day(-9), paid=day(-9), component="AGR")
    first, *_ = await pages(call, "2", "1")
    assert first[1] == "Formation"
    await seed.payment(household, PaymentState.ANNOUNCED, due=day(2), component="AGR")
    first, *others = await pages(kolo.phone(PHONE), "00", "2", "1")
    assert first[1] == "Prochain paiement : jeudi 26 novembre (dans 2 jours)"
    assert "Formation" in [line for page in others for line in page]


async def test_who_has_finished_all_is_told_no_more(kolo: Town) -> None:
    call = await enrolled(kolo, ComponentCode.TM, status=Status.EXITED)
    await sql.execute("UPDATE enrolment SET ended = %(day)s", {"day": day(-9)})
    ((text,),) = await pages(call, "2")
    assert text == "Votre ménage a fini le programme."


def test_every_component_has_a_name_of_its_own_in_each_language() -> None:
    for language in Language:
        assert len({translator(language).t(label(code, LINE)) for code in ComponentCode}) == len(ComponentCode)
