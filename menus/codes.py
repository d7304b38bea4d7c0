"""The codes on posters, dialled behind the number of the line: `*code*81#`. All of them stand here.

They mean the same whoever calls: who never called is asked the language first, who has several households which one.
They are never keys of a page, and are never given another meaning: posters stay on walls.

| code | leads to |
|---|---|
| 81 | the payment; a phone without a household is asked for the household number first |
| 82 | the subjects of a complaint |
| 83 and the digits of a commune's P-code | the payment days of that commune; without digits, the search |
"""

from core.places.communes import commune_of_digits
from menus.line import line
from ussd.call import Call
from ussd.values import Value, choose, go, option


@line.shortcut("81", "payment", "household_number", at=("home",), through=("household_number",))
async def payment_code(call: Call) -> Value:
    """The payment, as soon as it is known of which household."""
    return go("household_number") if call.number("household") is None else go("payment")


@line.shortcut("82", "complaint_topics", at=("home",))
async def complaint_code(call: Call) -> Value:
    """What the complaint is about."""
    return go("complaint_topics")


@line.shortcut(
    "83",
    "days_of_commune",
    "commune_by",
    "commune_letters",
    "regions_list",
    at=("home", "which_household"),
    argument="digits",
)
async def commune_code(call: Call) -> Value:
    """The payment days of a commune; they are the same for every household."""
    if not call.word("digits"):
        return go("commune_by")
    place = await commune_of_digits(call.word("digits"))
    if place is not None:
        return go("days_of_commune", commune=place.pcode, name=place.name)
    return choose(
        call.t("This commune was not found."),
        option(call.t("Write its name"), "commune_letters"),
        option(call.t("Choose the region"), "regions_list"),
    )
