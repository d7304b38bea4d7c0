"""The words of what a campaign does or waits for, and of what is asked of whom."""

from collections.abc import Mapping
from typing import Final

from core.text.words import COMMAND, DESK, Word, called


class Motion(Word):
    """What a campaign does or waits for; a label is filled in with what stands in a `CampaignMotion`."""

    UNPLANNED = "unplanned"
    BEING_PLANNED = "being_planned"
    NOBODY = "nobody"
    FIRST_APPROVAL = "first_approval"
    SECOND_APPROVAL = "second_approval"
    TO_START = "to_start"
    SCHEDULED = "scheduled"
    MOVING = "moving"
    ENDING = "ending"
    RESTORED = "restored"
    NO_WORKER = "no_worker"
    HELD = "held"
    WINDOW = "window"
    TOMORROW = "tomorrow"
    ITS_DAY = "its_day"
    RETRY = "retry"
    PAUSED = "paused"
    STOPPED = "stopped"
    UNCERTAIN = "uncertain"
    REPORTS = "reports"
    OVER = "over"
    CANCELLED = "cancelled"


called(
    Motion,
    DESK,
    {
        Motion.UNPLANNED: "rien ne part : le plan n'est pas fait",
        Motion.BEING_PLANNED: "rien ne part encore : le plan se fait",
        Motion.NOBODY: "rien ne part : le plan n'a personne à prévenir",
        Motion.FIRST_APPROVAL: "rien ne part : le plan attend une approbation",
        Motion.SECOND_APPROVAL: "rien ne part : le plan attend la seconde approbation",
        Motion.TO_START: "rien ne part : la campagne est approuvée et attend qu'on l'envoie",
        Motion.SCHEDULED: "elle part le {until:%d/%m/%Y} à {until:%H:%M}",
        Motion.MOVING: "des SMS partent",
        Motion.ENDING: "tout est parti ; elle se termine",
        Motion.RESTORED: "rien ne part : la base vient d'une sauvegarde, et personne n'a dit de continuer",
        Motion.NO_WORKER: "rien ne part : aucun processus d'envoi ne tourne",
        Motion.HELD: "la passerelle {gateway} ne prend rien : {why} ; nouvel essai le {until:%d/%m/%Y} à {until:%H:%M}",
        Motion.WINDOW: "hors des heures d'envoi : la suite part le {until:%d/%m/%Y} à {until:%H:%M}",
        Motion.TOMORROW: "certains ont déjà eu leurs SMS du jour : la suite part le {until:%d/%m/%Y} à {until:%H:%M}",
        Motion.ITS_DAY: "un rappel part le jour prévu : le {until:%d/%m/%Y}",
        Motion.RETRY: "la passerelle a refusé certains SMS pour le moment : nouvel essai à {until:%H:%M}",
        Motion.PAUSED: "en pause par {actor} depuis le {since:%d/%m/%Y} à {since:%H:%M} : {why}",
        Motion.STOPPED: "en pause d'elle-même depuis le {since:%d/%m/%Y} à {since:%H:%M} : {why}",
        Motion.UNCERTAIN: "tout est parti ; {count} SMS sont incertains",
        Motion.REPORTS: "tout est parti ; des accusés peuvent venir jusqu'au {until:%d/%m/%Y}",
        Motion.OVER: "terminée le {since:%d/%m/%Y}",
        Motion.CANCELLED: "annulée par {actor} le {since:%d/%m/%Y} à {since:%H:%M} : {why}",
    },
)
called(
    Motion,
    COMMAND,
    {
        Motion.UNPLANNED: "nothing leaves: it is not planned",
        Motion.BEING_PLANNED: "nothing leaves yet: it is being planned",
        Motion.NOBODY: "nothing leaves: the plan has nobody to tell",
        Motion.FIRST_APPROVAL: "nothing leaves: the plan waits for an approval",
        Motion.SECOND_APPROVAL: "nothing leaves: the plan waits for the second approval",
        Motion.TO_START: "nothing leaves: it is approved and waits to be started",
        Motion.SCHEDULED: "it starts on {until:%Y-%m-%d at %H:%M}",
        Motion.MOVING: "SMS are leaving",
        Motion.ENDING: "all has left; it is ending",
        Motion.RESTORED: "nothing leaves: the database comes from a back-up, and nobody has looked at what left since",
        Motion.NO_WORKER: "nothing leaves: no worker is running",
        Motion.HELD: "{gateway} takes nothing: {why}; tried again on {until:%Y-%m-%d at %H:%M}",
        Motion.WINDOW: "outside the hours of SMS: the rest leaves on {until:%Y-%m-%d at %H:%M}",
        Motion.TOMORROW: "some got their SMS of today: the rest leaves on {until:%Y-%m-%d at %H:%M}",
        Motion.ITS_DAY: "a reminder leaves on its day: {until:%Y-%m-%d}",
        Motion.RETRY: "the gateway did not take some for now: tried again at {until:%H:%M}",
        Motion.PAUSED: "paused by {actor} since {since:%Y-%m-%d %H:%M}: {why}",
        Motion.STOPPED: "paused by itself since {since:%Y-%m-%d %H:%M}: {why}",
        Motion.UNCERTAIN: "all has left; {count} SMS are uncertain",
        Motion.REPORTS: "all has left; reports may come until {until:%Y-%m-%d}",
        Motion.OVER: "ended on {since:%Y-%m-%d}",
        Motion.CANCELLED: "cancelled by {actor} on {since:%Y-%m-%d at %H:%M}: {why}",
    },
)


class AskedOf(Word):
    """What is asked of whom; an empty label asks nothing of anybody."""

    NOTHING = "nothing"
    PLAN = "plan"
    OTHER_PLAN = "other_plan"
    APPROVE = "approve"
    APPROVE_SECOND = "approve_second"
    START = "start"
    LOOK_AFTER_RESTORE = "look_after_restore"
    START_WORKER = "start_worker"
    TOP_UP = "top_up"
    GATEWAY = "gateway"
    RESUME = "resume"
    RESUME_ONCE_WELL = "resume_once_well"
    SETTLE = "settle"


called(
    AskedOf,
    DESK,
    {
        AskedOf.NOTHING: "",
        AskedOf.PLAN: "Un superviseur fait le plan.",
        AskedOf.OTHER_PLAN: "Un superviseur refait le plan pour un autre lieu ou sujet, ou annule la campagne.",
        AskedOf.APPROVE: "Un superviseur qui n'a pas planifié approuve.",
        AskedOf.APPROVE_SECOND: "Un superviseur qui n'a ni planifié ni approuvé approuve à son tour.",
        AskedOf.START: "Un superviseur l'envoie.",
        AskedOf.LOOK_AFTER_RESTORE: "L'administrateur compare avec la passerelle, puis le dit (jigi db restored).",
        AskedOf.START_WORKER: "L'administrateur du serveur démarre l'envoi (jigi worker).",
        AskedOf.TOP_UP: "L'administrateur recharge le compte chez la passerelle ; puis un superviseur reprend.",
        AskedOf.GATEWAY: "Si cela dure, l'administrateur essaie la passerelle (jigi gateways test).",
        AskedOf.RESUME: "Un superviseur la reprend quand il veut.",
        AskedOf.RESUME_ONCE_WELL: "L'administrateur lève la cause chez la passerelle ; puis un superviseur reprend.",
        AskedOf.SETTLE: "Un superviseur décide : les renvoyer ou les laisser.",
    },
)
called(
    AskedOf,
    COMMAND,
    {
        AskedOf.NOTHING: "",
        AskedOf.PLAN: "A supervisor plans it (jigi campaign replan).",
        AskedOf.OTHER_PLAN: "A supervisor plans another place or subject, or cancels it.",
        AskedOf.APPROVE: "A supervisor who did not plan it approves it.",
        AskedOf.APPROVE_SECOND: "A supervisor who neither planned nor approved it approves it too.",
        AskedOf.START: "A supervisor starts it.",
        AskedOf.LOOK_AFTER_RESTORE: "The operator compares with the gateway and says so (jigi db restored --go-on).",
        AskedOf.START_WORKER: "The operator starts `jigi worker`.",
        AskedOf.TOP_UP: "The operator tops up the account at the gateway; then a supervisor resumes it.",
        AskedOf.GATEWAY: "If it lasts, the operator tries the gateway (jigi gateways test).",
        AskedOf.RESUME: "A supervisor resumes it when they want.",
        AskedOf.RESUME_ONCE_WELL: "The operator mends the cause at the gateway; then a supervisor resumes it.",
        AskedOf.SETTLE: "A supervisor decides: send them again or leave them (jigi campaign settle).",
    },
)

ASKS: Final[Mapping[Motion, AskedOf]] = {
    Motion.UNPLANNED: AskedOf.PLAN,
    Motion.BEING_PLANNED: AskedOf.NOTHING,
    Motion.NOBODY: AskedOf.OTHER_PLAN,
    Motion.FIRST_APPROVAL: AskedOf.APPROVE,
    Motion.SECOND_APPROVAL: AskedOf.APPROVE_SECOND,
    Motion.TO_START: AskedOf.START,
    Motion.SCHEDULED: AskedOf.NOTHING,
    Motion.MOVING: AskedOf.NOTHING,
    Motion.ENDING: AskedOf.NOTHING,
    Motion.RESTORED: AskedOf.LOOK_AFTER_RESTORE,
    Motion.NO_WORKER: AskedOf.START_WORKER,
    Motion.HELD: AskedOf.GATEWAY,
    Motion.WINDOW: AskedOf.NOTHING,
    Motion.TOMORROW: AskedOf.NOTHING,
    Motion.ITS_DAY: AskedOf.NOTHING,
    Motion.RETRY: AskedOf.NOTHING,
    Motion.PAUSED: AskedOf.RESUME,
    Motion.STOPPED: AskedOf.RESUME_ONCE_WELL,
    Motion.UNCERTAIN: AskedOf.SETTLE,
    Motion.REPORTS: AskedOf.NOTHING,
    Motion.OVER: AskedOf.NOTHING,
    Motion.CANCELLED: AskedOf.NOTHING,
}
"""What each asks for."""
