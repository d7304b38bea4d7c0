"""The audit trail as administrators read it: who did what, when, to what. It is looked at and exported, no more."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import DateTime, Text, cast, select, type_coerce
from sqlalchemy.orm import registry
from starlette.requests import Request
from starlette_admin import DateTimeField, EnumField, StringField

from core.staff.agents import Agent
from core.staff.audit import AuditEntry
from desk.site.lists import Kept
from desk.site.pages import ADMINISTRATORS

ACTS: Final[dict[str, str]] = {
    "signed in": "est entré",
    "sign-in failed": "essai d'entrée manqué",
    "password given": "mot de passe donné",
    "password changed": "mot de passe changé",
    "second factor forgotten": "second code oublié",
    "sessions ended": "sessions fermées",
    "person added": "personne ajoutée",
    "import begun": "import commencé",
    "import ended": "import fini",
    "errors downloaded": "erreurs d'import téléchargées",
    "person changed": "personne changée",
    "person disabled": "personne tenue dehors",
    "person enabled": "personne admise de nouveau",
    "call taken": "appel pris",
    "call given back": "appel laissé",
    "call tried": "appel tenté",
    "call agreed": "appel convenu",
    "grievance read": "plainte sensible lue",
    "grievance taken": "plainte prise",
    "grievance assigned": "plainte attribuée",
    "grievance noted": "note ajoutée à une plainte",
    "grievance information asked": "informations demandées",
    "grievance decided": "plainte décidée",
    "grievance escalated": "plainte passée au niveau supérieur",
    "grievance reopened": "plainte rouverte",
    "grievance closed": "plainte close",
    "grievance called": "appel noté dans une plainte",
    "grievances exported": "plaintes exportées",
    "filed": "plainte prise au guichet",
    "report exported": "rapport exporté",
    "phone corrected": "téléphone d'un ménage corrigé",
    "language corrected": "langue d'un ménage corrigée",
    "dialled as the household": "appelé comme le ménage (simulateur)",
    "at the shell": "depuis le serveur (jigi campaign)",
}
LISTS: Final[Mapping[str, str]] = {
    "holiday": "jour férié",
    "prepared-answer": "réponse préparée",
    "region": "régions",
    "cercle": "cercles",
    "commune": "communes",
    "audit-entry": "journal",
}
OF_LISTS: Final[Mapping[str, str]] = {
    "added": "ajout",
    "changed": "changement",
    "deleted": "suppression",
    "exported": "export",
}


ALL_ACTS: Final[Mapping[str, str]] = ACTS | {
    f"{each} {done}": f"{name} : {words}" for each, name in LISTS.items() for done, words in OF_LISTS.items()
}


class Act(EnumField):
    """An act in French words, or as it is kept when it has none."""

    async def serialize_value(self, request: Request, value: Any) -> Any:
        """The words."""
        return ALL_ACTS.get(str(value), value)


class Entry:
    """An entry of the trail with the login of whoever did it, None for the programme itself or the shell."""

    id: int
    at: datetime
    login: str | None
    act: str
    about: str | None
    detail: str | None


_entry: Final = AuditEntry.__table__  # type: ignore[attr-defined]
_agent: Final = Agent.__table__  # type: ignore[attr-defined]
_told: Final = (
    select(
        _entry.c.id,
        type_coerce(_entry.c.at, DateTime(timezone=True)).label("at"),
        _agent.c.login,
        _entry.c.act,
        _entry.c.about,
        cast(_entry.c.detail, Text).label("detail"),
    )
    .select_from(_entry.outerjoin(_agent, _agent.c.id == _entry.c.agent_id))
    .subquery("told")
)
registry().map_imperatively(Entry, _told, primary_key=[_told.c.id])


class AuditTrail(Kept):
    """Everything that was done, newest first."""

    key = "audit-entry"
    display_name = "Acte"
    menu_label = "Journal"
    seen_by_roles = ADMINISTRATORS
    fields: Sequence[Any] = (
        StringField("id", "Nº", searchable=False),
        DateTimeField("at", "Quand"),
        StringField("login", "Qui"),
        Act("act", "Acte", choices=tuple(ALL_ACTS.items())),
        StringField("about", "Sur"),
        StringField("detail", "Détail", orderable=False),
    )
    fields_default_sort: Sequence[Any] = (("id", True),)

    def __init__(self) -> None:
        super().__init__(Entry)
