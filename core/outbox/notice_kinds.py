"""What a single notice tells, and what each is called."""

from core.text.words import DESK, Word, called


class NoticeKind(Word):
    """What a notice tells. Its values stand in `Notice.filling`, dates as ISO text."""

    RECEIVED = "received"
    """`ref`, `due`; `discreet` for a sensitive grievance."""
    INFORMATION = "information"
    """`ref`; `discreet`."""
    DECIDED = "decided"
    """`ref`, `text`; `rejected`; `corrects` one that was told before; `discreet`, without its text."""
    ESCALATED = "escalated"
    """`ref`, `due`; `discreet`."""
    REMINDED = "reminded"
    """`ref`."""
    LAPSED = "lapsed"
    """`ref`."""
    PHONE_ASKS = "phone_asks"
    """`phone`, which says that it is the household's."""
    CALL_AGREED = "call_agreed"
    """`day`, `period`."""
    CALL_DROPPED = "call_cut"
    """`text`, as the call would have shown it."""
    SMS_STOPPED = "sms_stopped"
    SMS_STARTED = "sms_started"
    HOW_TO_STOP = "how_to_stop"
    PAYMENT = "payment"
    """Answered from what is true when it is sent."""
    STATUS = "status"
    """`ref`; the same."""
    NUMBER_MISTYPED = "number_mistyped"
    HELP = "help"
    NOT_UNDERSTOOD = "not_understood"
    TEST = "test"
    """`body`, sent as it is."""


called(
    NoticeKind,
    DESK,
    {
        NoticeKind.RECEIVED: "Reçu d'une plainte",
        NoticeKind.INFORMATION: "Information demandée",
        NoticeKind.DECIDED: "Décision sur une plainte",
        NoticeKind.ESCALATED: "Plainte transmise plus haut",
        NoticeKind.REMINDED: "Rappel à qui n'a pas répondu",
        NoticeKind.LAPSED: "Plainte close sans réponse",
        NoticeKind.PHONE_ASKS: "Un téléphone demande à être reconnu",
        NoticeKind.CALL_AGREED: "Rendez-vous d'appel",
        NoticeKind.CALL_DROPPED: "Suite d'un appel coupé",
        NoticeKind.SMS_STOPPED: "SMS arrêtés",
        NoticeKind.SMS_STARTED: "SMS repris",
        NoticeKind.HOW_TO_STOP: "Réponse : comment arrêter les SMS",
        NoticeKind.PAYMENT: "Réponse : paiement",
        NoticeKind.STATUS: "Réponse : plainte",
        NoticeKind.NUMBER_MISTYPED: "Réponse : numéro mal écrit",
        NoticeKind.HELP: "Réponse : aide",
        NoticeKind.NOT_UNDERSTOOD: "Réponse : pas compris",
        NoticeKind.TEST: "Essai",
    },
)
