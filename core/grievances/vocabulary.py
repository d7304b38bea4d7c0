"""The words of a grievance's life: how it came, where it stands, on which level, and what was done with it."""

from typing import Final, Protocol

from core.platform.columns import listed
from core.text.translator import N_
from core.text.words import DESK, LINE, Word, called


class Channel(Word):
    """How a grievance came."""

    USSD = "ussd"
    DESK = "desk"
    CALL = "call"
    REGISTER = "register"
    SMS = "sms"
    FIELD = "field"


SPOKEN: Final = (Channel.DESK, Channel.CALL)
"""The channels in which somebody tells it to an agent, the usual one first."""


class Sex(Word):
    """Of the person, where it was said at the desk."""

    F = "F"
    M = "M"


class GrievanceState(Word):
    """received → assigned → in progress ⇄ waiting → resolved or rejected → closed; reopened once, as an appeal."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    REJECTED = "rejected"
    CLOSED = "closed"


DECISIONS: Final = (GrievanceState.RESOLVED, GrievanceState.REJECTED)
"""What a decision can be."""

DECIDED: Final = frozenset({*DECISIONS, GrievanceState.CLOSED})
OPEN: Final = frozenset(GrievanceState) - DECIDED

STILL_OPEN: Final = f"state NOT IN {listed(DECIDED)}"
"""SQL of the open ones, as the indexes of the table have it; `IS_OPEN` says the table too."""

IS_OPEN: Final = f"grievance.{STILL_OPEN}"


class Level(Word):
    """The ladder a grievance goes up while it is not resolved."""

    VILLAGE = "village"
    COMMUNE = "commune"
    CERCLE = "cercle"
    REGION = "region"
    NATIONAL = "national"


TOP: Final = Level.NATIONAL


def above(level: Level) -> Level:
    """The level above, or the top of the ladder itself."""
    ladder = tuple(Level)
    return ladder[min(ladder.index(level) + 1, len(ladder) - 1)]


class QuestionReply(Word):
    """What a person replies with a key to what their grievance waits for."""

    YES = "yes"
    NO = "no"
    CALL = "call"


class PersonSays(Word):
    """What the person says of their grievance: the decision settled it or not, or they take it back."""

    SOLVED = "solved"
    UNSOLVED = "unsolved"
    WITHDRAWN = "withdrawn"


class SaidOf(Protocol):
    """What is on record of what the person says."""

    @property
    def withdrawn(self) -> bool: ...
    @property
    def solved(self) -> bool | None: ...


def says_of(grievance: SaidOf) -> PersonSays | None:
    """What the person says of their grievance, None while they said nothing."""
    if grievance.withdrawn:
        return PersonSays.WITHDRAWN
    if grievance.solved is None:
        return None
    return PersonSays.SOLVED if grievance.solved else PersonSays.UNSOLVED


class GrievanceStep(Word):
    """What was done with a grievance, as its timeline keeps it."""

    RECEIVE = "received"
    TAKE = "taken"
    ASSIGN = "assigned"
    NOTE = "note"
    ASK = "information"
    DECIDE = "decided"
    ESCALATE = "escalated"
    REOPEN = "reopened"
    ADD = "added"
    WITHDRAW = "withdrawn"
    SOLVED = "solved"
    UNSOLVED = "unsolved"
    CLOSE = "closed"
    REACH = "called"
    MISS = "not_reached"
    RECLASSIFY = "reclassified"
    ENTRUST = "entrusted"
    RELEASE = "released"
    REFER = "referred"
    OUTCOME = "referral_outcome"
    HAND_OVER = "handed_over"
    AMEND = "amended"
    IDENTIFY = "identity"
    MERGE = "merged"
    PART = "parted"
    ATTACH = "attached"
    DETACH = "detached"
    REMIND = "reminded"
    LAPSE = "lapsed"
    RESUME = "resumed"


OF_THE_PERSON: Final = frozenset(
    {GrievanceStep.ADD, GrievanceStep.WITHDRAW, GrievanceStep.SOLVED, GrievanceStep.UNSOLVED}
)
"""What only the person does, on the line."""

BY_RULE: Final = frozenset({GrievanceStep.REMIND, GrievanceStep.LAPSE})
"""What nobody does: the worker does it when its days are over."""

CALLS: Final = frozenset({GrievanceStep.REACH, GrievanceStep.MISS})
"""A call to the person: they were reached or not."""

called(
    Channel,
    DESK,
    {
        Channel.USSD: "Téléphone (USSD)",
        Channel.DESK: "Guichet",
        Channel.CALL: "Appel",
        Channel.REGISTER: "Registre du village",
        Channel.SMS: "SMS",
        Channel.FIELD: "Formulaire de terrain",
    },
)
called(
    QuestionReply,
    DESK,
    {QuestionReply.YES: "Oui", QuestionReply.NO: "Non", QuestionReply.CALL: "Demande à être appelée"},
)
called(
    PersonSays,
    DESK,
    {
        PersonSays.SOLVED: "réglée",
        PersonSays.UNSOLVED: "pas réglée",
        PersonSays.WITHDRAWN: "retirée",
    },
)
called(Sex, DESK, {Sex.F: "femme", Sex.M: "homme"})
called(
    GrievanceState,
    DESK,
    {
        GrievanceState.RECEIVED: "reçue",
        GrievanceState.ASSIGNED: "attribuée",
        GrievanceState.IN_PROGRESS: "en cours",
        GrievanceState.WAITING: "en attente d'informations",
        GrievanceState.RESOLVED: "réglée",
        GrievanceState.REJECTED: "non retenue",
        GrievanceState.CLOSED: "close",
    },
)
called(
    GrievanceState,
    LINE,
    {
        GrievanceState.RECEIVED: N_("It is written."),
        GrievanceState.ASSIGNED: N_("It was given to an agent."),
        GrievanceState.IN_PROGRESS: N_("It is under way."),
        GrievanceState.WAITING: N_("We are waiting for information."),
        GrievanceState.RESOLVED: N_("It is settled."),
        GrievanceState.REJECTED: N_("It was not taken."),
        GrievanceState.CLOSED: N_("It is concluded."),
    },
)
called(
    Level,
    DESK,
    {
        Level.VILLAGE: "village",
        Level.COMMUNE: "commune",
        Level.CERCLE: "cercle",
        Level.REGION: "région",
        Level.NATIONAL: "national",
    },
)
called(
    GrievanceStep,
    DESK,
    {
        GrievanceStep.RECEIVE: "Plainte reçue",
        GrievanceStep.TAKE: "Prise en charge",
        GrievanceStep.ASSIGN: "Attribuée à",
        GrievanceStep.NOTE: "Note interne",
        GrievanceStep.ASK: "Information demandée",
        GrievanceStep.ADD: "La personne a répondu ou ajouté",
        GrievanceStep.WITHDRAW: "La personne l'a retirée",
        GrievanceStep.SOLVED: "La personne dit : réglée",
        GrievanceStep.UNSOLVED: "La personne dit : pas réglée",
        GrievanceStep.DECIDE: "Décision",
        GrievanceStep.ESCALATE: "Remontée d'un niveau",
        GrievanceStep.REOPEN: "Rouverte en recours",
        GrievanceStep.CLOSE: "Close",
        GrievanceStep.REACH: "Appel : personne jointe",
        GrievanceStep.MISS: "Appel : personne pas jointe",
        GrievanceStep.RECLASSIFY: "Sujet ou ménage changé",
        GrievanceStep.ENTRUST: "Confiée aux points focaux",
        GrievanceStep.RELEASE: "Rendue par le point focal",
        GrievanceStep.REFER: "Orientée vers un service",
        GrievanceStep.OUTCOME: "Suite de l'orientation",
        GrievanceStep.HAND_OVER: "Passée à",
        GrievanceStep.AMEND: "Décision corrigée",
        GrievanceStep.IDENTIFY: "Vérification d'identité",
        GrievanceStep.MERGE: "Plaintes jointes",
        GrievanceStep.PART: "Plaintes séparées",
        GrievanceStep.ATTACH: "Pièce jointe",
        GrievanceStep.DETACH: "Pièce retirée",
        GrievanceStep.REMIND: "Rappel à la personne, qui se tait",
        GrievanceStep.LAPSE: "Close sans réponse de la personne",
        GrievanceStep.RESUME: "Reprise : la personne est revenue",
    },
)
