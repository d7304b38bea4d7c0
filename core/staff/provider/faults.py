"""Why the provider's word lets nobody in; what is said is one sentence, and the trail has the same."""

from core.platform.errors import JigiError
from core.text.words import DESK, Word, called


class ProviderFault(Word):
    """Why somebody was not let in by the provider's word."""

    STATE = "state"
    DENIED = "denied"
    AWAY = "away"
    CODE = "code"
    TOKEN = "token"  # noqa: S105
    OTHER_PERSON = "other person"
    NO_LOGIN = "no login"
    NO_ROLE = "no role"
    MANY_ROLES = "many roles"
    NO_PLACE = "no place"
    UNKNOWN_PLACE = "unknown place"
    DISABLED = "disabled"
    TAKEN = "taken"


called(
    ProviderFault,
    DESK,
    {
        ProviderFault.STATE: "Cette entrée a été commencée dans un autre navigateur, ou elle est finie. Recommencez.",
        ProviderFault.DENIED: "Le service des comptes ne vous a pas laissé entrer.",
        ProviderFault.AWAY: "Le service des comptes ne répond pas. Réessayez dans un moment ; sinon, appelez "
        "l'administrateur.",
        ProviderFault.CODE: "Cette entrée a déjà servi, ou elle est trop vieille. Recommencez.",
        ProviderFault.TOKEN: "La réponse du service des comptes n'est pas sûre : personne n'entre avec elle. Prévenez "
        "l'administrateur.",
        ProviderFault.OTHER_PERSON: "Le service des comptes a parlé de deux personnes. Recommencez, puis prévenez "
        "l'administrateur.",
        ProviderFault.NO_LOGIN: "Votre compte n'a pas de nom de connexion qui convienne au guichet. Prévenez "
        "l'administrateur.",
        ProviderFault.NO_ROLE: "Votre compte n'a aucun rôle au guichet. Demandez-le à l'administrateur.",
        ProviderFault.MANY_ROLES: "Votre compte a plusieurs rôles au guichet : il n'en faut qu'un. Prévenez "
        "l'administrateur.",
        ProviderFault.NO_PLACE: "Votre compte ne dit pas pour quel lieu vous travaillez, ou en dit plusieurs. Prévenez "
        "l'administrateur.",
        ProviderFault.UNKNOWN_PLACE: "Votre compte nomme un lieu que le guichet ne connaît pas. Prévenez "
        "l'administrateur.",
        ProviderFault.DISABLED: "Vous n'entrez plus au guichet : l'administrateur l'a décidé ainsi.",
        ProviderFault.TAKEN: "Votre nom de connexion est celui d'un autre compte du guichet. Prévenez "
        "l'administrateur.",
    },
)


class ProviderRefusal(JigiError):
    """Somebody is not let in; `fault` says why, `agent_id` is who it is where that is known."""

    def __init__(self, fault: ProviderFault, agent_id: int | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.agent_id = agent_id
