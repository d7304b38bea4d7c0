"""The audit trail in French: what an entry is about, and what was noted of it. It is kept as it was written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from core.campaigns.models import CampaignKind
from core.grievances.figures import Age, Timely
from core.grievances.search import GrievanceStanding, NotSaid, SearchOrder
from core.grievances.subjects import Category, Sensitivity
from core.grievances.vocabulary import Channel, GrievanceState, Level, PersonSays, Sex
from core.imports.kinds import ImportKind
from core.imports.upload import UploadState
from core.programme.models import TITLES, SettingState
from core.registry.corrections import CorrectedField
from core.registry.identity_checks import KnownBy, YearCheck
from core.registry.phone_claims import ClaimState
from core.rights.paper import LABELS
from core.spdci.consent import ConsentGiver, ConsentWay
from core.staff.agents import Role, Scope
from core.text.formats import number_phrase, short_date
from core.text.languages import Language
from core.text.words import DESK, NoLabel, Word, label
from desk.site.lists import Cercles, Communes, Holidays, PreparedAnswers, Regions
from desk.site.words import FILTERS

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
    "system": "système",
    "batch": "lot",
}
"""What an entry may be about; the words before its number or name."""

NOTED: Final[Mapping[str, str]] = {
    **{
        part.name: (part.label or part.name).lower()
        for each in (PreparedAnswers, Holidays, Regions, Cercles, Communes)
        for part in each.fields
    },
    **LABELS,
    **FILTERS,
    "absent_until": "absence jusqu'au",
    "after": "après",
    "again": "encore une fois",
    "alerts": "prévenue par",
    "as": "en",
    "bad": "lignes refusées",
    "by": "par",
    "cases": "plaintes",
    "changed": "changés",
    "command": "commande",
    "commune": "commune",
    "complete": "liste complète",
    "consent": "accord de",
    "created": "nouveaux",
    "erased_kept": "effacé et gardé",
    "fields": "colonnes",
    "file": "fichier",
    "filters": "filtres",
    "held": "gardés",
    "key": "clé",
    "keys": "touches",
    "receiver": "destinataire (numéro)",
    "url": "adresse",
    "kinds": "événements",
    "kept": "correction gardée",
    "list": "liste",
    "lost": "perdus",
    "mapping": "correspondance",
    "of": "de",
    "on": "en marche",
    "order": "ordre",
    "other": "jointe à la plainte",
    "period": "période",
    "place": "lieu",
    "phone": "téléphone",
    "proposed_by": "proposée par",
    "result": "résultat",
    "registry": "registre",
    "reopened": "rouvertes",
    "reviewed": "bambara relu",
    "role": "rôle",
    "rows": "lignes",
    "scope_code": "code du lieu",
    "scope_kind": "étendue",
    "scopes": "droits",
    "searched": "cherché",
    "sources": "depuis",
    "submission": "envoi",
    "step": "par",
    "taken": "reprises",
    "texts": "textes",
    "title": "titre",
    "to": "à",
    "unchanged": "inchangés",
    "until": "jusqu'au",
    "way": "donné",
    "watches_focal": "voit qui lit les plaintes sensibles",
    "why": "raison",
}
"""What is noted of an act, by the word it is kept under."""

KINDS: Final[tuple[type[Word], ...]] = (
    *(Role, Scope, Channel, GrievanceState, Category, Sensitivity, Sex, ImportKind, UploadState, SettingState),
    *(CorrectedField, KnownBy, YearCheck, ClaimState, CampaignKind),
    *(ConsentGiver, ConsentWay),
    *(GrievanceStanding, NotSaid, SearchOrder, Age, Timely, PersonSays, Level),
)
"""Whose values are noted; a value that two of them have is called the same, or as the first one says."""

OWN_KINDS: Final[Mapping[str, tuple[type[Word], ...]]] = {
    "import": (UploadState, ImportKind),
    "setting": (SettingState,),
}
"""Whose values come before all others in what is noted of an entry about this."""


TYPED: Final = frozenset({"why", "reason", "title", "name", "file", "note", "value", "texts", "command"})
"""What somebody typed: no word of ours, whatever it looks like."""

PERSONS: Final = frozenset({"to", "proposed_by", "assigned"})
CASES: Final = frozenset({"other"})
"""Under these words the id of somebody, or of a complaint, is kept."""

SOMEBODY: Final = "quelqu'un"
NOT_SEEN: Final = "que vous ne voyez pas"


@dataclass(frozen=True, slots=True)
class TrailNames:
    """Who and what the ids of the trail are, for whoever reads it: names of persons, numbers of complaints."""

    persons: Mapping[int, str] = field(default_factory=dict)
    cases: Mapping[int, str] = field(default_factory=dict)
    kinds: tuple[type[Word], ...] = ()
    """Whose values come first."""


NO_NAMES: Final = TrailNames()


def about_words(about: str | None, names: TrailNames = NO_NAMES) -> str:
    """What an entry is about, in French; as it is kept where it is of an older kind."""
    for kind in sorted(ABOUT, key=len, reverse=True):
        if about == kind or (about or "").startswith(f"{kind} "):
            rest = (about or "")[len(kind) :].strip()
            return f"{ABOUT[kind]} {_named(kind, rest, names)}".strip()
    return about or ""


def kept_about(words: str) -> str:
    """What an entry is about as it is kept, of words as they are shown."""
    for kind, shown in ABOUT.items():
        if words.lower().startswith(f"{shown} "):
            return f"{kind} {words[len(shown) :].strip()}"
    return words


def noted_words(kept: str | None, names: TrailNames = NO_NAMES, about: str | None = None) -> str:
    """What was noted of an act, in French; `kept` is the JSON it is kept as, `about` what the entry is about."""
    noted = json.loads(kept) if kept else None
    own = OWN_KINDS.get((about or "").partition(" ")[0], ())
    return _words(noted, replace(names, kinds=own)) if noted else ""


def cases_noted(kept: str | None) -> frozenset[int]:
    """The ids of complaints that were noted of an act."""
    noted = json.loads(kept) if kept else {}
    return frozenset(value for name, value in noted.items() if name in CASES and isinstance(value, int))


def _named(kind: str, rest: str, names: TrailNames) -> str:
    if kind == "setting":
        return next((title for each, title in TITLES.items() if each.value == rest), rest)
    return names.persons.get(int(rest), rest) if kind == "agent" and rest.isdecimal() else rest


def _words(value: Any, names: TrailNames) -> str:
    if isinstance(value, Mapping):
        parts = ((name, each) for name, each in value.items() if each not in (None, "", {}, []))
        return " ; ".join(f"{NOTED.get(name, name)} : {_inner(name, each, names)}" for name, each in parts)
    if isinstance(value, list):
        return ", ".join(_words(each, names) for each in value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int):
        return number_phrase(value)
    return _day(str(value)) or _coded(str(value), names.kinds) or str(value)


def _inner(name: str, value: Any, names: TrailNames) -> str:
    if name in TYPED and isinstance(value, str):
        return value
    if name in PERSONS and isinstance(value, int):
        return names.persons.get(value, SOMEBODY)
    if name in CASES and isinstance(value, int):
        return names.cases.get(value, NOT_SEEN)
    return f"({_words(value, names)})" if isinstance(value, Mapping) else _words(value, names)


def _coded(value: str, first: tuple[type[Word], ...]) -> str | None:
    language = Language.named(value) if value in set(Language) else None
    if language:
        return language.staff_name
    for kind in (*first, *KINDS):
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
