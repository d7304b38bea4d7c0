"""What is held of a person as a file to hand over: JSON for machines, and French to read."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from sqlalchemy import types

from core.platform.columns import TableRow
from core.rights.persons import DataSubject, HeldRow
from core.rights.sources import Source
from core.staff.acts import Act
from core.text.words import DESK, NoLabel, Word, label

NOTES: Final = (
    "Une plainte sensible n'est jamais dans ce fichier, qu'il y en ait une ou non : qui en a déposé une la demande au "
    "point focal, avec son numéro et son code.",
    "Les notes internes d'une plainte et le nom des agents n'y sont pas.",
    "Le journal d'un appel en cours dure un jour au plus, sous un numéro d'appel qui ne nomme personne.",
    "La personne peut demander de corriger ou d'effacer. Ce qui reste alors, et pourquoi, lui est dit.",
)
"""Said each time, so that nobody learns from it whether there is such a thing."""

LABELS: Final[Mapping[str, str]] = {
    "household_no": "numéro de ménage",
    "programme_no": "numéro du programme",
    "head_name": "nom",
    "birth_year": "année de naissance",
    "commune_pcode": "commune (code)",
    "village": "village",
    "language": "langue",
    "status": "statut",
    "status_reason": "raison du statut",
    "updated_at": "changé le",
    "created_at": "écrit le",
    "position": "rang",
    "msisdn": "téléphone",
    "state": "état",
    "asked_at": "demandé le",
    "answered_at": "répondu le",
    "field": "champ",
    "before": "avant",
    "value": "valeur corrigée",
    "made_at": "corrigé le",
    "ended_at": "close le",
    "list_value": "la liste dit",
    "list_day": "jour de la liste",
    "met_at": "trouvé autrement le",
    "sms_stopped_at": "SMS arrêtés le",
    "component": "composante",
    "since": "depuis",
    "ended": "jusqu'au",
    "round": "tour",
    "due_date": "jour fixé",
    "last_day": "dernier jour",
    "place": "lieu",
    "agency": "agence",
    "hour": "heure",
    "amount_xof": "montant (F CFA)",
    "paid_on": "payé le",
    "reason": "raison",
    "moved_at": "déplacé le",
    "old_day": "ancien jour",
    "new_day": "nouveau jour",
    "reply": "réponse",
    "missing_xof": "manque (F CFA)",
    "at": "le",
    "reference": "numéro de plainte",
    "channel": "canal",
    "category": "catégorie",
    "subcategory": "sous-catégorie",
    "sensitivity": "traitement",
    "words": "ce qui a été dit",
    "anonymous": "sans nom",
    "beneficiary": "bénéficiaire",
    "call_back": "veut être appelé",
    "call_safe": "peut être appelé sans danger",
    "sms_safe": "peut recevoir un SMS sans danger",
    "safe_period": "moment sans danger",
    "level": "niveau",
    "first_answer_due": "première réponse due le",
    "decision_due": "décision due le",
    "next_due": "prochaine échéance",
    "answer": "réponse",
    "received_at": "reçu le",
    "decided_at": "décidé le",
    "reopened_at": "rouvert le",
    "reopen_count": "réouvertures",
    "name": "nom",
    "sex": "sexe",
    "assigned_at": "attribué le",
    "touched_at": "traité le",
    "waiting_since": "en attente depuis",
    "first_answered_at": "première réponse le",
    "solved": "réglé, dit la personne",
    "withdrawn_at": "retiré le",
    "lead_id": "jointe à une autre (numéro de ligne)",
    "followed_at": "jointe le",
    "lapsed_at": "clos sans réponse le",
    "escalated_at": "remonté le",
    "call_again_on": "à rappeler le",
    "kind": "genre",
    "to_state": "état ensuite",
    "note": "note",
    "again_on": "de nouveau le",
    "agreed_on": "convenu pour le",
    "agreed_period": "moment convenu",
    "reached": "joint",
    "operator": "opérateur",
    "filling": "ce que le SMS disait",
    "planned_at": "prévu le",
    "final_at": "fini le",
    "body": "texte",
    "intent": "ce qui a été compris",
    "answered": "a eu une réponse",
    "ok": "juste",
    "day": "jour",
    "who": "qui",
    "use": "usage",
    "times": "fois",
    "act": "acte",
    "about": "sur",
    "detail": "détail",
}


def as_json(whose: DataSubject, rows: Sequence[HeldRow], made_at: datetime) -> str:
    """The file for machines."""
    held: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        held.setdefault(row.source.value, []).append(row.held)
    number = {whose.kind.value: whose.household_no or whose.phone}
    whole = {"of": number, "made_at": made_at.isoformat(), "held": held, "notes": NOTES}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def as_text(whose: DataSubject, rows: Sequence[HeldRow], made_at: datetime) -> str:
    """The file to read, in French: each table under its name, each row a line for each value."""
    number = f"{label(whose.kind, DESK)} {whose.household_no or whose.phone}"
    lines = [f"Ce qui est gardé : {number}", f"Fait le {made_at:%d/%m/%Y à %H:%M} (UTC)"]
    for source in Source:
        held = [row.held for row in rows if row.source is source]
        if held:
            lines += ["", f"{label(source, DESK)} ({len(held)})"]
        for number_of, each in enumerate(held, 1):
            lines.append(f"  {number_of}.")
            lines += [f"     {LABELS[name]} : {_words(source, name, value)}" for name, value in _values(each)]
    return "\n".join([*lines, "", *NOTES, ""])


def _values(held: Mapping[str, Any]) -> Sequence[tuple[str, Any]]:
    """What there is of a row, in the order of the labels."""
    return [(name, held[name]) for name in LABELS if held.get(name) not in (None, {}, [])]


def _words(source: Source, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return _coded(source, name, value) or _day(value) or value
    return str(value)


def _coded(source: Source, name: str, value: str) -> str | None:
    """The words of the desk for a coded value, None for what is none, or has none."""
    if source is Source.AUDIT_ENTRY and name == "act":
        return next((label(act, DESK) for act in Act if act == value), None)
    column = TableRow.metadata.tables[source.value].columns.get(name)
    for kind in _kinds(column.type) if column is not None else ():
        for member in kind:
            if isinstance(member, Word) and member.value == value:
                try:
                    return label(member, DESK)
                except NoLabel:
                    return None
    return None


def _kinds(of: types.TypeEngine[Any]) -> Sequence[type[Enum]]:
    """The enums whose values a column holds."""
    if isinstance(of, types.Enum):
        return [of.enum_class] if of.enum_class else []
    return getattr(of, "kinds", ())


def _day(value: str) -> str | None:
    """A day or a moment (UTC) as it is written here, None for what is none."""
    try:
        if len(value) == len("2026-12-31"):
            return f"{date.fromisoformat(value):%d/%m/%Y}"
        return f"{datetime.fromisoformat(value):%d/%m/%Y %H:%M}" if value[10:11] == "T" else None
    except ValueError:
        return None
