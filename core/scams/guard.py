"""The guard of what staff write to people: it refuses what scams say, and names the piece and the reason.

Wherever somebody writes what a person reads (a decision, a question, a prepared answer, free words of a campaign), the
domain calls `refuse_scams`, and the page shows what it raises. Placeholders of proven pieces (`{ligne}`) pass.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from core.platform.errors import JigiError
from core.platform.settings.in_force import in_force
from core.scams.asked_money import money_asked
from core.scams.asked_secret import secret_asked
from core.scams.asking import Asked
from core.scams.foreign_numbers import ForeignKind, foreign_number, own_numbers
from core.scams.heard import seen, sentences
from core.scams.links import link_in
from core.text.words import COMMAND, DESK, Word, called, label


class ScamSign(Word):
    """What a text has in common with a scam."""

    LINK = "link"
    SECRET = "secret"  # noqa: S105 - a word
    MONEY = "money"
    PHONE = "phone"
    ACCOUNT = "account"
    DIALLED = "dialled"


called(
    ScamSign,
    DESK,
    {
        ScamSign.LINK: "Pas de lien ni d'adresse dans un SMS",
        ScamSign.SECRET: "Ne demandez ni code, ni mot de passe, ni numéro de compte",
        ScamSign.MONEY: "Ne demandez pas d'argent à la personne",
        ScamSign.PHONE: "Ce numéro n'est pas un contact du programme : écrivez {contact}",
        ScamSign.ACCOUNT: "Pas de long numéro qui ne soit ni un ménage, ni une plainte",
        ScamSign.DIALLED: "Ce code à composer n'est pas celui de la ligne : écrivez {ligne}",
    },
)
called(
    ScamSign,
    COMMAND,
    {
        ScamSign.LINK: "no link or address in an SMS",
        ScamSign.SECRET: "ask for no code, password or account number",
        ScamSign.MONEY: "ask the person for no money",
        ScamSign.PHONE: "this number is no contact of the programme: write {contact}",
        ScamSign.ACCOUNT: "no long number that is neither a household nor a complaint",
        ScamSign.DIALLED: "this code to dial is not the line's: write {ligne}",
    },
)

_KINDS: Final = {
    ForeignKind.PHONE: ScamSign.PHONE,
    ForeignKind.ACCOUNT: ScamSign.ACCOUNT,
    ForeignKind.DIALLED: ScamSign.DIALLED,
}


class NotASafeText(JigiError, ValueError):
    """A text looks like a scam: `piece` is what in it does, `sign` why."""

    def __init__(self, piece: str, sign: ScamSign) -> None:
        super().__init__(f"{label(sign, COMMAND)}: “{piece}”")
        self.piece = piece
        self.sign = sign

    @property
    def in_french(self) -> str:
        """What the desk shows of it."""
        return f"{label(self.sign, DESK)} (« {self.piece} ») : c'est ainsi que font les escrocs."


def refuse_scams(text: str, contacts: Sequence[str] = ()) -> None:
    """Raise NotASafeText for a text that looks like a scam.

    `contacts` are telephones that may stand in it beside those of the programme, in E.164 or as they are written.
    """
    for piece, sign in _signs(seen(text), contacts):
        raise NotASafeText(piece, sign)


def _signs(text: str, contacts: Sequence[str]) -> Iterator[tuple[str, ScamSign]]:
    link = link_in(text)
    if link:
        yield link, ScamSign.LINK
    chosen = in_force()
    numbers = [*chosen.contact_phones, chosen.service_code, chosen.sms_short_code, *contacts]
    own = own_numbers(text, [each for each in numbers if each])
    number = foreign_number(text, own)
    if number:
        yield text[number.start : number.end].strip(), _KINDS[number.kind]
    for sentence in sentences(text, own):
        for sign, asked in ((ScamSign.SECRET, secret_asked(sentence)), (ScamSign.MONEY, money_asked(sentence))):
            if asked:
                yield _piece(text, asked), sign


def _piece(text: str, asked: Asked) -> str:
    return " ".join(text[asked.start : asked.end].split())
