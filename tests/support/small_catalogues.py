"""Two small catalogues in a folder of their own, and a room that uses their texts."""

from pathlib import Path

PLURAL_FORMS = {"bm": "nplurals=1; plural=0;", "fr": "nplurals=2; plural=(n > 1);"}
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {}\\n"\n'
REVIEW = "# Back-translation: {}\n# Confidence: high\n"

SCREEN = """
def due(translator, tries):
    translator.t("Next payment: {date}")
    translator.n("One try left", "{n} tries left", tries)
"""

BM_PAYMENT = (
    REVIEW.format("Money will be given {date}") + 'msgid "Next payment: {date}"\nmsgstr "Wari bɛna di {date}"\n'
)
BM_TRIES = (
    REVIEW.format("Its rest remains {n} times")
    + 'msgid "One try left"\nmsgid_plural "{n} tries left"\nmsgstr[0] "A tɔ tora siɲɛ {n}"\n'
)
FR_PAYMENT = 'msgid "Next payment: {date}"\nmsgstr "Prochain paiement : {date}"\n'
FR_TRIES = (
    'msgid "One try left"\nmsgid_plural "{n} tries left"\nmsgstr[0] "Encore un essai"\nmsgstr[1] "Encore {n} essais"\n'
)


class SmallCatalogues:
    """A room that says two texts, and catalogues that begin complete."""

    def __init__(self, folder: Path) -> None:
        self.locales = folder / "locales"
        self.room = folder / "menus"
        self.room.mkdir()
        self.screen(SCREEN)
        self.catalogue("bm", BM_PAYMENT, BM_TRIES)
        self.catalogue("fr", FR_PAYMENT, FR_TRIES)

    def screen(self, source: str) -> None:
        (self.room / "payment.py").write_text(source, "utf-8")

    def catalogue(self, language: str, *entries: str) -> Path:
        path = self.locales / language / "LC_MESSAGES" / "jigi.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join((HEADER.format(PLURAL_FORMS[language]), *entries)), "utf-8")
        return path
