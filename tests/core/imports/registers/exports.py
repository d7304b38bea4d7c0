"""Exports of invented people, as KoBoToolbox and ODK Central make them; and the mappings of their forms."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import openpyxl

from core.imports.registers.mappings import FormMapping, mapping_of

KOBO_HEADER: Final = (
    "start", "end", "today", "deviceid", "Accord de la personne", "Lieu/Commune", "Lieu/Cercle", "Lieu/Village",
    "Personne/Nom et prénom", "Personne/Sexe", "Personne/Téléphone", "Plainte/Sujet de la plainte",
    "Plainte/Sujet de la plainte/Paiement en retard", "Plainte/Sujet de la plainte/On m'a demandé de l'argent",
    "Plainte/Sujet de la plainte/Violence", "Plainte/Description", "Plainte/Photo", "Plainte/Photo_URL",
    "__version__", "_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by",
    "_tags", "_index",
)  # fmt: skip
"""Labels with their groups, a question of several choices both whole and split, and what the server adds."""

LATE, BRIBE, VIOLENCE = "Paiement en retard", "On m'a demandé de l'argent", "Violence"
SPLIT: Final = "Plainte/Sujet de la plainte/*"

ODK_HEADER: Final = (
    "SubmissionDate", "start", "end", "lieu-commune", "lieu-cercle", "lieu-village", "personne-nom", "personne-tel",
    "plainte-sujet", "plainte-recit", "meta-instanceID", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent",
    "AttachmentsExpected", "Status", "ReviewState", "DeviceID", "Edits", "FormVersion",
)  # fmt: skip
"""XML names joined to their groups by dashes."""


def kobo_row(number: int, *chosen: str, **cells: Any) -> Mapping[str, Any]:
    """A submission of the KoBo form, in the columns of its header."""
    row: dict[str, Any] = {
        "start": "2026-11-18T10:15:22.123+00:00",
        "end": "2026-11-18T10:31:02.000+00:00",
        "today": "2026-11-18",
        "deviceid": "collect:Qm1",
        "Accord de la personne": "Oui",
        "Lieu/Commune": "Safo",
        "Lieu/Cercle": "",
        "Lieu/Village": "Kola",
        "Personne/Nom et prénom": f"Sira Diallo {number}",
        "Personne/Sexe": "Femme",
        "Personne/Téléphone": 76_00_00_00 + number,
        "Plainte/Sujet de la plainte": " ".join(chosen or (LATE,)),
        **{f"Plainte/Sujet de la plainte/{each}": int(each in (chosen or (LATE,))) for each in (LATE, BRIBE, VIOLENCE)},
        "Plainte/Description": "Rien depuis deux mois.",
        "__version__": "vQ",
        "_id": 500_000 + number,
        "_uuid": f"0a1b2c3d-0000-4000-8000-{number:012}",
        "_submission_time": "2026-11-18T18:02:11",
        "_status": "submitted_via_web",
        "_submitted_by": "relais_kola",
        "_index": number,
    }
    return row | cells


def kobo(path: Path, *rows: Mapping[str, Any]) -> Path:
    """A workbook of the form, with the sheet of a repeat behind it."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Plaintes du village"
    sheet.append(KOBO_HEADER)
    for row in rows:
        sheet.append([row.get(name) for name in KOBO_HEADER])
    book.create_sheet("temoins").append(["Nom", "_index", "_parent_index"])
    book.save(path)
    return path


def kobo_mapping() -> FormMapping:
    """What somebody said of the KoBo form."""
    columns = {
        "submission": "_id",
        "day": "today",
        "subject": SPLIT,
        "words": "Plainte/Description",
        "commune": "Lieu/Commune",
        "cercle": "Lieu/Cercle",
        "village": "Lieu/Village",
        "name": "Personne/Nom et prénom",
        "sex": "Personne/Sexe",
        "phone": "Personne/Téléphone",
        "consent": "Accord de la personne",
        "receiver": "_submitted_by",
    }
    meanings = {"subject": {LATE: "late", BRIBE: "bribe", VIOLENCE: "violence"}, "sex": {"Femme": "F", "Homme": "M"}}
    return mapping_of("Plaintes KoBo", columns, meanings)


def odk_row(number: int, **cells: str) -> Mapping[str, str]:
    """A submission of the ODK form."""
    key = f"uuid:9f8e7d6c-0000-4000-8000-{number:012}"
    row = {
        "SubmissionDate": "2026-11-19T20:11:09.123Z",
        "start": "2026-11-19T09:00:00.000Z",
        "lieu-commune": "ML020201",
        "lieu-village": "Kola",
        "personne-nom": f"Oumar Keita {number}",
        "plainte-sujet": "oubli",
        "plainte-recit": "Notre ménage a été oublié.",
        "meta-instanceID": key,
        "KEY": key,
        "SubmitterName": "Relais",
    }
    return row | cells


def odk(path: Path, *rows: Mapping[str, str]) -> Path:
    """A CSV of the form, as Central writes it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ODK_HEADER, restval="")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def odk_mapping() -> FormMapping:
    """What somebody said of the ODK form."""
    columns = {
        "submission": "KEY",
        "day": "start",
        "subject": "plainte-sujet",
        "words": "plainte-recit",
        "commune": "lieu-commune",
        "cercle": "lieu-cercle",
        "village": "lieu-village",
        "name": "personne-nom",
        "phone": "personne-tel",
    }
    return mapping_of("Plaintes ODK", columns, {"subject": {"oubli": "left_out", "autre": "anything"}})
