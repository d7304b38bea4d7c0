"""The search for a commune, and its payment days, which any phone may ask: they are public in the village."""

from collections.abc import Sequence
from typing import Final

from core.payments.history import PayDay, commune_days
from core.phrases.contacts import contacts_told
from core.phrases.telling import day_told, place_told
from core.places.communes import Place, cercles, communes, loose, regions
from core.places.contacts import near_contacts
from core.places.likeness import PlaceKind
from core.places.search import KnownPlace, known_places, search
from core.registry.components import PLAIN
from core.text.words import LINE, label
from menus.line import line
from ussd.call import Call
from ussd.pages import BLOCK
from ussd.values import Option, Value, answer, ask, choose, option, retry, say

MOST_DAYS = 8
MOST_HITS = 10

ONWARD: Final = "onward"
"""Remembered under this name: the screen that the search leads on to with the commune, instead of its payment days."""


@line.screen("regions_list", "commune_letters", "complaint_village")
async def commune_by(call: Call) -> Value:
    """Two ways to a commune, by its region or by the letters of its name; or none, where it may be left out."""
    return choose(
        call.t("Your commune?"),
        option(call.t("Write its name"), "commune_letters"),
        option(call.t("Choose the region"), "regions_list"),
        *((option(call.t("I do not know"), call.word(ONWARD)),) if call.word(ONWARD) else ()),
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
    return _choose_cercle(call, await cercles(call.word("region")))


def _choose_cercle(call: Call, places: Sequence[Place]) -> Value:
    return choose(
        call.t("Choose the cercle"), *(option(place.name, "communes_list", cercle=place.pcode) for place in places)
    )


@line.screen("days_of_commune", "complaint_village")
async def communes_list(call: Call) -> Value:
    """The communes of the cercle."""
    places = await communes(call.word("cercle"))
    return choose(
        call.t("Choose the commune"),
        *(_chosen(call, place.name, place) for place in places),
    )


def _chosen(call: Call, name: str, place: Place | KnownPlace) -> Option:
    return option(name, call.word(ONWARD) or "days_of_commune", commune=place.pcode, name=place.name)


@line.screen("communes_found")
async def commune_letters(call: Call) -> Value:
    """The name, or how it begins, as one hears it."""
    return ask(call.t("Write the first letters of the commune."), "communes_found", "letters")


@line.screen("days_of_commune", "communes_list", "complaint_village")
async def communes_found(call: Call) -> Value:
    """The communes whose names are like the letters, told apart by their cercle; all of a place that is named."""
    looked = search(await known_places(), call.word("letters"))
    if looked.wider is not None and looked.wider.kind is PlaceKind.REGION:
        return _choose_cercle(call, await cercles(looked.wider.pcode))
    if not looked.communes:
        return retry(call.t("This commune was not found."))
    shown = looked.communes if looked.wider else await _with_days_first(call, looked.communes[:MOST_HITS])
    return choose(
        call.t("Choose the commune"),
        *(_chosen(call, f"{place.name} ({place.cercle})", place) for place in shown),
    )


async def _with_days_first(call: Call, places: Sequence[KnownPlace]) -> Sequence[KnownPlace]:
    """Of namesakes at the head, those first that have a payment day: it is more likely one of them that is meant."""
    namesakes = [place for place in places if loose(place.name) == loose(places[0].name)]
    if len(namesakes) < 2:
        return places
    without = {place.pcode for place in namesakes if not await commune_days(place.pcode, call.today)}
    others = [place for place in places if place not in namesakes]
    return [*sorted(namesakes, key=lambda place: place.pcode in without), *others]


@line.screen("commune_contacts")
async def days_of_commune(call: Call) -> Value:
    """The coming payment days of the commune, soonest first, and whom to call there."""
    days = await commune_days(call.word("commune"), call.today)
    near = await near_contacts(call.word("commune"))
    further = [option(call.t("Phones of the commune"), "commune_contacts")] if near else []
    if not days:
        return choose(f"{call.word('name')}\n{call.t('No date fixed yet.')}", *further)
    named = {day.component for day in days} != {PLAIN}
    first, *others = ["\n".join(_day_lines(call, day, named=named)) for day in days[:MOST_DAYS]]
    return answer(BLOCK.join([f"{call.word('name')}\n{first}", *others]), *further)


@line.screen()
async def commune_contacts(call: Call) -> Value:
    """Whom to call there; the last text of the call, so that it stays to be copied."""
    near = await near_contacts(call.word("commune"))
    return say("\n".join([call.word("name"), *contacts_told(call.translator, near)]))


def _day_lines(call: Call, day: PayDay, *, named: bool) -> list[str]:
    """A day as it is told: what is open by its last day, what comes by its first; with its component where asked."""
    name = [call.t(label(day.component, LINE))] if named else []
    spoken = day_told(call.translator, day.day, call.today)
    where = place_told(call.translator, day.place, day.village)
    if day.last_day is None:
        return [*name, f"{spoken}, {where}" if where else spoken]
    last = call.t("Last day: {date}", date=day_told(call.translator, day.last_day, call.today))
    if day.day < call.today:
        return [*name, where, last] if where else [*name, last]
    return [*name, f"{spoken}, {where}" if where else spoken, last]
