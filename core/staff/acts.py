"""The acts that the audit trail keeps, and what administrators read of each."""

from typing import Final

from core.text.words import DESK, Word, called


class Act(Word):
    """What somebody did, in 40 characters at the most; a value is never changed, for entries are sealed with it."""

    SIGNED_IN = "signed in"
    SIGN_IN_FAILED = "sign-in failed"
    UNKNOWN_LOGIN = "unknown login"
    LOCKED_OUT = "locked out"
    RECOVERY_CODES_GIVEN = "recovery codes given"
    RECOVERY_CODE_USED = "recovery code used"
    ACCESS_REFUSED = "access refused"
    WRONG_TOKENS = "wrong tokens"
    HOUSEHOLD_READ = "household read"
    IDENTITY_CHECKED = "identity checked"
    PASSWORD_GIVEN = "password given"  # noqa: S105
    PASSWORD_CHANGED = "password changed"  # noqa: S105
    SECOND_FACTOR_FORGOTTEN = "second factor forgotten"
    SESSIONS_ENDED = "sessions ended"
    PERSON_ADDED = "person added"
    PERSON_CHANGED = "person changed"
    PERSON_DISABLED = "person disabled"
    PERSON_ENABLED = "person enabled"
    IMPORT_BEGUN = "import begun"
    IMPORT_CHECKED = "import checked"
    IMPORT_CONFIRMED = "import confirmed"
    IMPORT_ENDED = "import ended"
    REGISTER_FILED = "register filed"
    REGISTER_MAPPING_KEPT = "register mapping kept"
    REGISTER_MAPPING_FORGOTTEN = "register mapping forgotten"
    IMPORT_DISCARDED = "import discarded"
    IMPORT_UNDONE = "import undone"
    ERRORS_DOWNLOADED = "errors downloaded"
    PHONE_CORRECTED = "phone corrected"
    PHONE_CLAIM_ANSWERED = "phone claim answered"
    LANGUAGE_CORRECTED = "language corrected"
    NAME_CORRECTED = "name corrected"
    VILLAGE_CORRECTED = "village corrected"
    CORRECTION_PROPOSED = "correction proposed"
    CORRECTION_REFUSED = "correction refused"
    CORRECTION_SETTLED = "correction settled"
    CORRECTIONS_EXPORTED = "corrections exported"
    DEAD_NUMBERS_EXPORTED = "dead numbers exported"
    LIST_PRINTED = "list printed"
    DIALLED_AS_THE_HOUSEHOLD = "dialled as the household"
    CALL_TAKEN = "call taken"
    CALL_GIVEN_BACK = "call given back"
    CALL_TRIED = "call tried"
    CALL_AGREED = "call agreed"
    GRIEVANCE_FILED = "filed"
    GRIEVANCE_READ = "grievance read"
    GRIEVANCE_TAKEN = "grievance taken"
    GRIEVANCE_ASSIGNED = "grievance assigned"
    GRIEVANCE_NOTED = "grievance noted"
    GRIEVANCE_INFORMATION_ASKED = "grievance information asked"
    GRIEVANCE_DECIDED = "grievance decided"
    GRIEVANCE_ESCALATED = "grievance escalated"
    GRIEVANCE_REOPENED = "grievance reopened"
    GRIEVANCE_CLOSED = "grievance closed"
    GRIEVANCE_CALLED = "grievance called"
    GRIEVANCE_RECLASSIFIED = "grievance reclassified"
    GRIEVANCE_ENTRUSTED = "grievance entrusted"
    GRIEVANCE_RELEASED = "grievance released"
    GRIEVANCE_REFERRED = "grievance referred"
    GRIEVANCES_HANDED_OVER = "grievances handed over"
    GRIEVANCE_AMENDED = "grievance amended"
    GRIEVANCE_MERGED = "grievance merged"
    GRIEVANCE_PARTED = "grievance parted"
    FILE_ATTACHED = "file attached"
    FILE_DETACHED = "file detached"
    FILE_OPENED = "file opened"
    SERVICE_ADDED = "service added"
    SERVICE_CLOSED = "service closed"
    GRIEVANCES_EXPORTED = "grievances exported"
    REPORT_EXPORTED = "report exported"
    CAMPAIGN_DRAFTED = "campaign drafted"
    CAMPAIGN_PLANNED = "campaign planned"
    CAMPAIGN_APPROVED = "campaign approved"
    CAMPAIGN_STARTED = "campaign started"
    CAMPAIGN_PAUSED = "campaign paused"
    CAMPAIGN_RESUMED = "campaign resumed"
    CAMPAIGN_CANCELLED = "campaign cancelled"
    CAMPAIGN_UNCERTAIN_SETTLED = "campaign uncertain settled"
    CAMPAIGN_ONCE_MORE = "campaign once more"
    CAMPAIGN_TESTED = "campaign tested"
    CAMPAIGN_RULE_SWITCHED = "campaign rule switched"
    CAMPAIGN_TEMPLATE_WRITTEN = "campaign template written"
    CAMPAIGN_TEMPLATE_DECIDED = "campaign template decided"
    CAMPAIGN_TEMPLATE_PROVEN = "campaign template proven"
    CAMPAIGN_UNREACHED_PRINTED = "campaign unreached printed"
    CAMPAIGN_UNREACHED_EXPORTED = "campaign unreached exported"
    AT_THE_SHELL = "at the shell"
    SETTING_PROPOSED = "setting proposed"
    SETTING_APPROVED = "setting approved"
    SETTING_DISMISSED = "setting dismissed"
    HOLIDAY_ADDED = "holiday added"
    HOLIDAY_CHANGED = "holiday changed"
    HOLIDAY_DELETED = "holiday deleted"
    HOLIDAY_EXPORTED = "holiday exported"
    PREPARED_ANSWER_ADDED = "prepared-answer added"
    PREPARED_ANSWER_CHANGED = "prepared-answer changed"
    PREPARED_ANSWER_DELETED = "prepared-answer deleted"
    PREPARED_ANSWER_EXPORTED = "prepared-answer exported"
    REGION_EXPORTED = "region exported"
    CERCLE_EXPORTED = "cercle exported"
    COMMUNE_EXPORTED = "commune exported"
    AUDIT_ENTRY_EXPORTED = "audit-entry exported"
    TRAIL_CUT = "trail cut"
    PERSON_DATA_SHOWN = "person data shown"
    PERSON_DATA_ERASED = "person data erased"
    TEXTS_ENCRYPTED = "texts encrypted"
    KEY_MADE = "key made"
    KEY_WITHDRAWN = "key withdrawn"
    READ_BY_SYSTEM = "read by system"
    REGISTRY_ASKED = "registry asked"
    RECEIVER_CHANGED = "receiver changed"
    FIELD_SUBMISSIONS_TAKEN = "field submissions taken"
    FIELD_SUBMISSIONS_FILED = "field submissions filed"
    FIELD_SUBMISSION_READ = "field submission read"
    FIELD_SUBMISSION_DROPPED = "field submission dropped"
    FIELD_FORM_MAPPED = "field form mapped"
    BATCH_TAKEN = "batch taken"
    BATCH_CONFIRMED = "batch confirmed"
    BATCH_DISCARDED = "batch discarded"


ACTS: Final = called(
    Act,
    DESK,
    {
        Act.SIGNED_IN: "est entré",
        Act.SIGN_IN_FAILED: "essai d'entrée manqué",
        Act.UNKNOWN_LOGIN: "nom de connexion inconnu",
        Act.LOCKED_OUT: "trop d'essais d'entrée",
        Act.RECOVERY_CODES_GIVEN: "codes de secours donnés",
        Act.RECOVERY_CODE_USED: "code de secours employé",
        Act.ACCESS_REFUSED: "accès refusé",
        Act.WRONG_TOKENS: "mauvais jetons de passerelle",
        Act.HOUSEHOLD_READ: "ménage consulté",
        Act.IDENTITY_CHECKED: "identité de qui appelle vérifiée",
        Act.PASSWORD_GIVEN: "mot de passe donné",
        Act.PASSWORD_CHANGED: "mot de passe changé",
        Act.SECOND_FACTOR_FORGOTTEN: "second code oublié",
        Act.SESSIONS_ENDED: "sessions fermées",
        Act.PERSON_ADDED: "personne ajoutée",
        Act.PERSON_CHANGED: "personne changée",
        Act.PERSON_DISABLED: "personne tenue dehors",
        Act.PERSON_ENABLED: "personne admise de nouveau",
        Act.IMPORT_BEGUN: "import commencé",
        Act.IMPORT_CHECKED: "import vérifié",
        Act.IMPORT_CONFIRMED: "import confirmé",
        Act.IMPORT_ENDED: "import fini",
        Act.REGISTER_FILED: "registre de formulaire enregistré",
        Act.REGISTER_MAPPING_KEPT: "correspondance d'un formulaire gardée",
        Act.REGISTER_MAPPING_FORGOTTEN: "correspondance d'un formulaire retirée",
        Act.IMPORT_DISCARDED: "import abandonné",
        Act.IMPORT_UNDONE: "import annulé",
        Act.ERRORS_DOWNLOADED: "erreurs d'import téléchargées",
        Act.PHONE_CORRECTED: "téléphone d'un ménage corrigé",
        Act.PHONE_CLAIM_ANSWERED: "téléphone reconnu à un ménage ou refusé",
        Act.LANGUAGE_CORRECTED: "langue d'un ménage corrigée",
        Act.NAME_CORRECTED: "nom d'un ménage corrigé",
        Act.VILLAGE_CORRECTED: "village d'un ménage corrigé",
        Act.CORRECTION_PROPOSED: "correction proposée",
        Act.CORRECTION_REFUSED: "correction refusée",
        Act.CORRECTION_SETTLED: "correction ou liste : tranché",
        Act.CORRECTIONS_EXPORTED: "corrections à reporter : export",
        Act.DEAD_NUMBERS_EXPORTED: "a exporté les numéros à corriger",
        Act.LIST_PRINTED: "liste à imprimer",
        Act.DIALLED_AS_THE_HOUSEHOLD: "appelé comme le ménage (simulateur)",
        Act.CALL_TAKEN: "appel pris",
        Act.CALL_GIVEN_BACK: "appel laissé",
        Act.CALL_TRIED: "appel tenté",
        Act.CALL_AGREED: "appel convenu",
        Act.GRIEVANCE_FILED: "plainte prise au guichet",
        Act.GRIEVANCE_READ: "plainte sensible lue",
        Act.GRIEVANCE_TAKEN: "plainte prise",
        Act.GRIEVANCE_ASSIGNED: "plainte attribuée",
        Act.GRIEVANCE_NOTED: "note ajoutée à une plainte",
        Act.GRIEVANCE_INFORMATION_ASKED: "informations demandées",
        Act.GRIEVANCE_DECIDED: "plainte décidée",
        Act.GRIEVANCE_ESCALATED: "plainte passée au niveau supérieur",
        Act.GRIEVANCE_REOPENED: "plainte rouverte",
        Act.GRIEVANCE_CLOSED: "plainte close",
        Act.GRIEVANCE_CALLED: "appel noté dans une plainte",
        Act.GRIEVANCE_RECLASSIFIED: "sujet ou ménage d'une plainte changé",
        Act.GRIEVANCE_ENTRUSTED: "plainte confiée aux points focaux",
        Act.GRIEVANCE_RELEASED: "plainte rendue par un point focal",
        Act.GRIEVANCE_REFERRED: "orientation vers un service notée",
        Act.GRIEVANCES_HANDED_OVER: "plaintes de quelqu'un passées à d'autres",
        Act.GRIEVANCE_AMENDED: "décision corrigée",
        Act.GRIEVANCE_MERGED: "plainte jointe à une autre",
        Act.GRIEVANCE_PARTED: "plainte séparée d'une autre",
        Act.FILE_ATTACHED: "pièce jointe à une plainte",
        Act.FILE_DETACHED: "pièce retirée d'une plainte",
        Act.FILE_OPENED: "pièce d'une plainte ouverte",
        Act.SERVICE_ADDED: "service de l'annuaire : ajout",
        Act.SERVICE_CLOSED: "service de l'annuaire : retrait",
        Act.GRIEVANCES_EXPORTED: "plaintes exportées",
        Act.REPORT_EXPORTED: "rapport exporté",
        Act.CAMPAIGN_DRAFTED: "campagne préparée",
        Act.CAMPAIGN_PLANNED: "plan d'une campagne refait",
        Act.CAMPAIGN_APPROVED: "campagne approuvée",
        Act.CAMPAIGN_STARTED: "campagne lancée",
        Act.CAMPAIGN_PAUSED: "campagne mise en pause",
        Act.CAMPAIGN_RESUMED: "campagne reprise",
        Act.CAMPAIGN_CANCELLED: "campagne annulée",
        Act.CAMPAIGN_ONCE_MORE: "SMS d'une campagne envoyés encore une fois aux téléphones éteints",
        Act.CAMPAIGN_UNCERTAIN_SETTLED: "SMS incertains d'une campagne tranchés",
        Act.CAMPAIGN_TESTED: "essai d'une campagne envoyé",
        Act.CAMPAIGN_RULE_SWITCHED: "règle d'un tour changée",
        Act.CAMPAIGN_TEMPLATE_WRITTEN: "texte de campagne proposé",
        Act.CAMPAIGN_TEMPLATE_DECIDED: "texte de campagne approuvé ou écarté",
        Act.CAMPAIGN_TEMPLATE_PROVEN: "texte éprouvé d'une campagne remis",
        Act.CAMPAIGN_UNREACHED_PRINTED: "liste des non joints imprimée",
        Act.CAMPAIGN_UNREACHED_EXPORTED: "liste des non joints exportée",
        Act.AT_THE_SHELL: "depuis le serveur (jigi campaign)",
        Act.SETTING_PROPOSED: "réglage : changement",
        Act.SETTING_APPROVED: "réglage : changement approuvé",
        Act.SETTING_DISMISSED: "réglage : changement pas retenu",
        Act.HOLIDAY_ADDED: "jour férié : ajout",
        Act.HOLIDAY_CHANGED: "jour férié : changement",
        Act.HOLIDAY_DELETED: "jour férié : suppression",
        Act.HOLIDAY_EXPORTED: "jour férié : export",
        Act.PREPARED_ANSWER_ADDED: "réponse préparée : ajout",
        Act.PREPARED_ANSWER_CHANGED: "réponse préparée : changement",
        Act.PREPARED_ANSWER_DELETED: "réponse préparée : suppression",
        Act.PREPARED_ANSWER_EXPORTED: "réponse préparée : export",
        Act.REGION_EXPORTED: "régions : export",
        Act.CERCLE_EXPORTED: "cercles : export",
        Act.COMMUNE_EXPORTED: "communes : export",
        Act.AUDIT_ENTRY_EXPORTED: "journal : export",
        Act.TRAIL_CUT: "début du journal retiré, son temps passé",
        Act.PERSON_DATA_SHOWN: "données d'une personne remises",
        Act.PERSON_DATA_ERASED: "données d'une personne effacées",
        Act.TEXTS_ENCRYPTED: "mots et seconds facteurs chiffrés",
        Act.KEY_MADE: "clé d'un autre système : faite",
        Act.KEY_WITHDRAWN: "clé d'un autre système : retirée",
        Act.READ_BY_SYSTEM: "lu par un autre système",
        Act.REGISTRY_ASKED: "recherche dans un registre",
        Act.RECEIVER_CHANGED: "adresse où un autre système est averti : changement",
        Act.FIELD_SUBMISSIONS_TAKEN: "envois d'un formulaire de terrain reçus",
        Act.FIELD_SUBMISSIONS_FILED: "envois en attente enregistrés",
        Act.FIELD_SUBMISSION_READ: "envoi en attente lu",
        Act.FIELD_SUBMISSION_DROPPED: "envoi en attente écarté",
        Act.FIELD_FORM_MAPPED: "formulaire de terrain relié à une correspondance",
        Act.BATCH_TAKEN: "lot d'un autre système reçu",
        Act.BATCH_CONFIRMED: "lot d'un autre système confirmé",
        Act.BATCH_DISCARDED: "lot d'un autre système abandonné",
    },
)
