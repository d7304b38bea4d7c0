"""Whom a campaign is for: payments by their state and day, events by village and component, filters of households."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.campaigns.models import OWN_WORDS
from core.campaigns.models import CampaignKind as Kind
from core.payments.states import PaymentState as Pay
from core.registry.statuses import Status
from core.text.languages import Language
from sms.campaigns.audience import EVENT_KINDS, Audience, BadAudience, check, spoken_day
from sms.outbox.contents import EventLine
from tests.core import seed
from tests.core.seed import NOW, SAFO, TODAY, day, event
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    BM,
    CHEICK,
    DJENEBA,
    FR,
    ROUND,
    bodies,
    drafted,
    event_lines,
    family,
    left_out,
    move_day,
    numbers,
    pay_lines,
    planned,
    recipients_of,
    speaks,
)
from tests.support.database import change

TOLD_OF_SOMETHING = [kind for kind in Kind if kind not in OWN_WORDS]


# What a campaign may be about


@pytest.mark.parametrize("kind", TOLD_OF_SOMETHING)
def test_a_campaign_about_nothing_is_refused_unless_its_words_are_free(kind: Kind) -> None:
    with pytest.raises(BadAudience, match="payment round or an event"):
        check(kind, Audience(place=SAFO))
    for own in OWN_WORDS:
        check(own, Audience(place=SAFO))


@pytest.mark.parametrize("kind", TOLD_OF_SOMETHING)
def test_moves_and_waiting_money_are_of_rounds_alone(kind: Kind) -> None:
    check(kind, Audience(round_id=1))
    if kind in EVENT_KINDS:
        check(kind, Audience(event="PNP"))
        return
    assert kind in (Kind.MOVED, Kind.UNCLAIMED)
    with pytest.raises(BadAudience, match="not an event"):
        check(kind, Audience(event="PNP"))


@pytest.mark.parametrize("kind", sorted(OWN_WORDS))
@pytest.mark.parametrize("subject", [Audience(round_id=1), Audience(event="PNP"), Audience(round_id=1, place=SAFO)])
def test_words_of_ones_own_about_a_round_or_an_event_are_refused_rather_than_sent_to_everybody(
    subject: Audience, kind: Kind
) -> None:
    with pytest.raises(BadAudience):
        check(kind, subject)


@pytest.mark.parametrize(
    ("kind", "asked", "spoken"),
    [
        (Kind.REMINDER_3, None, day(3)),
        (Kind.REMINDER_1, None, day(1)),
        (Kind.REMINDER_3, day(9), day(9)),
        (Kind.ANNOUNCE, day(9), None),
        (Kind.FREE, None, None),
    ],
)
def test_a_reminder_speaks_of_a_day_and_nothing_else_does(kind: Kind, asked: date | None, spoken: date | None) -> None:
    assert spoken_day(kind, Audience(day=asked), TODAY) == spoken


SUBJECTS = st.builds(
    Audience,
    round_id=st.none() | st.integers(1, 9),
    event=st.none() | st.sampled_from(["MA", "CASH+"]),
    first=st.none() | st.dates(),
    last=st.none() | st.dates(),
    day=st.none() | st.dates(),
    place=st.none() | st.just(SAFO),
    village=st.none() | st.just("Sirakoro"),
    component=st.none() | st.just("PNP"),
    status=st.none() | st.sampled_from(Status),
    language=st.none() | st.sampled_from([*Language]),
    unmoved=st.booleans(),
)


@given(SUBJECTS)
def test_a_subject_is_kept_whole(subject: Audience) -> None:
    assert Audience.from_json(subject.to_json()) == subject


# Payments: who is in, by state and day

Moved = tuple[date, date | None]
PAYMENTS: dict[str, tuple[Pay, date | None, date | None, Moved | None, set[Kind]]] = {
    # name: state, due date, last day, last move, and the kinds of campaign that tell of it
    "planned": (Pay.PLANNED, day(6), None, None, {Kind.ANNOUNCE}),
    "announced": (Pay.ANNOUNCED, day(6), None, None, {Kind.ANNOUNCE}),
    "today": (Pay.ANNOUNCED, day(0), None, None, {Kind.ANNOUNCE}),
    "yesterday": (Pay.ANNOUNCED, day(-1), None, None, set()),
    "in three days": (Pay.PLANNED, day(3), None, None, {Kind.ANNOUNCE, Kind.REMINDER_3}),
    "tomorrow": (Pay.ANNOUNCED, day(1), None, None, {Kind.ANNOUNCE, Kind.REMINDER_1}),
    "without a day": (Pay.PLANNED, None, None, None, set()),
    "paid": (Pay.PAID, day(3), None, None, set()),
    "failed": (Pay.FAILED, day(3), None, None, set()),
    "cancelled": (Pay.CANCELLED, day(3), None, None, {Kind.CANCELLED}),
    "cancelled yesterday": (Pay.CANCELLED, day(-1), None, None, set()),
    "waits": (Pay.UNCLAIMED, day(-9), day(2), None, {Kind.UNCLAIMED}),
    "waits to the end of today": (Pay.UNCLAIMED, day(-9), day(0), None, {Kind.UNCLAIMED}),
    "waited too long": (Pay.UNCLAIMED, day(-9), day(-1), None, set()),
    "waits without an end": (Pay.UNCLAIMED, day(-9), None, None, set()),
    "moved": (Pay.ANNOUNCED, day(6), None, (day(3), day(6)), {Kind.ANNOUNCE, Kind.MOVED}),
    "moved nearer": (Pay.ANNOUNCED, day(3), None, (day(6), day(3)), {Kind.ANNOUNCE, Kind.REMINDER_3, Kind.MOVED}),
    "moved to no day": (Pay.PLANNED, None, None, (day(3), None), {Kind.MOVED}),
    "moved to no day, long ago": (Pay.PLANNED, None, None, (day(-3), None), set()),
    "a new day after none": (Pay.ANNOUNCED, day(6), None, (day(-3), None), {Kind.ANNOUNCE, Kind.MOVED}),
    "moved and behind": (Pay.ANNOUNCED, day(-1), None, (day(3), day(-1)), set()),
    "moved and paid": (Pay.PAID, day(6), None, (day(3), day(6)), set()),
    "moved and cancelled": (Pay.CANCELLED, day(6), None, (day(3), day(6)), {Kind.CANCELLED}),
}


@pytest.mark.parametrize("kind", TOLD_OF_SOMETHING)
@pytest.mark.usefixtures("safo")
async def test_a_campaign_of_a_round_tells_whom_it_concerns(kind: Kind) -> None:
    names = dict(zip(numbers(len(PAYMENTS)), PAYMENTS, strict=True))
    for msisdn, name in names.items():
        state, due, last, moved, _ = PAYMENTS[name]
        await family(msisdn, state=state, due=due, last=last, moved=moved)

    plan = await planned(kind)
    assert {names[msisdn] for msisdn in await recipients_of(plan.campaign_id)} == {
        name for name, (*_, kinds) in PAYMENTS.items() if kind in kinds
    }
    without = {name for name, (state, due, *_) in PAYMENTS.items() if state is Pay.PLANNED and due is None}
    assert await left_out(plan.campaign_id) == ({"no_day": len(without)} if kind is Kind.ANNOUNCE else {})


@pytest.mark.usefixtures("safo")
async def test_a_day_moved_twice_is_told_from_the_last_day_it_was_on() -> None:
    household = await seed.household(phones=(AWA,))
    moves = ((day(2), day(4)), (day(4), day(6)))
    await seed.payment(household, Pay.ANNOUNCED, due=day(6), moves=moves, round_name=ROUND)

    ((line,),) = (await pay_lines((await planned(Kind.MOVED)).campaign_id)).values()
    assert (line.old_day, line.day) == (day(4), day(6))


@pytest.mark.usefixtures("safo")
async def test_another_round_is_not_told() -> None:
    await family(AWA)
    await family(BINTA, round_name="T3 2026")
    assert await recipients_of((await planned()).campaign_id) == {AWA}


@pytest.mark.usefixtures("safo")
async def test_who_was_told_a_day_that_moved_can_be_left_to_another_campaign() -> None:
    """CHEICK's day moved as well, but nobody told him the old one."""
    household = await family(AWA)
    first = await planned(now=NOW - timedelta(days=1))
    await change("UPDATE message SET state = 'delivered' WHERE campaign_id = %(id)s", id=first.campaign_id)
    await move_day(household, day(8))
    await move_day(await family(CHEICK), day(8))
    await family(BINTA)
    subject = Audience(round_id=1, unmoved=True)
    assert await recipients_of((await planned(audience=subject)).campaign_id) == {BINTA, CHEICK}
    subject = Audience(round_id=1, only_told=True)
    assert await recipients_of((await planned(Kind.MOVED, subject)).campaign_id) == {AWA}


@pytest.mark.usefixtures("safo")
async def test_a_reminder_can_be_asked_for_another_day() -> None:
    await family(AWA, due=day(9))
    await family(BINTA, due=day(3))
    assert await recipients_of((await planned(Kind.REMINDER_3, Audience(round_id=1, day=day(9)))).campaign_id) == {AWA}


# Filters

KATI, DIO, KAYES = "ML020501", "ML020202", "ML010101"


@pytest.fixture
async def country(world: None) -> None:
    """Two communes named Safo in two cercles of a region, one in another region, and a household for each case."""
    await seed.places((SAFO, "Safo"), (DIO, "Dio Gare"), (KATI, "Safo"), (KAYES, "Safo"))
    await family(AWA, round_name=None, commune=SAFO, village="Sirakoro", components=("TM", "PNP"))
    await family(BINTA, round_name=None, commune=DIO, status=Status.WAITING, language=FR)
    await family(CHEICK, round_name=None, commune=KATI, village="Sirakoro", status=Status.EXITED, components=("TM",))
    await family(DJENEBA, round_name=None, commune=KAYES, village="sirakoro", components=("PNP", "TM"))
    ended = "UPDATE enrolment SET ended = %(day)s WHERE component = %(component)s AND household_id = %(household)s"
    ids = {AWA: 1, CHEICK: 3, DJENEBA: 4}
    await change(ended, component="TM", day=day(0), household=ids[AWA])
    await change(ended, component="TM", day=day(1), household=ids[CHEICK])
    await speaks(CHEICK, FR)


@pytest.mark.parametrize(
    ("subject", "who"),
    [
        (Audience(), {AWA, BINTA, CHEICK, DJENEBA}),
        (Audience(place="ML02"), {AWA, BINTA, CHEICK}),
        (Audience(place="ML0202"), {AWA, BINTA}),
        (Audience(place=SAFO), {AWA}),
        (Audience(place=KATI), {CHEICK}),
        (Audience(place="ML09"), set()),
        (Audience(village="Sirakoro"), {AWA, CHEICK, DJENEBA}),
        (Audience(place=SAFO, village="SIRAKORO"), {AWA}),
        (Audience(component="PNP"), {AWA, DJENEBA}),
        (Audience(component="TM"), {CHEICK, DJENEBA}),
        (Audience(status=Status.WAITING), {BINTA}),
        (Audience(status=Status.BENEFICIARY, component="TM"), {DJENEBA}),
        (Audience(language=FR), {BINTA, CHEICK}),
        (Audience(language=BM), {AWA, DJENEBA}),
        (Audience(language=FR, place=KATI), {CHEICK}),
    ],
)
@pytest.mark.usefixtures("country")
async def test_free_words_go_to_the_households_of_a_filter(subject: Audience, who: set[str]) -> None:
    plan = await planned(Kind.FREE, subject, french="Réunion demain.", bambara="Lajè sini.")
    assert await recipients_of(plan.campaign_id) == who
    assert plan.recipients == len(who)


@pytest.mark.usefixtures("country")
async def test_a_round_can_be_told_place_by_place() -> None:
    in_safo, in_dio, in_kati = numbers(3)
    for msisdn, commune in ((in_safo, SAFO), (in_dio, DIO), (in_kati, KATI)):
        await family(msisdn, commune=commune)
    assert await recipients_of((await planned(audience=Audience(round_id=1, place="ML0202"))).campaign_id) == {
        in_safo,
        in_dio,
    }
    assert await recipients_of((await planned(audience=Audience(round_id=1, place=KATI))).campaign_id) == {in_kati}


# Events


@pytest.fixture
async def food(world: None) -> None:
    """Food is given in a village of Safo in three days and in the whole commune in five."""
    await seed.places((SAFO, "Safo"), (DIO, "Dio Gare"))
    await event("PNP", day(3), village="Sirakoro", hour=time(8), place="École", what="Distribution")
    await event("PNP", day(5), place="Mairie", what="Pesée")
    await event("PNP", day(-1), place="Mairie", what="Passé")
    await event("MA", day(3), place="Mairie", what="Causerie")


@pytest.mark.usefixtures("food")
async def test_an_event_is_told_to_the_enrolled_of_its_village_or_commune() -> None:
    for msisdn, village, commune in ((AWA, "sirakoro", SAFO), (BINTA, "Dialakoroba", SAFO), (CHEICK, "Sirakoro", DIO)):
        await family(msisdn, round_name=None, components=("PNP",), village=village, commune=commune)
    await family(DJENEBA, round_name=None, components=("MA",), village="Sirakoro")

    plan = await planned(audience=Audience(event="PNP"))
    given = EventLine({"fr": "Distribution", "bm": "Distribution (bm)"}, day(3), time(8), "École")
    weighed = EventLine({"fr": "Pesée", "bm": "Pesée (bm)"}, day(5), None, "Mairie")
    assert await event_lines(plan.campaign_id) == {AWA: (given, weighed), BINTA: (weighed,)}


@pytest.mark.parametrize(("ended", "hears"), [(None, True), (day(5), True), (day(6), True), (day(4), False)])
@pytest.mark.usefixtures("food")
async def test_who_has_left_a_component_by_the_day_hears_nothing(ended: date | None, hears: bool) -> None:
    await family(AWA, round_name=None, components=("PNP",))
    await change("UPDATE enrolment SET ended = %(ended)s", ended=ended)
    assert await recipients_of((await planned(audience=Audience(event="PNP"))).campaign_id) == (
        {AWA} if hears else set()
    )


@pytest.mark.parametrize(
    ("kind", "subject", "tells"),
    [
        (Kind.ANNOUNCE, Audience(event="PNP"), ["Distribution", "Pesée"]),
        (Kind.ANNOUNCE, Audience(event="PNP", first=day(4)), []),
        (Kind.ANNOUNCE, Audience(event="PNP", first=day(5)), ["Pesée"]),
        (Kind.ANNOUNCE, Audience(event="PNP", first=day(-9), last=day(4)), ["Distribution"]),
        (Kind.ANNOUNCE, Audience(event="PNP", last=day(5)), ["Distribution", "Pesée"]),
        (Kind.ANNOUNCE, Audience(event="PNP", place="ML01"), []),
        (Kind.REMINDER_3, Audience(event="PNP"), ["Distribution"]),
        (Kind.REMINDER_1, Audience(event="PNP"), []),
        (Kind.REMINDER_1, Audience(event="PNP", day=day(5)), ["Pesée"]),
        (Kind.CANCELLED, Audience(event="PNP", first=day(3)), ["Distribution"]),
    ],
)
@pytest.mark.usefixtures("food")
async def test_events_are_told_by_their_days(kind: Kind, subject: Audience, tells: list[str]) -> None:
    await family(AWA, round_name=None, components=("PNP",), village="Sirakoro")
    lines = (await event_lines((await planned(kind, subject)).campaign_id)).get(AWA, ())
    assert [line.what["fr"] for line in lines] == tells


@pytest.mark.usefixtures("safo")
async def test_nobody_is_called_to_a_session_that_is_over() -> None:
    await event("PNP", TODAY, hour=time(8), end=time(8, 45), what="Distribution")
    await event("PNP", TODAY, hour=time(15), what="Pesée")
    await family(AWA, round_name=None, components=("PNP",))
    (lines,) = (await event_lines((await planned(audience=Audience(event="PNP"))).campaign_id)).values()
    assert [line.what["fr"] for line in lines] == ["Pesée"]


@pytest.mark.usefixtures("safo")
async def test_a_village_is_found_however_it_is_spelled() -> None:
    await event("PNP", day(3), village="Faracoro")
    for msisdn, village in ((AWA, "Farakoro"), (BINTA, "Fàrakoro"), (CHEICK, "Sirakoro")):
        await family(msisdn, round_name=None, components=("PNP",), village=village)
    assert await recipients_of((await planned(audience=Audience(event="PNP"))).campaign_id) == {AWA, BINTA}
    subject = Audience(village="FARAKORO")
    free = await planned(Kind.FREE, subject, french="Réunion.", bambara="Lajè.")
    assert await recipients_of(free.campaign_id) == {AWA, BINTA}


@pytest.mark.usefixtures("food")
async def test_an_event_is_told_in_its_own_words_of_each_language() -> None:
    for msisdn, language in ((AWA, FR), (BINTA, BM)):
        await family(msisdn, round_name=None, components=("PNP",))
        await speaks(msisdn, language)
    texts = await bodies((await planned(audience=Audience(event="PNP"))).campaign_id)
    assert "Pesée" in texts[AWA]
    assert "Pesée (bm)" not in texts[AWA]
    assert "Pesée (bm)" in texts[BINTA]


@pytest.mark.usefixtures("food")
async def test_a_campaign_of_an_event_that_nobody_knows_tells_nobody() -> None:
    assert (await planned(audience=Audience(event="AGR"))).recipients == 0


@pytest.mark.usefixtures("safo")
async def test_a_campaign_about_nothing_is_not_even_drafted() -> None:
    with pytest.raises(BadAudience):
        await drafted(Kind.ANNOUNCE, Audience(place=SAFO))
