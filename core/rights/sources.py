"""What is held of people, table by table, and why something of it stays when a person asks for its erasure."""

from typing import Final

from core.text.words import DESK, Word, called


class Source(Word):
    """A table that holds something of a person that can be found by a phone or a household number."""

    HOUSEHOLD = "household"
    HOUSEHOLD_PHONE = "household_phone"
    PHONE_CLAIM = "phone_claim"
    CORRECTION = "correction"
    IMPORT_TRACE = "import_trace"
    PHONE = "phone"
    ENROLMENT = "enrolment"
    PAYMENT = "payment"
    PAYMENT_MOVE = "payment_move"
    PAYMENT_REPLY = "payment_reply"
    GRIEVANCE = "grievance"
    GRIEVANCE_EVENT = "grievance_event"
    CALL_REQUEST = "callback_request"
    CALL_ATTEMPT = "callback_try"
    MESSAGE = "message"
    INBOUND_SMS = "inbound_sms"
    EARLY_REPORT = "early_report"
    IDENTIFICATION_TRY = "identification_try"
    REFERENCE_TRY = "reference_try"
    DAILY_USE = "daily_use"
    AUDIT_ENTRY = "audit_entry"


called(
    Source,
    DESK,
    {
        Source.HOUSEHOLD: "Ménage",
        Source.HOUSEHOLD_PHONE: "Téléphones du ménage",
        Source.PHONE_CLAIM: "Téléphones qui disent être du ménage",
        Source.CORRECTION: "Corrections du registre faites au guichet",
        Source.IMPORT_TRACE: "Avant le dernier import",
        Source.PHONE: "Choix du téléphone : langue, arrêt des SMS",
        Source.ENROLMENT: "Composantes du programme",
        Source.PAYMENT: "Paiements",
        Source.PAYMENT_MOVE: "Jours de paiement déplacés",
        Source.PAYMENT_REPLY: "Réponses sur les paiements",
        Source.GRIEVANCE: "Plaintes",
        Source.GRIEVANCE_EVENT: "Suivi des plaintes",
        Source.CALL_REQUEST: "Demandes d'être appelé",
        Source.CALL_ATTEMPT: "Appels tentés",
        Source.MESSAGE: "SMS envoyés",
        Source.INBOUND_SMS: "SMS reçus",
        Source.EARLY_REPORT: "Accusés de réception sans SMS",
        Source.IDENTIFICATION_TRY: "Essais d'identification",
        Source.REFERENCE_TRY: "Numéros de plainte essayés",
        Source.DAILY_USE: "Usages comptés du jour",
        Source.AUDIT_ENTRY: "Journal du guichet",
    },
)


class Stay(Word):
    """Why something stays."""

    REGISTER = "register"
    ACCOUNTS = "accounts"
    OPEN = "open"
    TO_SEND = "to_send"
    STOP = "stop"
    SECURITY = "security"
    TRAIL = "trail"


called(
    Stay,
    DESK,
    {
        Stay.REGISTER: "le ménage est au registre du programme, ou on lui doit un paiement, un appel ou une réponse : "
        "le registre se corrige d'abord dans le système du programme",
        Stay.ACCOUNTS: "les comptes des paiements restent ; sans nom quand le ménage est effacé",
        Stay.OPEN: "pas encore close : la réponse est due",
        Stay.TO_SEND: "SMS pas encore partis, ou dont l'accusé n'est pas encore là",
        Stay.STOP: "l'arrêt des SMS : sans lui, des SMS repartiraient vers ce numéro",
        Stay.SECURITY: "ceux du dernier jour, et ceux qui visaient un ménage du registre : ils arrêtent qui devine ou "
        "abuse, et s'effacent d'eux-mêmes en peu de jours",
        Stay.TRAIL: "le journal dit qui a fait quoi ; il est scellé et a sa propre durée",
    },
)

WHY_KEPT: Final = {
    Source.HOUSEHOLD: Stay.REGISTER,
    Source.HOUSEHOLD_PHONE: Stay.REGISTER,
    Source.CORRECTION: Stay.REGISTER,
    Source.PAYMENT: Stay.ACCOUNTS,
    Source.GRIEVANCE: Stay.OPEN,
    Source.CALL_REQUEST: Stay.OPEN,
    Source.MESSAGE: Stay.TO_SEND,
    Source.PHONE: Stay.STOP,
    Source.IDENTIFICATION_TRY: Stay.SECURITY,
    Source.REFERENCE_TRY: Stay.SECURITY,
    Source.DAILY_USE: Stay.SECURITY,
    Source.AUDIT_ENTRY: Stay.TRAIL,
}
"""Of each source of which something may stay."""
