"""The truth oracle for campaigns: which phone must be told what of a payment round, worked out a second time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from proof.truth import PLACE, SAYS, History, Pay, is_promised, kind_of, spoken

KINDS: Final = ("announce", "reminder3", "reminder1", "moved", "cancelled", "unclaimed")

SMS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "programme": "Jigisèmèjiri :", "each": "{n} ménages, {sum} chacun",
        "announce": "{sum} le {day}, {place}. Apportez votre carte.",
        "reminder3": "dans 3 jours, {day}, {place} : {sum}.",
        "reminder1": "demain, {day}, {place} : {sum}. Apportez votre carte.",
        "moved": "le jour du paiement a changé. Pas le {old}, mais le {day}, {place}.",
        "cancelled": "pas de paiement le {old}. Nous donnerons un autre jour.",
        "unclaimed": "argent non retiré : {sum}. Dernier jour : {day}, {place}.",
        "announce named": "{name} : {sum} le {day}, {place}. Apportez votre carte.",
        "reminder3 named": "dans 3 jours, {day}, {place} : {name}, {sum}.",
        "reminder1 named": "demain, {day}, {place}. {name}, {sum}. Apportez votre carte.",
        "moved named": "{name}. Le jour a changé. Pas le {old}, mais le {day}, {place}.",
        "cancelled named": "{name}. Pas de paiement le {old}. Nous donnerons un autre jour.",
        "unclaimed named": "non retiré : {name}, {sum}. Dernier jour : {day}, {place}.",
        "announce all": "paiements à venir. Apportez votre carte.",
        "reminder3 all": "paiement dans 3 jours.",
        "reminder1 all": "paiement demain. Apportez votre carte.",
        "moved all": "le jour du paiement a changé.",
        "cancelled all": "pas de paiement. Nous donnerons un autre jour.",
        "unclaimed all": "argent non retiré. Dernier jour :",
        "one": "{who} : {sum}, {day}, {place}.", "one day": "{who} : {day}, {place}.",
        "one off": "{who} : pas le {old}.",
        "safe": "Personne ne doit vous demander de l'argent ou un code.", "free": "C'est gratuit.",
    },
    "bm": {
        "programme": "Jigisèmèjiri:", "each": "Ga {n}, ga o ga: {sum}",
        "announce": "{sum} bèna di {day}, {place}. Aw ye sèbèn ta ka na.",
        "reminder3": "wari dili tò tora tile 3: {day}, {place}. {sum}.",
        "reminder1": "sini, {day}, {place}: {sum} bè di. Aw ye sèbèn ta ka na.",
        "moved": "don yèlèmana. Wari tèna di {old}. A bèna di {day}, {place}.",
        "cancelled": "wari tèna di {old}. An bèna don wèrè fò.",
        "unclaimed": "aw ma na ka wari ta. {sum}. Don laban: {day}, {place}.",
        "announce named": "{name}: {sum} bèna di {day}, {place}. Aw ye sèbèn ta ka na.",
        "reminder3 named": "wari dili tò tora tile 3: {day}, {place}. {name}, {sum}.",
        "reminder1 named": "sini, {day}, {place}: {name}, {sum}. Aw ye sèbèn ta ka na.",
        "moved named": "{name}. Don yèlèmana. {old} tè, {day} don. {place}.",
        "cancelled named": "{name}. Wari tèna di {old}. An bèna don wèrè fò.",
        "unclaimed named": "wari ma ta fòlò: {name}, {sum}. Don laban: {day}, {place}.",
        "announce all": "wari bèna di. Aw ye sèbèn ta ka na.",
        "reminder3 all": "wari dili tò tora tile 3.",
        "reminder1 all": "wari bè di sini. Aw ye sèbèn ta ka na.",
        "moved all": "don yèlèmana.",
        "cancelled all": "wari tèna di. An bèna don wèrè fò.",
        "unclaimed all": "aw ma na ka wari ta. Don laban:",
        "one": "{who}: {sum}, {day}, {place}.", "one day": "{who}: {day}, {place}.", "one off": "{who}: {old} tè.",
        "safe": "Mògò si man kan ka wari walima kòdi nyini aw fè.", "free": "Aw tè foyi sara.",
    },
}  # fmt: skip


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


def must_be_sent(phone: InventedPhone, kind: str, of: InventedRound) -> list[str]:
    """The lines of the SMS that a campaign must send; of several, those after the first may come in any order.

    There are none where the phone is to be told nothing. The line of safety is not among them.
    """
    members = [(member, pay) for member in phone.members for pay in [_of(member, of)] if pay]
    wanted = [(member, pay) for member, pay in members if _is_for(member.household, kind, pay)]
    if not wanted:
        return []
    words, name = SMS[phone.language], _name(phone.language, [member for member, _ in wanted], of)
    alike: dict[tuple[str, str, str, bool], list[str]] = {}
    for member, pay in wanted:
        alike.setdefault(_facts(kind, pay, phone.language), []).append(member.name)
    if len(alike) == 1:
        ((facts, names),) = alike.items()
        text = words[_pattern(kind, facts) + (" named" if name else "")]
        return [f"{words['programme']} {_filled(text, facts, name=name, n=len(names), words=words)}"]
    lines = [f"{words['programme']} {words[f'{kind} all']}", *([name] if name else [])]
    for facts, names in alike.items():
        off = _pattern(kind, facts) == "cancelled"
        text = words["one off" if off else "one day" if kind == "moved" else "one"]
        lines.append(_filled(text, facts, who=", ".join(sorted(names)), n=len(names), words=words))
    return lines


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
    return "cancelled" if facts[3] else kind


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


def sends_otherwise(body: str, lines: Sequence[str], language: str) -> str:
    """Where an SMS is not what must be sent, but for the line of safety; '' where it is."""
    words = SMS[language]
    text = body.replace("û", "u")
    for safe in (words["safe"], words["free"]):
        text = text.removesuffix(f" {safe}")
    sent, must = text.split("\n") if text else [], [each.replace("û", "u") for each in lines]
    if sent[:1] == must[:1] and sorted(sent[1:]) == sorted(must[1:]):
        return ""
    return f"sent: {' | '.join(sent) or 'nothing'}\nmust: {' | '.join(must) or 'nothing'}"
