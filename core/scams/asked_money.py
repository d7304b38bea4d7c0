"""Whether a sentence asks the person to give, send or pay money."""

import re
from collections.abc import Iterator
from typing import Final

from core.scams.asking import (
    BAMBARA_NOT,
    DEMAND,
    HAVING,
    INFINITIVE,
    TO_THE_PERSON,
    Asked,
    asked,
    clause_before,
    denied,
    is_a_warning,
)
from core.scams.heard import PAUSE, Sentence

_WORD: Final = rf"[^ {PAUSE}]+"
_AMOUNT: Final = r"(?:[0-9]+(?: [0-9]{3})*(?: ?(?:f|fcfa|cfa|francs?))+|mille(?: francs?)?)"
_MONEY: Final = (
    rf"(?:{_AMOUNT}|argent|sous|liquide|especes|francs?|fcfa|frais|somme|caution|cotisations?"
    r"|pot de vin|contribution|avance|credit|cartes? de recharge|unites|montant|trop percu|wari|songo)"
)
_PAY: Final = (
    r"donne[zr]?|envoy(?:ez|er)|envoie|verse[zr]?|pay(?:ez|er)|paie|transfere[zr]?|transferer|depose[zr]?"
    r"|remet(?:s|tez|tre)|apporte[zr]?|amene[zr]?|regle[zr]?|regler|cotise[zr]?|recharge[zr]?|rembourse[zr]?"
    r"|rend(?:ez|re)|restitue[zr]?|vire[zr]|prevoy(?:ez|er)|avance[zr]|prepare[zr]|venez avec|munissez|mettez|pretez"
    r"|aidez|offrez|laissez"
)
_NOT_THEN: Final = (
    r"(?:pour|afin|avant|apres|quand|si|qui|que|chez|carte|prendre|prenez|recevoir|retirer|retirez|toucher|chercher"
    r"|percevoir|recuperer|recevez)"
)
"""Behind these the money is another matter: `Donnez votre carte pour prendre l'argent`."""

_PAID: Final = re.compile(
    rf"\b(?P<verb>{_PAY})(?: (?!{_NOT_THEN}\b){_WORD}){{0,4}}? {_MONEY}\b"
    r"(?! (?:vous |te |leur |lui )?(?:sera|seront|est|vous))"
    rf"|\b(?P<card>apporte[zr]|donne[zr]|presente[zr]) (?:votre|la|ta) carte et {_AMOUNT}"
)
_OTHERS_DO: Final = re.compile(r"\b(?:qui|agence|argent|somme|il|elle|on|programme) $")
_MUST: Final = re.compile(
    r"\b(?:faut|faudra|devez|devrez|dois|devras|veuillez|(?:merci|pries?|priez|priere|suffit|oblige\w*|tenus?) de?"
    rf"|pouvez)(?: {_WORD}){{0,3}} $"
)
_EACH_MUST: Final = re.compile(
    rf"\b(?:menages?|beneficiaires?|chacune?|chaque|famille|tous)\b[^{PAUSE}]*\bdoi(?:t|vent)(?: {_WORD}){{0,2}} $"
)
_PAY_AT_ALL: Final = re.compile(
    r"\b(?:payez|versez|cotisez|(?:donne|envoye|remette)z [0-9]{3,}"
    r"|(?:faites|effectuez)(?: un| le| votre)? (?:depot|transfert|versement|don|virement)"
    r"|achete[zr] (?:une |du )?(?:carte de recharge|credit))\b"
)
_FEES: Final = re.compile(rf"\bfrais\b(?: {_WORD}){{0,4}}? (?:{_AMOUNT}|obligatoires?|a (?:payer|verser|regler))\b")
_NO_FEES: Final = re.compile(r"\b(?:sans|aucun|aucuns|pas de|pas d|ni|zero)(?: de| d)? $")
_DUE: Final = re.compile(
    rf"\b{_AMOUNT} (?:(?:est|sont) )?(?:a (?:payer|verser|regler|donner|remettre)\b(?! (?:par|aux)\b)"
    r"|obligatoires?\b|(?:est|sont) (?:demande|exige|requis))"
    rf"|\b(?:moyennant|contre|en echange de)(?: (?:la |une )?somme de)? (?:{_AMOUNT}|paiement)\b"
)
_DEMANDED: Final = re.compile(
    rf"\b(?:{DEMAND}|demandons|demanderons|exige\w*|reclam\w+)(?: (?!qui\b|si\b){_WORD}){{0,5}}? {_MONEY}\b"
)
_MONEY_IN_BAMBARA: Final = rf"(?:wari|songo|{_AMOUNT})"
_PAID_IN_BAMBARA: Final = re.compile(
    rf"(?:(?:aw|i|alu) ye (?:{_WORD} ){{0,4}}?|kan ka (?:{_WORD} ){{0,4}}?|wajibi (?:{_WORD} ){{0,5}}?|(?:^|{PAUSE} ))"
    rf"{_MONEY_IN_BAMBARA}(?: do| caman)? (?:di|ci|sara|lase|bila|yelema)\b(?! (?:don|yoro|waati|aw ma|i ma))"
    rf"|\b{_MONEY_IN_BAMBARA} (?:di|ci|lase|bila) (?:anw?|n|ne) (?:ma|ye)\b"
    rf"|\b(?:be|bena|b) {_MONEY_IN_BAMBARA} (?:nyini|nini)\b"
)


def money_asked(sentence: Sentence) -> Asked | None:
    """Where a sentence asks for money."""
    plain = sentence.plain
    for place in (*_told_to_pay(plain), *_fees(plain), *_demanded(sentence), *_in_bambara(plain)):
        return asked(sentence, *place)
    return None


def _told_to_pay(plain: str) -> Iterator[tuple[int, int]]:
    for paid in _PAID.finditer(plain):
        if _is_told_to(paid["verb"] or paid["card"], plain[: paid.start()]):
            yield paid.span()
    yield from (paid.span() for paid in _PAY_AT_ALL.finditer(plain) if not denied(plain[: paid.start()]))


def _is_told_to(verb: str, before: str) -> bool:
    """Whether the person is told to do it: by an imperative, or because they must."""
    if denied(before):
        return False
    if not INFINITIVE.search(verb):
        return not HAVING.search(before) and not _OTHERS_DO.search(before)
    if TO_THE_PERSON.search(before):
        return False
    return bool(_MUST.search(before) or _EACH_MUST.search(before) or not before.strip())


def _fees(plain: str) -> Iterator[tuple[int, int]]:
    for fees in _FEES.finditer(plain):
        before = plain[: fees.start()]
        if not _NO_FEES.search(before) and not denied(before):
            yield fees.span()
    yield from (due.span() for due in _DUE.finditer(plain))


def _demanded(sentence: Sentence) -> Iterator[tuple[int, int]]:
    for demand in _DEMANDED.finditer(sentence.plain):
        before = sentence.plain[: demand.start()]
        if not is_a_warning(sentence, before) and not denied(before):
            yield demand.span()


def _in_bambara(plain: str) -> Iterator[tuple[int, int]]:
    for paid in _PAID_IN_BAMBARA.finditer(plain):
        if not BAMBARA_NOT.search(clause_before(plain, paid.start()) + paid[0].partition("wari")[0]):
            yield paid.span()
