"""The payment days of a commune, which any phone may ask: they are public in the village."""

from core.payments.history import PayDay, commune_days
from core.phrases.telling import day_told
from core.places.communes import CommuneHit, cercles, communes, regions, search_communes
from menus.line import line
from ussd.call import Call
from ussd.values import Value, answer, ask, choose, option, retry

MOST_DAYS = 8
MOST_HITS = 10


@line.screen("regions_list", "commune_letters")
async def commune_by(call: Call) -> Value:
    """Two ways to a commune: by its region and cercle, or by the letters of its name."""
    return choose(
        call.t("Your commune?"),
        option(call.t("Write its name"), "commune_letters"),
        option(call.t("Choose the region"), "regions_list"),
    )


@line.screen("cercles_list")
async def regions_list(call: Call) -> Value:
    """The regions."""
    places = await regions()
    if not places:
        return choose(call.t("This commune was not found."))
    return choose(
        call.t("Choose the region"), *(option(place.name, "cercles_list", region=place.pcode) for place in places)
    )


@line.screen("communes_list")
async def cercles_list(call: Call) -> Value:
    """The cercles of the region."""
    places = await cercles(call.word("region"))
    return choose(
        call.t("Choose the cercle"), *(option(place.name, "communes_list", cercle=place.pcode) for place in places)
    )


@line.screen("days_of_commune")
async def communes_list(call: Call) -> Value:
    """The communes of the cercle."""
    places = await communes(call.word("cercle"))
    return choose(
        call.t("Choose the commune"),
        *(option(place.name, "days_of_commune", commune=place.pcode, name=place.name) for place in places),
    )


@line.screen("communes_found")
async def commune_letters(call: Call) -> Value:
    """The name, or how it begins, as one hears it."""
    return ask(call.t("Write the first letters of the commune."), "communes_found", "letters")


@line.screen("days_of_commune")
async def communes_found(call: Call) -> Value:
    """The communes whose names are like the letters, told apart by their cercle."""
    hits = await search_communes(call.word("letters"), MOST_HITS)
    if not hits:
        return retry(call.t("This commune was not found."))
    return choose(
        call.t("Choose the commune"),
        *(option(_with_its_cercle(hit), "days_of_commune", commune=hit.pcode, name=hit.name) for hit in hits),
    )


@line.screen()
async def days_of_commune(call: Call) -> Value:
    """The coming payment days of the commune, soonest first."""
    days = await commune_days(call.word("commune"), call.today)
    if not days:
        return choose(f"{call.word('name')}\n{call.t('No date fixed yet.')}")
    lines = [line for day in days[:MOST_DAYS] for line in _told(call, day)]
    return answer("\n".join([call.word("name"), *lines]))


def _told(call: Call, day: PayDay) -> list[str]:
    """A day as it is told: what is open by its last day, what comes by its first."""
    spoken = day_told(call.translator, day.day, call.today)
    where = ", ".join(each for each in (day.place, day.village) if each)
    if day.last_day is None:
        return [f"{spoken}, {where}" if where else spoken]
    last = call.t("Last day: {date}", date=day_told(call.translator, day.last_day, call.today))
    if day.day < call.today:
        return [where, last] if where else [last]
    return [f"{spoken}, {where}" if where else spoken, last]


def _with_its_cercle(hit: CommuneHit) -> str:
    return f"{hit.name} ({hit.cercle})"
