"""How long the SMS of campaigns are: each kind, language and content with the shortest, a usual and the longest place.

`python -m proof.sms_lengths` prints the table that `docs/campaigns.md` has.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Final

from core.campaigns.models import CampaignKind
from core.platform.terminal import out
from core.registry.components import ComponentCode
from core.text.alphabet import GSM7
from core.text.languages import Language
from core.text.translator import translator
from core.text.words import COMMAND, label
from sms.outbox.composing import SmsRoom, Written
from sms.outbox.contents import Content, EventLine, Events, OtherLine, PaymentLine, Payments
from sms.outbox.payment_texts import CALLED_OFF
from sms.outbox.texts import campaign_sms

TODAY: Final = date(2026, 11, 17)
DAY, OLD_DAY, LAST_DAY, OTHER_DAY = (date(2026, 11, day) for day in (26, 23, 30, 28))
PLACES: Final = ("Safo", "Mairie de Safo", "Mairie de Sere Moussa Ani Samo")
"""The shortest, a usual and the longest place."""

WHOSE: Final = "Bakary Diarra"
ONE: Final = PaymentLine(households=1, names="", amount_xof=30_000, day=DAY, place="", old_day=None)
RESERVE: Final = 30
"""Septets kept in the first message of a number, as the settings have it."""

MONEY: Final = (
    CampaignKind.ANNOUNCE,
    CampaignKind.REMINDER_3,
    CampaignKind.REMINDER_1,
    CampaignKind.MOVED,
    CampaignKind.CANCELLED,
    CampaignKind.UNCLAIMED,
)
EVENT_KINDS: Final = (CampaignKind.ANNOUNCE, CampaignKind.CANCELLED)


TWO_ROUNDS: Final = "two rounds"
TWO_PROGRAMMES: Final = "two programmes, the same day"
TOGETHER: Final = frozenset({TWO_ROUNDS, TWO_PROGRAMMES})
"""What those that call a day off, or move it, do not tell."""


def payments(place: str) -> Mapping[str, Payments]:
    """What is told of payments at a place, by a name for it."""
    line = replace(ONE, place=place)
    other = OtherLine(ComponentCode.TM, "", 1, 30_000, OTHER_DAY, None, None, place)
    two = (replace(line, names="Awa Traoré"), replace(line, names=WHOSE, amount_xof=45_000))
    return {
        "one household": Payments((line,)),
        "its name": Payments((line,), who=WHOSE),
        "three households": Payments((replace(line, households=3),)),
        "a component": Payments((line,), ComponentCode.PNR),
        "a component, its name": Payments((line,), ComponentCode.PNR, who=WHOSE),
        "last day, agency": Payments((line,), last_day=LAST_DAY, agency="Kafo Jiginew"),
        "last day, hour, agency": Payments((replace(line, hour=time(8)),), last_day=LAST_DAY, agency="Kafo Jiginew"),
        "two, not the same": Payments(two),
        TWO_ROUNDS: Payments((line,), of=ComponentCode.TM, others=(other,)),
        TWO_PROGRAMMES: Payments(
            (line,), of=ComponentCode.TM, others=(replace(other, component=ComponentCode.PNR, day=DAY),)
        ),
    }


def told_of(kind: CampaignKind, content: Payments) -> Payments:
    """The content as this kind tells it: a move has the day that it was."""
    if kind is not CampaignKind.MOVED:
        return content
    return replace(content, lines=[replace(line, old_day=OLD_DAY) for line in content.lines])


@dataclass(frozen=True, slots=True)
class Lengths:
    """The SMS of a content at each of the places."""

    kind: CampaignKind
    language: Language
    content: str
    texts: tuple[Written, ...]


def lengths(parts: int = 1, reserve: int = 0) -> Iterator[Lengths]:
    """Every kind, content and language."""
    room = SmsRoom(parts, reserve)
    for kind in MONEY:
        for name in payments(""):
            if name in TOGETHER and kind in CALLED_OFF:
                continue
            contents = [told_of(kind, payments(place)[name]) for place in PLACES]
            yield from _in_each_language(kind, name, contents, room)
    for kind in EVENT_KINDS:
        what = {"fr": "distribution de nourriture", "bm": "dumuni dili"}
        events = [Events((EventLine(what, DAY, time(8), place),)) for place in PLACES]
        yield from _in_each_language(kind, "a distribution", events, room)


def _in_each_language(kind: CampaignKind, name: str, contents: Sequence[Content], room: SmsRoom) -> Iterator[Lengths]:
    for language in Language:
        spoken = translator(language)
        texts = tuple(campaign_sms(kind, content, spoken, TODAY, GSM7, room) for content in contents)
        yield Lengths(kind, language, name, texts)


HEAD: Final = (
    "| kind | content | language | septets (parts) at the shortest, a usual, the longest place | left out there |"
)


def table() -> str:
    """The table in Markdown; the three kinds before a payment day read the same, and are one row."""
    rows = [HEAD, "|---|---|---|---|---|"]
    for each in lengths():
        if each.kind in (CampaignKind.REMINDER_3, CampaignKind.REMINDER_1):
            continue
        kind = "announcement, reminders" if each.kind is CampaignKind.ANNOUNCE else label(each.kind, COMMAND)
        sizes = ", ".join(f"{text.size} ({text.parts})" for text in each.texts)
        missing = ["; ".join(label(piece, COMMAND) for piece in text.left_out) or "nothing" for text in each.texts]
        shown = missing[0] if len(set(missing)) == 1 else " · ".join(missing)
        rows.append(f"| {kind} | {each.content} | {each.language} | {sizes} | {shown} |")
    return "\n".join(rows)


if __name__ == "__main__":
    out.print(table(), markup=False, highlight=False, soft_wrap=True)
