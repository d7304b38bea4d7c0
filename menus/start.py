"""The first screens: the language, the household where there are several, and the main menu."""

from core.calls.daily_uses import Use
from core.registry.callers import HouseholdCard, recognise, remember_language
from core.text.languages import Language
from core.text.translator import translator
from menus.bounds import bounded
from menus.languages import language_options
from menus.line import line
from menus.whose import first_name
from ussd.call import Call
from ussd.values import Value, choose, go, option


@line.screen("first_language", "home", "phone_asks", "which_household")
async def start(call: Call) -> Value:
    """Whom the phone belongs to decides what comes first."""
    caller = await recognise(call.msisdn)
    if caller.language is None:
        return go("first_language")
    call.speak(caller.language)
    if len(caller.households) > 1:
        return go(
            "which_household",
            households=[[card.id, _distinct_name(card, caller.households)] for card in caller.households],
            asked=sorted(caller.asked),
        )
    if caller.households:
        return go("phone_asks" if caller.asked else "home", household=caller.households[0].id)
    return go("home")


@line.screen("language_chosen")
async def first_language(call: Call) -> Value:
    """Each language in its own name; neither is asked for in the other alone."""
    questions = (translator(language).t("Choose the language") for language in Language)
    return choose("\n".join(questions), *language_options())


@line.act("start")
async def language_chosen(call: Call) -> Value:
    """The phone speaks this language from now on."""
    language = Language(call.word("language"))
    if too_often := await bounded(call, Use.CHANGE):
        return too_often
    await remember_language(call.msisdn, language)
    call.speak(language)
    return go("start")


@line.screen("home", "phone_asks")
async def which_household(call: Call) -> Value:
    """The households of a phone that several share."""
    households, asked = call.memory()["households"], call.memory().get("asked", ())
    names = [name for _, name in households]
    return choose(
        call.t("Several households for this phone. Choose one."),
        *(
            option(name, "phone_asks" if number in asked else "home", household=number, whose=first_name(name, names))
            for number, name in households
        ),
    )


@line.screen("payment", "eligibility", "commune_by", "household_number", "complaint_topics", "complaints", "more")
async def home(call: Call) -> Value:
    """The main menu; the same keys mean the same whoever calls."""
    if call.number("household") is None:
        first = option(call.t("Payment days of my commune"), "commune_by")
        second = option(call.t("I have a household number"), "household_number")
    else:
        first = option(call.t("Payment date"), "payment")
        second = option(call.t("My household"), "eligibility")
    return choose(
        call.t("Jigisèmèjiri"),
        first,
        second,
        option(call.t("Make a complaint"), "complaint_topics"),
        option(call.t("My complaints"), "complaints"),
        option(call.t("Help and settings"), "more"),
    )


def _distinct_name(card: HouseholdCard, households: tuple[HouseholdCard, ...]) -> str:
    """The name of the head, with the number where two heads have one name."""
    namesakes = sum(other.head_name == card.head_name for other in households)
    return card.head_name if namesakes == 1 else f"{card.head_name} {card.household_no}"
