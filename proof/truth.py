"""The truth oracle: what a caller must be told of their household's money, worked out a second time.

It shares no code with the line: it has its own rules, its own sentences and its own names
of days and months. Histories of payments are planted, dialled and asked for by SMS, and what comes is held against it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Final

TODAY: Final = date(2026, 11, 24)
NOW: Final = datetime.combine(TODAY, time(10), UTC)
PLACE, AGENCY, PHONE = "Mairie de Safo", "Caisse", "+223 20 22 16 15"

DAYS: Final[Mapping[str, Sequence[str]]] = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "bm": ("ntènèndon", "taratadon", "arabadon", "alamisadon", "jumadon", "sibiridon", "karidon"),
}
MONTHS: Final[Mapping[str, Sequence[str]]] = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ),
    "bm": (
        "zanwuyekalo", "feburuyekalo", "marisikalo", "awirilikalo", "mèkalo", "zuwènkalo", "zuluyekalo", "utikalo",
        "sètanburukalo", "òkutòburukalo", "nowanburukalo", "desanburukalo",
    ),
}  # fmt: skip

SAYS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "TM": "Transfert d'argent", "PNR": "Argent des mois difficiles", "AGR": "Aide petite activité",
        "ANAM": "Soins gratuits", "in": "Votre ménage est dans le programme.", "gets": "Vous recevez :",
        "nothing": "Pas encore d'aide.", "ended": "Fini le {day}",
        "can": "Vous pouvez encore prendre {sum}", "today": "Paiement aujourd'hui : {sum}",
        "left": "Argent non retiré : {sum}", "until": "Dernier jour : {day}", "next": "Prochain paiement : {day}",
        "changed": "Jour changé : {day}", "not": "Pas le {old}.", "sum": "Montant : {sum}",
        "off": "Pas de paiement le {day}. Nous donnerons un autre jour.",
        "off undated": "Paiement annulé. Nous donnerons un autre jour.", "late": "{day} : {sum}",
        "not yet": "Pas encore payé.", "failed": "Paiement impossible : {sum}",
        "added": "Il sera ajouté au prochain paiement.",
        "no day": "Pas encore de date fixée.", "paid": "Payé le {day} : {sum}", "paid undated": "Payé : {sum}",
        "name": "Le nom ne correspond pas.", "go name": "Allez à la mairie avec votre papier.",
        "agency": "L'agence n'est pas venue.", "go agency": "Voyez le comité du village.",
        "call": "Appelez le " + PHONE + ".",
        "suspended": "L'aide est bloquée pour le moment. Il manque un papier. Apportez votre papier à la mairie. "
        "Appelez le " + PHONE + ".",
        "eligible": "Votre ménage a été choisi. On vous inscrira. Nous dirons le jour.",
        "waiting": "Votre ménage a été choisi, mais attend une place.",
        "not_eligible": "Votre ménage n'a pas été choisi. Liste à revoir",
        "exited": "Votre ménage a fini le programme. Vos 36 mois sont finis.",
        "where": "{place}", "because": "{reason}",
        "d-1": "hier", "d0": "aujourd'hui", "d1": "demain", "dn": "dans {n} jours",
    },
    "bm": {
        "TM": "Wari dili", "PNR": "Bolodèsè waati wari", "AGR": "Warisòròbaaraw",
        "ANAM": "Furakèli fu la", "in": "Aw ka ga bè dèmè sòrò.", "gets": "Aw bè min sòrò:",
        "nothing": "Aw ma dèmè sòrò fòlò.", "ended": "A kuncèra {day}",
        "can": "Aw bè se ka {sum} ta sisan", "today": "Wari bè di bi: {sum}",
        "left": "Wari ma ta fòlò: {sum}", "until": "Don laban: {day}", "next": "Wari bèna di: {day}",
        "changed": "Don yèlèmana: {day} don", "not": "{old} tè.", "sum": "Hakè: {sum}",
        "off": "Wari tèna di {day}. An bèna don wèrè fò.",
        "off undated": "A tèna kè tugun. An bèna don wèrè fò.", "late": "{day}: {sum}",
        "not yet": "Wari ma di fòlò.", "failed": "Wari ma se ka di: {sum}", "added": "A bèna fara wari nata kan.",
        "no day": "Don ma da fòlò.", "paid": "Wari dira {day}: {sum}", "paid undated": "Wari dira: {sum}",
        "name": "Tògò ma bèn sèbèn ma.", "go name": "Aw ye aw ka sèbèn ta ka taa meri la.",
        "agency": "Wari dibaga ma na.", "go agency": "Aw ye taa dugu komite sègèrè.",
        "call": "Aw ye " + PHONE + " wele.",
        "suspended": "Dèmè jòra. Sèbènw dafalen tè. Aw ye aw ka sèbèn ta ka taa meri la. Aw ye " + PHONE + " wele.",
        "eligible": "Aw ka ga sugandira. Aw tògò bèna sèbèn. An bèna don fò.",
        "waiting": "Aw ka ga sugandira, nka a waati ma se fòlò.",
        "not_eligible": "Aw ka ga ma sugandi. A kun: Liste à revoir",
        "exited": "Aw ka ga ka waati kuncèra. Aw ka kalo 36 dafara.",
        "where": "Yòrò: {place}", "because": "A kun: {reason}",
        "d-1": "kunun", "d0": "bi", "d1": "sini", "dn": "tile {n} bi kò",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pay:
    """A payment of the registry; its days are counted from today, -3 being three days ago."""

    component: str
    state: str
    amount: int
    due: int | None = None
    last: int | None = None
    paid: int | None = None
    moved_from: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A component that a household is in: it goes on, or ended yesterday."""

    component: str
    runs: bool = True


USUAL: Final = (Membership("AGR"), Membership("PNR"), Membership("TM"))
"""What a beneficiary is in, where nothing else is said."""

EVERY_DAY: Final = "ANAM"
"""The component that is there every day: no day of it can come."""


@dataclass(frozen=True, slots=True)
class History:
    """Where a household stands (`WHY` says why), its payments, and what it is in (None: as is usual)."""

    status: str
    payments: tuple[Pay, ...] = ()
    parts: tuple[Membership, ...] | None = None

    @property
    def enrolled(self) -> list[Membership]:
        """What the registry has it in, in the order in which it is shown: what has ended last."""
        parts = (USUAL if self.status == "beneficiary" else ()) if self.parts is None else self.parts
        return sorted(parts, key=lambda part: (not part.runs, part.component))

    @property
    def shown(self) -> list[Membership]:
        """The components that have a page: of who has finished, what follows."""
        if self.status == "beneficiary":
            return self.enrolled
        return [part for part in self.enrolled if part.runs] if self.status == "exited" else []


WHY: Final[Mapping[str, str]] = {"suspended": "document", "not_eligible": "Liste à revoir", "exited": "done36"}
"""The reason that goes with a standing: a code of the files, or words of somebody."""

NO_PROMISE: Final = {
    "suspended": "coming,called off,no day", "waiting": "coming,called off,no day",
    "not_eligible": "coming,called off,no day", "exited": "called off,no day",
}  # fmt: skip
"""What a household that stands there is not told: no day that its standing takes back.

Of who has finished, the standing takes nothing back of what follows.
"""

ORDER: Final = ("open", "coming", "called off", "late", "failed", "carried", "no day", "paid")


def must_be_told(household: History, language: str) -> list[list[str]]:
    """What must be told, in groups of blocks: the groups in order, the blocks of one group in any order."""
    words = SAYS[language]
    groups = [[words[household.status]]] if household.status != "beneficiary" else []
    open_ends = [(kind, pay) for kind, pay in standing(household.payments) if kind != "paid"]
    if not open_ends:
        open_ends = standing(household.payments)[:1]
    open_ends = [(kind, pay) for kind, pay in open_ends if is_promised(household, kind, pay)]
    alone = {pay.component for _, pay in open_ends} == {"TM"}
    for _, group in groupby(open_ends, key=lambda each: _place(*each)):
        groups.append([block(kind, pay, language, named=not alone) for kind, pay in group])
    return groups or _no_money(household, words)


def is_promised(household: History, kind: str, pay: Pay) -> bool:
    """Whether the standing of a household leaves it a payment that is this today."""
    if household.status == "exited" and Membership(pay.component) in household.enrolled:
        return True
    return kind not in NO_PROMISE.get(household.status, "").split(",")


def _no_money(household: History, words: Mapping[str, str]) -> list[list[str]]:
    """That no day is fixed, if one can come; else what a household gets that is no money."""
    running = [part.component for part in household.enrolled if part.runs]
    if not household.enrolled or set(running) - {EVERY_DAY}:
        return [[words["no day"]]]
    return [[words[each]] for each in ("in", "gets", *running)] if running else [[words["nothing"]]]


def of_component(household: History, part: Membership, language: str) -> list[list[str]]:
    """The same for the page of one component: its name, that it ended, its payments, or that no day is fixed."""
    words = SAYS[language]
    own = [(kind, pay) for kind, pay in standing(household.payments) if pay.component == part.component]
    groups = [[words[part.component]]]
    if not part.runs:
        groups.append([words["ended"].format(day=f"{TODAY - timedelta(days=1):%d/%m/%Y}")])
    for _, group in groupby(own, key=lambda each: _place(*each)):
        groups.append([block(kind, pay, language, named=False) for kind, pay in group])
    if not own and part.runs and part.component != EVERY_DAY:
        groups.append([words["no day"]])
    return groups


def standing(payments: Sequence[Pay]) -> list[tuple[str, Pay]]:
    """Each payment that is to be told, with what it is today, in the order of telling."""
    news: list[tuple[str, Pay]] = []
    for pay in payments:
        kind = kind_of(pay)
        if kind in ("gone", "paid"):
            continue
        if kind == "carried" and any(
            other.state == "paid" and other.component == pay.component and _about(other) > _about(pay)
            for other in payments
        ):
            continue
        news.append((kind, pay))
    for component in {pay.component for pay in payments}:
        if all(pay.component != component for _, pay in news):
            paid = [pay for pay in payments if pay.component == component and pay.state == "paid"]
            if paid:  # of two of one day the one that was written last
                news.append(("paid", max(reversed(paid), key=_about)))
    return sorted(news, key=lambda each: _place(*each))


def kind_of(pay: Pay) -> str:
    """What a payment is today; `gone` for one of which nothing is left to tell."""
    if pay.state in ("paid", "failed"):
        return pay.state
    if pay.state == "cancelled":
        return "gone" if pay.due is not None and pay.due < 0 else "called off"
    if pay.state == "unclaimed":
        return "open" if pay.last is not None and pay.last >= 0 else "carried"
    if pay.due is None and (pay.last is None or pay.moved_from is not None):
        return "no day"
    if pay.due is not None and pay.due > 0:
        return "coming"
    ends = pay.due if pay.last is None else pay.last
    return "open" if ends is not None and ends >= 0 else "late"


def _about(pay: Pay) -> int:
    """The day by which a payment is earlier or later than another."""
    return next((day for day in (pay.paid, pay.due, pay.last) if day is not None), -(10**6))


def _place(kind: str, pay: Pay) -> tuple[int, int, str]:
    """Its place in the telling: what can be taken by its end, what comes by its day, what is behind latest first."""
    day = pay.last if kind == "open" and pay.last is not None else _about(pay)
    return ORDER.index(kind), day if kind in ("open", "coming", "called off") else -day, pay.component


def block(kind: str, pay: Pay, language: str, *, named: bool) -> str:
    """The lines of one payment, as one string."""
    return " ".join([*([SAYS[language][pay.component]] if named else []), *_lines(kind, pay, language)])


def _lines(kind: str, pay: Pay, language: str) -> Iterator[str]:
    words = SAYS[language]
    money = f"{pay.amount // 1000} 000 F CFA"
    later = pay.last if pay.last is not None and pay.last != pay.due else None
    where = words["where"].format(place=f"{PLACE}, {AGENCY}")
    until = [words["until"].format(day=near(later, language))] if later is not None else []
    match kind:
        case "open":
            first = "left" if pay.state == "unclaimed" else "today" if pay.due == 0 else "can"
            yield from (words[first].format(sum=money), words["where"].format(place=PLACE), *until)
        case "coming":
            old = None if pay.moved_from == pay.due else pay.moved_from
            first = words["next"] if old is None else words["changed"]
            no_more = [words["not"].format(old=spoken(old, language, year=abs(old) > 180))] if old is not None else []
            yield from (first.format(day=near(pay.due or 0, language)), where, *no_more, *until)
            yield words["sum"].format(sum=money)
        case "called off":
            yield words["off"].format(day=near(pay.due, language)) if pay.due is not None else words["off undated"]
        case "late":
            day = TODAY + timedelta(days=_about(pay))
            yield from (words["late"].format(day=f"{day:%d/%m/%Y}", sum=money), words["not yet"])
        case "failed":
            yield words["failed"].format(sum=money)
            yield from {
                None: [words["call"]],
                "name": [words["name"], words["go name"]],
                "agency": [words["agency"], words["go agency"]],
            }.get(pay.reason, [words["because"].format(reason=pay.reason), words["call"]])
        case "carried":
            yield from (words["left"].format(sum=money), words["added"])
        case "no day":
            dropped = pay.moved_from
            yield words["no day"] if dropped is None else words["off"].format(day=near(dropped, language))
            yield words["sum"].format(sum=money)
        case _:
            paid = pay.paid
            yield (
                words["paid undated"].format(sum=money)
                if paid is None
                else words["paid"].format(day=near(paid, language), sum=money)
            )


def near(days: int, language: str) -> str:
    """A day with how near it is, and with its year where that is more than half a year away."""
    words = SAYS[language]
    away = words.get(f"d{days}") or (words["dn"].format(n=days) if 2 <= days <= 14 else "")
    return (
        f"{spoken(days, language, year=abs(days) > 180)} ({away})"
        if away
        else spoken(days, language, year=abs(days) > 180)
    )


def spoken(days: int, language: str, *, year: bool = False) -> str:
    """A day as it is said."""
    day = TODAY + timedelta(days=days)
    weekday, month = DAYS[language][day.weekday()], MONTHS[language][day.month - 1]
    if language == "fr":
        number = "1er" if day.day == 1 else str(day.day)
        return f"{weekday} {number} {month} {day.year}" if year else f"{weekday} {number} {month}"
    return f"{weekday}, {month} tile {day.day}" + (f", san {day.year}" if year else "")


def kept(groups: Sequence[Sequence[str]], language: str) -> list[list[str]]:
    """The same in an SMS, which is read again on other days: no day by how near it is, today by its date."""
    words = SAYS[language]
    away = [words["d-1"], words["d0"], words["d1"], *(words["dn"].format(n=days) for days in range(2, 15))]
    given, dated = words["today"].partition("{sum}")[0], words["late"].format(day=f"{TODAY:%d/%m/%Y}", sum="")
    texts = [[text.replace(given, dated) for text in group] for group in groups]
    for near_by in away:
        texts = [[text.replace(f" ({near_by})", "") for text in group] for group in texts]
    return texts


def differs(answer: str, groups: Sequence[Sequence[str]], *, more: bool = False) -> str:
    """Where what was told is not what must be told: '' where it is. Words count, not lines and pages.

    `more` may follow.
    """
    words = answer.replace("û", "u").split()
    at = 0
    for group in groups:
        expected = " ".join(group).replace("û", "u").split()
        actual = words[at : at + len(expected)]
        at += len(expected)
        if sorted(actual) != sorted(expected) or (len(group) == 1 and actual != expected):
            return f"told: {' '.join(actual)}\nmust: {' '.join(expected)}"
    return f"told beyond: {' '.join(words[at:])}" if words[at:] and not more else ""
