"""The truth oracle for complaints: what its reference must show of one, worked out a second time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from proof.truth import PHONE, TODAY, near

REFERENCE: Final = "1234566"
CODE: Final = "*384*1234#"

SAYS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "which": "Plainte {ref}, {day}", "received": "Elle est notée.", "assigned": "Un agent s'en occupe.",
        "in_progress": "On y travaille.", "waiting": "Il nous manque une information.", "resolved": "C'est réglé.",
        "rejected": "Elle est refusée.", "closed": "C'est fini.", "again": "On la regarde de nouveau.",
        "answer": "Réponse : {text}", "until": "Réponse au plus tard : {day}",
        "late": "Réponse en retard. Prévue le {day}.", "call": "Appelez le {phone}.",
        "hidden": "Jigisèmèjiri : {ref}. Appelez le {code}.", "question": "Question : {text}",
        "settled?": "Est-ce réglé ?", "withdrawn": "Vous l'avez retirée.",
        "unheard": "Nous n'avons pas eu de réponse.",
    },
    "bm": {
        "which": "Damakasi {ref}, {day}", "received": "A sèbènna.", "assigned": "A dira baarakèla dò ma.",
        "in_progress": "A bè sen na.", "waiting": "An bè kunnafoni makònò.", "resolved": "A nyènabòra.",
        "rejected": "A ma minè.", "closed": "A kuncèra.", "again": "A daminèna kokura.",
        "answer": "Jaabi: {text}", "until": "Jaabi don laban: {day}",
        "late": "Jaabi mèènna. Don laban: {day}.", "call": "Aw ye {phone} wele.",
        "hidden": "Jigisèmèjiri: {ref}. Aw ye {code} wele.", "question": "Nyininkali: {text}",
        "settled?": "A nyènabòra wa?", "withdrawn": "A dabilara.",
        "unheard": "An ma jaabi sòrò.",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint: its state, the days it was received and its decision is due, counted from today, and its answer.

    `question` is what it waits to hear, `said` whether the person said that the answer settled it or not; one that they
    withdrew is over, and so is one of which they were `unheard`.
    """

    state: str
    received: int
    due: int
    answer: str = ""
    again: bool = False
    secret: bool = False
    question: str = ""
    said: bool = False
    withdrawn: bool = False
    unheard: bool = False


OVER: Final = ("resolved", "rejected", "closed")


def must_be_told(complaint: Complaint, language: str) -> str:
    """What must be said of it: of a secret one no answer; of a late one no day to come; of one that waits, for what."""
    words = SAYS[language]
    received = TODAY + timedelta(days=complaint.received)
    which = words["which"].format(ref=REFERENCE, day=f"{received:%d/%m/%Y}")
    if complaint.withdrawn:
        return f"{which} {words['withdrawn']}"
    lines = [which, words[complaint.state]]
    if complaint.unheard:
        return " ".join([*lines, words["unheard"]])
    if complaint.state in OVER:
        if complaint.answer and not complaint.secret:
            lines.append(words["answer"].format(text=complaint.answer))
        return " ".join(lines)
    if complaint.state == "waiting" and complaint.question and not complaint.secret:
        return " ".join([*lines, words["question"].format(text=complaint.question)])
    if complaint.again:
        lines.append(words["again"])
    if complaint.due < 0:
        lines += [words["late"].format(day=near(complaint.due, language)), words["call"].format(phone=PHONE)]
    else:
        lines.append(words["until"].format(day=near(complaint.due, language)))
    return " ".join(lines)


def must_be_shown(complaint: Complaint, language: str) -> str:
    """What the page of its reference must say, and ask: whether an answer that is no secret settled it, once."""
    page = must_be_told(complaint, language)
    asked = complaint.state in OVER and not (
        complaint.secret or complaint.said or complaint.withdrawn or complaint.unheard
    )
    return f"{page} {SAYS[language]['settled?']}" if asked else page


def must_be_sent(complaint: Complaint, language: str) -> str:
    """What the SMS must say to who asks for it: of a secret one nothing but that the line answers."""
    if complaint.secret:
        return SAYS[language]["hidden"].format(ref=REFERENCE, code=CODE)
    return must_be_told(complaint, language)
