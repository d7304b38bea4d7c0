"""The truth oracle for campaigns: which phone must be told what of a payment round, worked out a second time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from proof.truth import AGENCY, PLACE, SAYS, History, Pay, is_promised, kind_of, spoken

KINDS: Final = ("announce", "reminder3", "reminder1", "moved", "cancelled", "unclaimed")

SMS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "programme": "Jigisèmèjiri :", "each": "{n} ménages, {sum} chacun", "whose": "paiement pour {name}",
        "announce": "paiement, {sum} le {day}, {place}.",
        "moved": "jour de paiement changé, {sum}. Pas le {old}, mais le {day}, {place}.",
        "moved short": "le jour du paiement a changé. Pas le {old}, mais le {day}, {place}.",
        "cancelled": "pas de paiement, {sum}, le {old}, {place}. Nous donnerons un autre jour.",
        "unclaimed": "paiement non retiré, {sum}. Dernier jour : {day}, {place}.",
        "announce named": "{name} : {sum} le {day}, {place}.",
        "moved named": "{name}, {sum}. Le jour a changé. Pas le {old}, mais le {day}, {place}.",
        "moved named short": "{name}. Le jour a changé. Pas le {old}, mais le {day}, {place}.",
        "cancelled named": "{name}, {sum}. Pas de paiement le {old}, {place}. Nous donnerons un autre jour.",
        "cancelled named short": "{name}. Pas de paiement le {old}, {place}. Nous donnerons un autre jour.",
        "unclaimed named": "non retiré : {name}, {sum}. Dernier jour : {day}, {place}.",
        "announce all": "paiements à venir.",
        "moved all": "le jour du paiement a changé.",
        "cancelled all": "pas de paiement. Nous donnerons un autre jour.",
        "unclaimed all": "argent non retiré. Dernier jour :",
        "one": "{who} : {sum}, {day}, {place}.", "one off": "{who} : {sum}, pas le {old}.",
        "card": "Apportez votre carte.", "until": "Dernier jour : {day}.",
        "safe": "Personne ne doit vous demander de l'argent ou un code.", "free": "C'est gratuit.",
        "agency": "Agence de paiement : {agency}.", "code": "Appelez le *384*1234#.",
    },
    "bm": {
        "programme": "Jigisèmèjiri:", "each": "Ga {n}, ga o ga: {sum}", "whose": "{name} ka wari",
        "announce": "{sum} bèna di {day}, {place}.",
        "moved": "don yèlèmana. {sum} tèna di {old}. A bèna di {day}, {place}.",
        "moved short": "don yèlèmana. Wari tèna di {old}. A bèna di {day}, {place}.",
        "cancelled": "{sum} tèna di {old}, {place}. An bèna don wèrè fò.",
        "unclaimed": "aw ma na ka wari ta. {sum}. Don laban: {day}, {place}.",
        "announce named": "{name}: {sum} bèna di {day}, {place}.",
        "moved named": "{name}, {sum}. Don yèlèmana. {old} tè, {day} don. {place}.",
        "moved named short": "{name}. Don yèlèmana. {old} tè, {day} don. {place}.",
        "cancelled named": "{name}, {sum}. Wari tèna di {old}, {place}. An bèna don wèrè fò.",
        "cancelled named short": "{name}. Wari tèna di {old}, {place}. An bèna don wèrè fò.",
        "unclaimed named": "wari ma ta fòlò: {name}, {sum}. Don laban: {day}, {place}.",
        "announce all": "wari bèna di.",
        "moved all": "don yèlèmana.",
        "cancelled all": "wari tèna di. An bèna don wèrè fò.",
        "unclaimed all": "aw ma na ka wari ta. Don laban:",
        "one": "{who}: {sum}, {day}, {place}.", "one off": "{who}: {sum}, {old} tè.",
        "card": "Aw ye sèbèn ta ka na.", "until": "Don laban: {day}.",
        "safe": "Mògò si man kan ka wari walima kòdi nyini aw fè.", "free": "Aw tè foyi sara.",
        "agency": "Wari dibaga: {agency}.", "code": "Aw ye *384*1234# wele.",
    },
}  # fmt: skip

KEPT: Final = 30
"""What the gateway may add to the first message of a number, which all of these are."""


@dataclass(frozen=True, slots=True)
class Member:
    """A household of a phone: the name of its head, and its payments; the round of each is its number among them."""

    name: str
    household: History


@dataclass(frozen=True, slots=True)
class InventedPhone:
    """A phone: its language, and the households that are reached at it."""

    language: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class InventedRound:
    """A payment round: the component, and the number of its payments in each household."""

    component: str
    number: int


@dataclass(frozen=True, slots=True)
class MustBeSent:
    """The lines of an SMS, those after the first in any order, and what follows the last one."""

    lines: tuple[str, ...] = ()
    ending: str = ""


def must_be_sent(phone: InventedPhone, kind: str, of: InventedRound) -> MustBeSent:
    """What a campaign must send; no lines where the phone is to be told nothing."""
    members = [(member, pay) for member in phone.members for pay in [_of(member, of)] if pay]
    wanted = [(member, pay) for member, pay in members if _is_for(member.household, kind, pay)]
    if not wanted:
        return MustBeSent()
    words, name = SMS[phone.language], _name(phone.language, [member for member, _ in wanted], of)
    alike: dict[tuple[str, str, str, bool], list[str]] = {}
    for member, pay in wanted:
        alike.setdefault(_facts(kind, pay, phone.language), []).append(member.name)
    if len(alike) == 1:
        ((facts, names),) = alike.items()
        whose = ", ".join(sorted(names)) if len(names) < len(phone.members) else ""
        lines: tuple[str, ...] = (_sentence(kind, facts, len(names), _named(name, whose, words), words),)
    else:
        lines = (
            f"{words['programme']} {words[f'{_said_as(kind)} all']}",
            *([name] if name else []),
            *(
                _filled(
                    words["one off" if _pattern(kind, facts) == "cancelled" else "one"],
                    facts,
                    who=", ".join(sorted(names)),
                    n=len(names),
                    words=words,
                )
                for facts, names in alike.items()
            ),
        )
    is_off = all(_pattern(kind, facts) == "cancelled" for facts in alike)
    return MustBeSent(lines, _ending("\n".join(lines), _helps(kind, wanted, words, phone.language, is_off=is_off)))


def _said_as(kind: str) -> str:
    """A reminder reads as the announcement does: an SMS is kept."""
    return "announce" if kind.startswith("reminder") else kind


def _named(component: str, whose: str, words: Mapping[str, str]) -> str:
    if component and whose:
        return f"{component}, {whose}"
    return words["whose"].format(name=whose) if whose else component


def _sentence(kind: str, facts: tuple[str, str, str, bool], n: int, name: str, words: Mapping[str, str]) -> str:
    """With the sum of a day that is none any more where that takes one part."""
    pattern = _pattern(kind, facts) + (" named" if name else "")
    texts = [
        f"{words['programme']} {_filled(words[each], facts, name=name, n=n, words=words)}"
        for each in (pattern, f"{pattern} short")
        if each in words
    ]
    return next((text for text in texts if len(text) + KEPT <= 160), texts[-1])


def _helps(
    kind: str, wanted: Sequence[tuple[Member, Pay]], words: Mapping[str, str], language: str, *, is_off: bool
) -> list[tuple[str, ...]]:
    """What follows as far as there is room, the most needed first; what can be said in two ways, the longer first."""
    last = {pay.last for _, pay in wanted}
    opens = max(pay.due for _, pay in wanted if pay.due is not None) if not is_off and kind != "unclaimed" else 0
    until = [day for day in last if day is not None and day > opens]
    helps: list[tuple[str, ...]] = [] if is_off else [(words["card"],)]
    if not is_off and kind != "unclaimed" and len(last) == len(until) == 1:
        helps.append((words["until"].format(day=_dated(until[0], language)),))
    helps.append((words["safe"], words["free"]))
    if not is_off:
        helps.append((words["agency"].format(agency=AGENCY),))
    return [*helps, (words["code"],)]


def _ending(text: str, helps: Sequence[tuple[str, ...]]) -> str:
    """So many of the helps as cost no part, be it the first message of the number or not."""
    ending = ""
    for ways in helps:
        for way in ways:
            longer = len(f"{text}{ending} {way}")
            if all(_parts(longer + kept) <= max(1, _parts(len(text) + kept)) for kept in (0, KEPT)):
                ending += f" {way}"
                break
    return ending


def _parts(septets: int) -> int:
    return 1 if septets <= 160 else -(-septets // 153)


def _of(member: Member, of: InventedRound) -> Pay | None:
    payments = member.household.payments
    if of.number >= len(payments) or payments[of.number].component != of.component:
        return None
    return payments[of.number]


def _is_for(household: History, kind: str, pay: Pay) -> bool:
    """Whether a campaign of this kind tells a household of this payment, which its standing must not take back."""
    if not is_promised(household, kind_of(pay), pay):
        return False
    ahead = pay.state in ("planned", "announced")
    match kind:
        case "announce":
            return ahead and pay.due is not None and pay.due >= 0
        case "reminder3":
            return ahead and pay.due == 3
        case "reminder1":
            return ahead and pay.due == 1
        case "moved":
            said = pay.moved_from if pay.due is None else pay.due
            return ahead and pay.moved_from not in (None, pay.due) and said is not None and said >= 0
        case "cancelled":
            return pay.state == "cancelled" and pay.due is not None and pay.due >= 0
        case _:
            return pay.state == "unclaimed" and pay.last is not None and pay.last >= 0


def _name(language: str, members: Sequence[Member], of: InventedRound) -> str:
    """The name of the component, where one of the households may get other money than what people mean by money."""
    others = {pay.component for member in members for pay in member.household.payments if pay.state != "paid"}
    return SAYS[language][of.component] if {of.component, *others} != {"TM"} else ""


def _facts(kind: str, pay: Pay, language: str) -> tuple[str, str, str, bool]:
    """Sum, day, day that is dropped, and whether no day follows it."""
    money = f"{pay.amount // 1000} 000 F CFA"
    if kind == "unclaimed":
        return money, _dated(pay.last, language), "", False
    if kind == "moved" and pay.due is None:
        return money, "", _dated(pay.moved_from, language), True
    old = _dated(pay.moved_from if kind == "moved" else pay.due, language)
    return money, _dated(pay.due, language), old, kind == "cancelled"


def _dated(days: int | None, language: str) -> str:
    """A day with its year where that is more than half a year away."""
    return spoken(days or 0, language, year=abs(days or 0) > 180)


def _pattern(kind: str, facts: tuple[str, str, str, bool]) -> str:
    return "cancelled" if facts[3] else _said_as(kind)


def _filled(
    text: str,
    facts: tuple[str, str, str, bool],
    *,
    n: int,
    words: Mapping[str, str],
    name: str = "",
    who: str = "",
) -> str:
    money = facts[0] if n == 1 else words["each"].format(n=n, sum=facts[0])
    return text.format(sum=money, day=facts[1], old=facts[2], place=PLACE, name=name, who=who)


def sends_otherwise(body: str, must: MustBeSent) -> str:
    """Where an SMS is not what must be sent; '' where it is."""
    text, ending = body.replace("û", "u"), must.ending.replace("û", "u")
    lines = [each.replace("û", "u") for each in must.lines]
    sent = text.removesuffix(ending).split("\n") if text else []
    if text.endswith(ending) and sent[:1] == lines[:1] and sorted(sent[1:]) == sorted(lines[1:]):
        return ""
    return f"sent: {text or 'nothing'}\nmust: {' | '.join(lines) or 'nothing'}{ending}"
