"""Whether words of a programme's own may be sent: what they name, what scams say, the alphabet, and the parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.campaigns.models import CampaignKind
from core.campaigns.steps import CampaignError
from core.platform.settings import Settings
from core.scams.guard import refuse_scams
from core.text.alphabet import Alphabet, alphabet
from core.text.folding import NoRule, fold
from core.text.languages import Language
from core.text.translator import Translator, translator
from core.text.words import COMMAND, DESK, label
from sms.campaigns.drafts import CannotBeWritten
from sms.campaigns.template_samples import Measures, SampleSize, samples
from sms.outbox.composing import SmsRoom, Written
from sms.outbox.contents import Payments
from sms.outbox.payment_texts import payments_said
from sms.outbox.placeholders import PROVEN, RULES, Placeholder, names_in, placeholders_in, sentences_of
from sms.outbox.template_texts import least_said, template_sms, values_of

LONGEST_WORDS: Final = 400
MAY_BE_EMPTY: Final = frozenset({Placeholder.WHOSE, Placeholder.AGENCY, Placeholder.CONTACT, Placeholder.LAST_DAY})
GUARDED: Final[Mapping[Placeholder, str]] = {Placeholder.SUM: "30 000 F CFA", Placeholder.WHOSE: "paiement"}
"""What stands for values before the guard: a sum that is asked for is money that is asked for."""


class NotATemplate(CampaignError):
    """Words that cannot be sent as they are; `in_french` is what the desk says of it."""

    def __init__(self, words: str, in_french: str) -> None:
        super().__init__(words)
        self.in_french = in_french


class WithoutTemplate(CampaignError):
    """The kind of campaign has no words that could be changed."""


class MissingPlaceholder(NotATemplate):
    """What must be said is not named: `missing`."""

    def __init__(self, missing: Sequence[Placeholder]) -> None:
        english = ", ".join(f"{{{each}}} ({label(each, COMMAND)})" for each in missing)
        french = ", ".join(f"{{{each}}} ({label(each, DESK)})" for each in missing)
        super().__init__(f"what must be said is missing: {english}", f"Il manque ce qui doit être dit : {french}.")
        self.missing = missing


class StrangePlaceholder(NotATemplate):
    """Something in braces that this kind does not have: `name`."""

    def __init__(self, name: str, allowed: Sequence[Placeholder]) -> None:
        listed = ", ".join(f"{{{each}}}" for each in allowed)
        super().__init__(
            f"there is no {{{name}}} here: write {listed}",
            f"« {{{name}}} » n'existe pas ici. Ce qui peut être écrit ainsi : {listed}.",
        )
        self.name = name


class MixedSentence(NotATemplate):
    """One sentence names what must be said, and what there may not be: it could not be left out."""

    def __init__(self, needed: Placeholder, empty: Placeholder) -> None:
        super().__init__(
            f"{{{needed}}} and {{{empty}}} stand in one sentence, which is left out where there is no {{{empty}}}",
            f"{{{needed}}} et {{{empty}}} sont dans la même phrase, qui n'est pas dite quand « {label(empty, DESK)} » "
            "manque : faites-en deux phrases.",
        )


class TooManyParts(NotATemplate):
    """With the longest values it takes more parts than there may be; `values` are those values."""

    def __init__(self, parts: int, allowed: int, values: Mapping[Placeholder, str]) -> None:
        listed = ", ".join(f"{{{name}}} = {value}" for name, value in values.items())
        super().__init__(
            f"{parts} parts with the longest values, and {allowed} may be: {listed}",
            f"Avec les valeurs les plus longues, il faut {parts} SMS, et {allowed} est permis : {listed}. "
            "Écrivez plus court.",
        )
        self.values = values


@dataclass(frozen=True, slots=True)
class TriedWords:
    """Words with the values of one size: what is sent, and what of it a number's first message has no room for."""

    size: SampleSize
    sms: Written


def check_words_of(
    kind: CampaignKind, texts: Mapping[str, str], settings: Settings, measured: Measures, today: date
) -> None:
    """Raise for words that cannot be sent, in any language.

    WithoutTemplate, CannotBeWritten, NotASafeText, or a NotATemplate that names what is wrong.
    """
    for language in Language:
        check_one(kind, texts.get(language.value, ""), language, settings, measured, today)


def check_one(
    kind: CampaignKind, words: str, language: Language, settings: Settings, measured: Measures, today: date
) -> None:
    """Raise for words of one language that cannot be sent, as `check_words_of`."""
    if kind not in RULES:
        raise WithoutTemplate(f"a campaign of kind {kind} has no template")
    if not words.strip():
        raise CannotBeWritten("words are needed in every language")
    _check_names(kind, words)
    carried = alphabet(settings.alphabet)
    _check_letters(words, carried)
    refuse_scams(_guarded(words))
    _check_parts(kind, words, translator(language), settings, measured, today)


def tried(
    kind: CampaignKind, words: str, language: Language, settings: Settings, measured: Measures, today: date
) -> Sequence[TriedWords]:
    """Words as phones show them with the values of each size, in a number's later messages."""
    spoken = translator(language)
    room = SmsRoom(settings.sms_payment_parts)
    carried = alphabet(settings.alphabet)
    return [
        TriedWords(size, template_sms({language.value: words}, kind, payments, spoken, today, carried, room))
        for size, payments in samples(kind, measured, spoken, today).items()
    ]


def _check_names(kind: CampaignKind, words: str) -> None:
    rules = RULES[kind]
    allowed = {each.value for each in rules.allowed}
    for name in names_in(words):
        if name not in allowed:
            raise StrangePlaceholder(name, rules.allowed)
    outside = words
    for name in names_in(words):
        outside = outside.replace(f"{{{name}}}", "")
    if "{" in outside or "}" in outside:
        raise StrangePlaceholder("", rules.allowed)
    missing = [each for each in rules.allowed if each in rules.needed - placeholders_in(words)]
    if missing:
        raise MissingPlaceholder(missing)
    empty = MAY_BE_EMPTY - (rules.needed - {Placeholder.WHOSE})
    for sentence in sentences_of(words):
        names = placeholders_in(sentence)
        for needed in [each for each in rules.allowed if each in names & (rules.needed - {Placeholder.WHOSE})]:
            for lacking in [each for each in rules.allowed if each in names & empty]:
                raise MixedSentence(needed, lacking)


def _check_letters(words: str, carried: Alphabet) -> None:
    if carried.name != "gsm7":
        return
    try:
        fold(words)
    except NoRule as error:
        raise CannotBeWritten(str(error)) from error


def _guarded(words: str) -> str:
    """Words as the guard reads them: proven pieces stay in braces, for it passes them."""
    for name in names_in(words):
        placeholder = Placeholder(name)
        if placeholder not in PROVEN:
            words = words.replace(f"{{{name}}}", GUARDED.get(placeholder, "Safo"))
    return words


def _check_parts(
    kind: CampaignKind, words: str, spoken: Translator, settings: Settings, measured: Measures, today: date
) -> None:
    """Raise TooManyParts for words that take more parts than may be, and than the proven text takes for the same."""
    payments = samples(kind, measured, spoken, today)[SampleSize.LONGEST]
    texts = {spoken.language.value: words}
    carried = alphabet(settings.alphabet)
    parts = _parts(least_said(texts, kind, payments, spoken, today), carried)
    proven = _parts(payments_said(kind, payments, spoken, today)[0], carried)
    allowed = max(settings.sms_payment_parts, proven)
    if parts > allowed:
        raise TooManyParts(parts, allowed, _named_values(kind, words, payments, spoken, today))


def _parts(text: str, carried: Alphabet) -> int:
    return carried.segments(carried.prepare(text).strip())


def _named_values(
    kind: CampaignKind, words: str, payments: Payments, spoken: Translator, today: date
) -> Mapping[Placeholder, str]:
    values = values_of(kind, payments, spoken, today)
    return {name: values[name] for name in Placeholder if name in placeholders_in(words) & RULES[kind].needed}
