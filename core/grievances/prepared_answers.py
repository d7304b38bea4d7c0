"""Prepared answers: texts to answer grievances with, in both languages.

The Bambara of those that the demonstration has is put together from the sentences of the project's Bambara texts, and
no native speaker has read it: they are marked as not reviewed.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from core.platform.database import reading, writing
from core.text.languages import Language


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prepared answer."""

    id: int
    title: str
    text_fr: str
    text_bm: str
    reviewed: bool

    def said(self, language: Language) -> str:
        """Its text in a language."""
        return self.text_bm if language == "bm" else self.text_fr


OF_CATEGORY = text(
    "SELECT id, title, text_fr, text_bm, reviewed FROM prepared_answer WHERE category = :category ORDER BY title, id"
)
PLANT = text(
    "INSERT INTO prepared_answer (category, title, text_fr, text_bm, reviewed) "
    "SELECT CAST(:category AS varchar), CAST(:title AS varchar), :text_fr, :text_bm, false "
    "WHERE NOT EXISTS (SELECT FROM prepared_answer WHERE category = :category AND title = :title)"
)

DEMO: Final = (
    ("payment", "Pas encore payé", "Pas encore payé. Pas encore de date fixée.", "Wari ma di fɔlɔ. Don ma da fɔlɔ."),
    (
        "payment",
        "Ajouté au prochain paiement",
        "Argent non retiré. Il sera ajouté au prochain paiement. Apportez votre carte.",
        "Wari ma ta. A bɛna fara nata kan. Aw ye aw ka sɛbɛn ta ka na.",
    ),
    (
        "payment",
        "Le nom ne correspond pas",
        "Le nom ne correspond pas. Allez à la mairie. Apportez votre carte.",
        "Tɔgɔ ma bɛn sɛbɛn ma. Aw ye taa meri la. Aw ye aw ka sɛbɛn ta ka na.",
    ),
    ("phone", "Numéro de téléphone faux", "Numéro de téléphone faux. Allez à la mairie.",
     "Telefɔni nimɔrɔ ma bɛn. Aw ye taa meri la."),
    ("phone", "Carte SIM fermée", "Carte SIM fermée. Allez à la mairie.", "SIM datugulen don. Aw ye taa meri la."),
    ("data", "Erreur à corriger", "Erreur à corriger. Allez à la mairie. Apportez votre carte.",
     "Fili ka kan ka latilen. Aw ye taa meri la. Aw ye aw ka sɛbɛn ta ka na."),
    (
        "exclusion",
        "Dossier à l'étude",
        "Votre dossier est à l'étude. Patientez.",
        "An b'aw ka sɛbɛn sɛgɛsɛgɛ. Aw ye dɔɔnin makɔnɔ.",
    ),
    (
        "exclusion",
        "D'autres ménages plus pauvres",
        "Après vérification : d'autres ménages sont plus pauvres.",
        "Sɛgɛsɛgɛli kɛra: ga wɛrɛw ka faantanya ka bon ni aw ta ye.",
    ),
    ("inclusion", "En vérification", "En vérification. Nous vous rappellerons.", "An b'a sɛgɛsɛgɛ. An bɛna aw wele."),
    (
        "other",
        "Demandez au comité",
        "Demandez au comité du village. C'est gratuit.",
        "Aw ye dugu komite ɲininka. Aw tɛ foyi sara.",
    ),
)  # fmt: skip
"""Category, title, French, Bambara."""


async def of_category(category: str) -> tuple[Prepared, ...]:
    """The prepared answers of a category, by title."""
    async with reading() as connection:
        rows = await connection.execute(OF_CATEGORY, {"category": category})
    return tuple(Prepared(*row) for row in rows)


async def plant() -> None:
    """Put those of the demonstration there, once."""
    async with writing() as session:
        for category, title, french, bambara in DEMO:
            values = {"category": category, "title": title, "text_fr": french, "text_bm": bambara}
            await session.execute(PLANT, values)
