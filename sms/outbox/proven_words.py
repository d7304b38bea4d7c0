"""The proven texts as words with placeholders: what a programme's own words begin from."""

from collections.abc import Mapping
from typing import Final

from core.campaigns.models import CampaignKind
from core.text.languages import Language
from core.text.translator import N_, Translator, translator
from sms.outbox.payment_texts import MOVED_WITH_SUM
from sms.outbox.placeholders import Placeholder

_COMING: Final = N_("Jigisèmèjiri: {amount} will be given {date}, {place}.")
_SAID: Final[Mapping[CampaignKind, str]] = {
    CampaignKind.ANNOUNCE: _COMING,
    CampaignKind.REMINDER_3: _COMING,
    CampaignKind.REMINDER_1: _COMING,
    CampaignKind.MOVED: MOVED_WITH_SUM,
    CampaignKind.CANCELLED: N_("Jigisèmèjiri: {amount} will not be given {date}, {place}. We will say another day."),
    CampaignKind.UNCLAIMED: N_("Jigisèmèjiri: you did not come for the money. {amount}. Last day: {date}, {place}."),
}


def proven_words(kind: CampaignKind) -> Mapping[str, str]:
    """The proven text of a kind for one household, by language code, without the programme's name before it.

    Raises KeyError for a kind that has no template.
    """
    return {language.value: _words(kind, translator(language)) for language in Language}


def _words(kind: CampaignKind, spoken: Translator) -> str:
    day = Placeholder.LAST_DAY if kind is CampaignKind.UNCLAIMED else Placeholder.DAY
    named = {
        "amount": Placeholder.SUM,
        "date": day,
        "old": Placeholder.OLD_DAY,
        "place": Placeholder.PLACE,
    }
    name = spoken.t("Jigisèmèjiri: {text}", text="")
    said = spoken.t(_SAID[kind], **{field: f"{{{each.value}}}" for field, each in named.items()})
    return f"{{{Placeholder.WHOSE.value}}}. {_capital(said.removeprefix(name))}"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
