"""The texts of campaigns, said in a language and prepared as they are sent.

Every text begins with the programme's name and ends the way scams do not: nothing is asked, no link, and, where there
is room, the line that says so.
"""

from dataclasses import replace
from datetime import date

from core.campaigns.models import CampaignKind
from core.phrases.telling import date_told
from core.scams.proven import filled
from core.text.alphabet import Alphabet
from core.text.languages import in_language
from core.text.translator import Translator
from sms.outbox.composing import Pieces, SmsRoom, TextPiece, Written, composed, in_room
from sms.outbox.contents import Content, EventLine, Events, FreeWords, Payments
from sms.outbox.payment_texts import payment_pieces, payments_said
from sms.outbox.personal_words import PersonalWords, personal_text
from sms.outbox.together_texts import Together


def campaign_sms(
    kind: CampaignKind, content: Content, translator: Translator, today: date, alphabet: Alphabet, room: SmsRoom
) -> Written:
    """The SMS of a campaign of this kind, in one language; a day has its year where it is not of this season.

    `room` is that of a payment; what else is told takes the parts it needs, and the line of safety costs none.
    """
    if not isinstance(content, Payments):
        return written(campaign_text(kind, content, translator, today), translator, alphabet, reserve=room.reserve)
    forms = payments_said(kind, content, translator, today)
    if content.others:
        together = Together(kind, content, translator, today, alphabet, room).written(forms[-1])
        if together is not None:
            return together
    text, is_whole = in_room(forms, alphabet, room)
    sms = composed(text, payment_pieces(kind, content, translator, today), translator, alphabet, room)
    if content.others:
        sms = replace(sms, left_out=(*sms.left_out, TextPiece.OTHERS))
    return sms if is_whole else replace(sms, left_out=(TextPiece.SUM, *sms.left_out))


def campaign_text(kind: CampaignKind, content: Content, translator: Translator, today: date) -> str:
    """What must be said of a content, in one language."""
    match content:
        case FreeWords(texts):
            return translator.t(
                "Jigisèmèjiri: {text}", text=filled(in_language(texts, translator.language), translator)
            )
        case PersonalWords():
            return personal_text(content, translator)
        case Events(lines):
            first, *more = lines
            return "\n".join(
                [_one_event(kind, first, translator, today), *(_next_event(each, translator, today) for each in more)]
            )
        case Payments():
            return payments_said(kind, content, translator, today)[0]


_SAFETY: Pieces = ((TextPiece.SAFETY, ""),)


def written(text: str, translator: Translator, alphabet: Alphabet, *, reserve: int = 0) -> Written:
    """Prepare a text and add the security line that costs no further part, if there is one.

    `reserve` is the room (septets or UTF-16 units) that is kept for what the gateway may add.
    """
    return composed(text, _SAFETY, translator, alphabet, SmsRoom(1, reserve))


def _one_event(kind: CampaignKind, line: EventLine, translator: Translator, today: date) -> str:
    what, day = in_language(line.what, translator.language), date_told(translator, line.day, today)
    if kind is CampaignKind.CANCELLED:
        return translator.t(
            "Jigisèmèjiri: {what}, {date}: it will not be done. We will say another day.", what=what, date=day
        )
    return translator.t(
        "Jigisèmèjiri: {what}, {date}, {place}. Come.", what=what, date=day, place=_where(line, translator)
    )


def _next_event(line: EventLine, translator: Translator, today: date) -> str:
    return translator.t(
        "{what}: {date}, {place}.",
        what=in_language(line.what, translator.language),
        date=date_told(translator, line.day, today),
        place=_where(line, translator),
    )


def _where(line: EventLine, translator: Translator) -> str:
    return f"{line.place}, {translator.write(line.hour)}" if line.hour else line.place
