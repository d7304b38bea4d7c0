"""What a village register can say of a grievance, and by which headers forms usually say it."""

from collections.abc import Mapping
from typing import Final

from core.files.headers import plain
from core.text.words import DESK, Word, called


class RegisterField(Word):
    """Something that a column of a form can hold."""

    SUBMISSION = "submission"
    DAY = "day"
    SUBJECT = "subject"
    WORDS = "words"
    COMMUNE = "commune"
    CERCLE = "cercle"
    VILLAGE = "village"
    HOUSEHOLD = "household"
    NAME = "name"
    ANONYMOUS = "anonymous"
    SEX = "sex"
    PHONE = "phone"
    LANGUAGE = "language"
    CONSENT = "consent"
    CALL_BACK = "call_back"
    SENSITIVE = "sensitive"
    CALL_SAFE = "call_safe"
    SMS_SAFE = "sms_safe"
    URGENT = "urgent"
    RECEIVER = "receiver"


called(
    RegisterField,
    DESK,
    {
        RegisterField.SUBMISSION: "Identifiant de l'envoi",
        RegisterField.DAY: "Jour de la plainte",
        RegisterField.SUBJECT: "Sujet de la plainte",
        RegisterField.WORDS: "Ses mots",
        RegisterField.COMMUNE: "Commune (code ou nom)",
        RegisterField.CERCLE: "Cercle",
        RegisterField.VILLAGE: "Village",
        RegisterField.HOUSEHOLD: "Numéro de ménage",
        RegisterField.NAME: "Nom de qui se plaint",
        RegisterField.ANONYMOUS: "Veut rester anonyme (oui ou non)",
        RegisterField.SEX: "Femme ou homme",
        RegisterField.PHONE: "Téléphone",
        RegisterField.LANGUAGE: "Langue",
        RegisterField.CONSENT: "Accord pour enregistrer (oui ou non)",
        RegisterField.CALL_BACK: "Demande à être rappelée (oui ou non)",
        RegisterField.SENSITIVE: "Dite sensible (oui ou non)",
        RegisterField.CALL_SAFE: "Un appel est sans danger (oui ou non)",
        RegisterField.SMS_SAFE: "Un SMS est sans danger (oui ou non)",
        RegisterField.URGENT: "Dite urgente (oui ou non)",
        RegisterField.RECEIVER: "Qui l'a reçue au village",
    },
)

NEEDED: Final = (RegisterField.SUBMISSION, RegisterField.DAY, RegisterField.SUBJECT)
"""Without these no row can be filed."""

WITH_MEANINGS: Final = (RegisterField.SUBJECT, RegisterField.SEX, RegisterField.LANGUAGE)
"""A form has words of its own for these, and somebody says which of ours each is."""

REPEATED: Final = frozenset(
    {
        RegisterField.DAY,
        RegisterField.SUBJECT,
        RegisterField.COMMUNE,
        RegisterField.CERCLE,
        RegisterField.SEX,
        RegisterField.LANGUAGE,
        RegisterField.CONSENT,
    }
)
"""Cells that a list of what is wrong may repeat: they name nobody and tell nothing of what was said."""

USUAL: Final[Mapping[RegisterField, tuple[str, ...]]] = {
    RegisterField.SUBMISSION: ("rootuuid", "key", "id", "uuid", "instanceid"),
    RegisterField.DAY: (
        *("date_de_la_plainte", "date_plainte", "date_de_reception", "date_reception", "jour_de_la_plainte"),
        *("date", "jour", "today", "start", "submissiondate", "submission_time"),
    ),
    RegisterField.SUBJECT: (
        *("sujet", "sujet_de_la_plainte", "objet", "objet_de_la_plainte", "motif", "categorie", "category"),
        *("type_de_plainte", "type_plainte", "categorie_plainte", "categorie_de_la_plainte", "nature_de_la_plainte"),
    ),
    RegisterField.WORDS: (
        *("description", "description_plainte", "description_de_la_plainte", "plainte", "details", "recit"),
        *("mots", "ses_mots", "resume", "texte"),
    ),
    RegisterField.COMMUNE: ("code_commune", "commune_pcode", "pcode", "commune", "nom_commune"),
    RegisterField.CERCLE: ("cercle", "nom_cercle"),
    RegisterField.VILLAGE: ("village", "nom_village", "nom_du_village", "fraction"),
    RegisterField.HOUSEHOLD: (
        *("numero_menage", "numero_de_menage", "numero_du_menage", "n_menage", "household_no", "id_menage"),
    ),
    RegisterField.NAME: ("nom", "nom_complet", "nom_et_prenom", "prenom_et_nom", "nom_plaignant", "nom_du_plaignant"),
    RegisterField.ANONYMOUS: ("anonyme", "anonymat", "anonymous", "plainte_anonyme"),
    RegisterField.SEX: ("sexe", "genre", "sex", "sexe_du_plaignant"),
    RegisterField.PHONE: ("telephone", "tel", "phone", "numero_telephone", "numero_de_telephone", "contact"),
    RegisterField.LANGUAGE: ("langue", "language", "langue_parlee"),
    RegisterField.CONSENT: ("consentement", "accord", "consent", "consentement_eclaire"),
    RegisterField.CALL_BACK: ("rappel", "rappeler", "veut_etre_rappele", "call_back"),
    RegisterField.SENSITIVE: ("sensible", "plainte_sensible", "sensitive"),
    RegisterField.CALL_SAFE: ("appel_sur", "appel_sans_danger"),
    RegisterField.SMS_SAFE: ("sms_sur", "sms_sans_danger"),
    RegisterField.URGENT: ("urgent", "urgence", "urgente"),
    RegisterField.RECEIVER: (
        "recu_par",
        "recue_par",
        "enqueteur",
        "agent",
        "submitted_by",
        "submittername",
        "username",
    ),
}
"""Plain names of columns, without their groups; the better ones first.

An edit gives a submission another `_uuid` or `instanceID`; KoBo's `_id` and `meta/rootUuid` and Central's `KEY` stay.
"""

BEGINNINGS: Final[Mapping[RegisterField, tuple[str, ...]]] = {
    RegisterField.CONSENT: ("accord_", "consentement_", "consent_"),
}
"""How a header begins that is none of the usual ones; whoever did not agree must not be overlooked."""


def plain_names(header: str) -> frozenset[str]:
    """The plain names a header may be known by: whole, and without the groups before it.

    KoBo joins groups by `/`, Central by `-`.
    """
    question = header.removesuffix("/*")
    return frozenset(plain(part) for part in (question, question.rpartition("/")[2], question.rpartition("-")[2]))
