"""The two languages of the line."""

from enum import StrEnum


class Language(StrEnum):
    """A language a person can choose, by its ISO 639-1 code."""

    BM = "bm"
    FR = "fr"
