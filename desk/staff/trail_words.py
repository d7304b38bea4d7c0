"""The audit trail in French: what an entry is about, and what was noted of it. It is kept as it was written."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from core.campaigns.models import CampaignKind
from core.grievances.subjects import Category, Sensitivity
from core.grievances.vocabulary import Channel, GrievanceState, Sex
from core.imports.kinds import ImportKind
from core.imports.upload import UploadState
from core.programme.models import TITLES, SettingState
from core.registry.corrections import CorrectedField
from core.registry.identity_checks import KnownBy, YearCheck
from core.registry.phone_claims import ClaimState
from core.rights.paper import LABELS
from core.staff.agents import Role, Scope
from core.text.formats import number_phrase, short_date
from core.text.languages import Language
from core.text.words import DESK, NoLabel, label
from desk.site.lists import Cercles, Communes, Holidays, PreparedAnswers, Regions

ABOUT: Final[Mapping[str, str]] = {
    "household": "ménage",
    "grievance": "plainte",
    "call request": "demande d'appel",
    "agent": "personne",
    "import": "import",
    "form": "formulaire",
    "setting": "réglage",
    "service": "service",
    "attachment": "pièce jointe",
    "campaign": "campagne",
    "campaign template": "texte de campagne",
    "round": "tour de paiement",
    "holiday": "jour férié",
    "prepared-answer": "réponse préparée",
    "region": "région",
    "cercle": "cercle",
    "commune": "commune",
    "phone": "téléphone",
    "audit": "journal",
}
"""What an entry may be about; the words before its number or name."""

NOTED: Final[Mapping[str, str]] = {
    **{
        field.name: (field.label or field.name).lower()
        for each in (PreparedAnswers, Holidays, Regions, Cercles, Communes)
        for field in each.fields
    },
    **LABELS,
    "absent_until": "absence jusqu'au",
    "after": "après",
    "again": "encore une fois",
    "alerts": "prévenue par",
    "as": "en",
    "bad": "lignes refusées",
    "cases": "plaintes",
    "changed": "changés",
    "command": "commande",
    "commune": "commune",
    "complete": "liste complète",
    "created": "nouveaux",
    "erased_kept": "effacé et gardé",
    "fields": "colonnes",
    "file": "fichier",
    "filters": "filtres",
    "held": "gardés",
    "keys": "touches",
    "kept": "correction gardée",
    "list": "liste",
    "lost": "perdus",
    "of": "de",
    "on": "en marche",
    "other": "jointe à (numéro de ligne)",
    "period": "période",
    "phone": "téléphone",
    "proposed_by": "proposée par (numéro)",
    "result": "résultat",
    "reviewed": "bambara relu",
    "role": "rôle",
    "rows": "lignes",
    "scope_code": "code du lieu",
    "scope_kind": "étendue",
    "searched": "cherché",
    "sources": "depuis",
    "step": "par",
    "taken": "reprises",
    "texts": "textes",
    "title": "titre",
    "to": "à (numéro)",
    "unchanged": "inchangés",
    "until": "jusqu'au",
    "watches_focal": "voit qui lit les plaintes sensibles",
    "why": "raison",
}
"""What is noted of an act, by the word it is kept under."""

KINDS: Final = (
    *(Role, Scope, Channel, GrievanceState, Category, Sensitivity, Sex, ImportKind, UploadState, SettingState),
    *(CorrectedField, KnownBy, YearCheck, ClaimState, CampaignKind),
)
"""Whose values are noted; a value that two of them have is called the same, or as the first one says."""


TYPED: Final = frozenset({"why", "reason", "title", "name", "file", "note", "value", "texts", "command"})
"""What somebody typed: no word of ours, whatever it looks like."""


def about_words(about: str | None) -> str:
    """What an entry is about, in French; as it is kept where it is of an older kind."""
    for kind in sorted(ABOUT, key=len, reverse=True):
        if about == kind or (about or "").startswith(f"{kind} "):
            rest = (about or "")[len(kind) :].strip()
            return f"{ABOUT[kind]} {_setting(rest) if kind == 'setting' else rest}".strip()
    return about or ""


def kept_about(words: str) -> str:
    """What an entry is about as it is kept, of words as they are shown."""
    for kind, shown in ABOUT.items():
        if words.lower().startswith(f"{shown} "):
            return f"{kind} {words[len(shown) :].strip()}"
    return words


def noted_words(kept: str | None) -> str:
    """What was noted of an act, in French; `kept` is the JSON it is kept as."""
    noted = json.loads(kept) if kept else None
    return _words(noted) if noted else ""


def _setting(name: str) -> str:
    return next((title for each, title in TITLES.items() if each.value == name), name)


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        parts = ((name, each) for name, each in value.items() if each not in (None, "", {}, []))
        return " ; ".join(f"{NOTED.get(name, name)} : {_inner(name, each)}" for name, each in parts)
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int):
        return number_phrase(value)
    return _day(str(value)) or _coded(str(value)) or str(value)


def _inner(name: str, value: Any) -> str:
    if name in TYPED and isinstance(value, str):
        return value
    return f"({_words(value)})" if isinstance(value, Mapping) else _words(value)


def _coded(value: str) -> str | None:
    language = Language.named(value) if value in set(Language) else None
    if language:
        return language.staff_name
    for kind in KINDS:
        for member in kind:
            if member.value == value:
                try:
                    return label(member, DESK)
                except NoLabel:
                    continue
    return NOTED.get(value)


def _day(value: str) -> str | None:
    try:
        if len(value) == len("2026-12-31"):
            return short_date(date.fromisoformat(value))
        return f"{datetime.fromisoformat(value):%d/%m/%Y %H:%M}" if value[10:11] == "T" else None
    except ValueError:
        return None
