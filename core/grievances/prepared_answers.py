"""Prepared answers: texts to answer grievances with, in each language.

The Bambara of those that the demonstration has is put together from the sentences of the project's Bambara texts, and
no native speaker has read it: they are marked as not reviewed.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import event
from sqlmodel import col, select

from core.grievances.models import PreparedAnswer
from core.grievances.rules import check_answer
from core.grievances.subjects import Category
from core.platform import sql
from core.platform.database import reading, writing

DEMO: Final[Sequence[tuple[Category, str, str, str]]] = (
    (
        Category.PAYMENT,
        "Pas encore payé",
        "Pas encore payé. Pas encore de date fixée.",
        "Wari ma di fɔlɔ. Don ma da fɔlɔ.",
    ),
    (
        Category.PAYMENT,
        "Pas encore payé, avec la somme",
        "{nom}, {somme} : pas encore payé. Pas encore de date fixée.",
        "{nom}, {somme}: wari ma di fɔlɔ. Don ma da fɔlɔ.",
    ),
    (
        Category.PAYMENT,
        "Ajouté au prochain paiement",
        "Argent non retiré. Il sera ajouté au prochain paiement. Apportez votre carte.",
        "Wari ma ta. A bɛna fara nata kan. Aw ye aw ka sɛbɛn ta ka na.",
    ),
    (
        Category.PAYMENT,
        "Le nom ne correspond pas",
        "Le nom ne correspond pas. Allez à la mairie. Apportez votre carte.",
        "Tɔgɔ ma bɛn sɛbɛn ma. Aw ye taa meri la. Aw ye aw ka sɛbɛn ta ka na.",
    ),
    (
        Category.PHONE,
        "Numéro de téléphone faux",
        "Numéro de téléphone faux. Allez à la mairie.",
        "Telefɔni nimɔrɔ ma bɛn. Aw ye taa meri la.",
    ),
    (
        Category.PHONE,
        "Carte SIM fermée",
        "Carte SIM fermée. Allez à la mairie.",
        "SIM datugulen don. Aw ye taa meri la.",
    ),
    (
        Category.DATA,
        "Erreur à corriger",
        "Erreur à corriger. Allez à la mairie. Apportez votre carte.",
        "Fili ka kan ka latilen. Aw ye taa meri la. Aw ye aw ka sɛbɛn ta ka na.",
    ),
    (
        Category.EXCLUSION,
        "Dossier à l'étude",
        "Votre dossier est à l'étude. Patientez.",
        "An b'aw ka sɛbɛn sɛgɛsɛgɛ. Aw ye dɔɔnin makɔnɔ.",
    ),
    (
        Category.EXCLUSION,
        "D'autres ménages plus pauvres",
        "Après vérification : d'autres ménages sont plus pauvres.",
        "Sɛgɛsɛgɛli kɛra: ga wɛrɛw ka faantanya ka bon ni aw ta ye.",
    ),
    (
        Category.INCLUSION,
        "En vérification",
        "En vérification. Nous vous rappellerons.",
        "An b'a sɛgɛsɛgɛ. An bɛna aw wele.",
    ),
    (
        Category.OTHER,
        "Demandez au comité",
        "Demandez au comité du village. C'est gratuit.",
        "Aw ye dugu komite ɲininka. Aw tɛ foyi sara.",
    ),
)
"""Category, title, French, Bambara."""


COUNT_USE: Final = """
UPDATE prepared_answer SET used = used + 1
WHERE category = %(category)s AND %(words)s IN (SELECT value FROM jsonb_each_text(texts))
"""


@event.listens_for(PreparedAnswer, "before_insert")
@event.listens_for(PreparedAnswer, "before_update")
def _checked(_: Any, __: Any, prepared: PreparedAnswer) -> None:
    """Nothing is kept that no person may be shown, whoever writes it; raises what `check_answer` does."""
    for words in prepared.texts.values():
        check_answer(words)


async def of_category(category: Category) -> tuple[PreparedAnswer, ...]:
    """The prepared answers of a category, those that are given most first, then by title."""
    used, title = col(PreparedAnswer.used), col(PreparedAnswer.title)
    by_use = select(PreparedAnswer).order_by(used.desc(), title, col(PreparedAnswer.id))
    async with reading() as session:
        return tuple(await session.exec(by_use.where(PreparedAnswer.category == category)))


async def count_use(category: Category, words: str) -> None:
    """Count that a prepared answer was given as it is, if these words are one."""
    await sql.execute(COUNT_USE, {"category": category.value, "words": words})


async def by_id(number: int) -> PreparedAnswer | None:
    """A prepared answer, None where there is none."""
    async with reading() as session:
        return await session.get(PreparedAnswer, number)


async def of_categories(categories: Collection[Category]) -> tuple[PreparedAnswer, ...]:
    """The prepared answers of several categories, each as `of_category` has them."""
    return tuple([each for category in Category if category in categories for each in await of_category(category)])


async def plant() -> None:
    """Put those of the demonstration there, once."""
    async with writing() as session:
        there = set(await session.exec(select(PreparedAnswer.category, PreparedAnswer.title)))
        for category, title, french, bambara in DEMO:
            if (category, title) not in there:
                session.add(PreparedAnswer(category=category, title=title, texts={"bm": bambara, "fr": french}))
