"""Which words of a programme's own are refused, and what is said of it."""

from collections.abc import Mapping

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.scams.guard import NotASafeText
from core.scams.proven import PIECES
from core.text.languages import Language
from sms.campaigns.drafts import CannotBeWritten
from sms.campaigns.template_checks import (
    MissingPlaceholder,
    MixedSentence,
    StrangePlaceholder,
    TooManyParts,
    WithoutTemplate,
    check_one,
    tried,
)
from sms.campaigns.template_samples import Measures, SampleSize
from sms.outbox.composing import TextPiece
from sms.outbox.placeholders import PROVEN, RULES, Placeholder
from sms.outbox.proven_words import proven_words
from tests.core.seed import TODAY
from tests.sms.campaign_world import FR, SETTINGS

MEASURED = Measures("Safo", "Mairie de Safo", "Mairie de Sere Moussa Ani Samo", "Kafo Jiginew", 24, 100_000)
GOOD = "{pour}. Paiement, {somme} le {jour}, {lieu}."


def check(words: str, kind: Kind = Kind.ANNOUNCE) -> None:
    """Look at French words as they are looked at before they are kept."""
    check_one(kind, words, FR, SETTINGS, MEASURED, TODAY)


@pytest.mark.parametrize(
    "words",
    [
        GOOD,
        f"{GOOD} Apportez votre carte. Dernier jour : {{dernier_jour}}. Agence : {{agence}}.",
        f"{GOOD} {{prudence}} Appelez le {{ligne}}, ou le {{contact}}.",
    ],
)
def test_words_that_say_what_must_be_said_are_good(words: str) -> None:
    check(words)


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ("{pour}. Paiement le {jour}, {lieu}.", "{somme} (la somme)"),
        ("{pour}. Paiement, {somme}, {lieu}.", "{jour} (le jour)"),
        ("{pour}. Paiement, {somme} le {jour}.", "{lieu} (le lieu)"),
        ("Paiement, {somme} le {jour}, {lieu}.", "{pour} (à qui est l'argent"),
    ],
)
def test_a_payment_without_its_day_sum_place_or_owner_is_refused(words: str, missing: str) -> None:
    with pytest.raises(MissingPlaceholder) as refused:
        check(words)
    assert missing in refused.value.in_french


@pytest.mark.parametrize("name", ["nom", "ancien_jour", "0", "", "somme "])
def test_what_the_kind_does_not_have_is_named(name: str) -> None:
    with pytest.raises(StrangePlaceholder) as refused:
        check(f"{GOOD} Le {{{name}}}.")
    assert f"« {{{name}}} » n'existe pas ici" in refused.value.in_french
    assert "{dernier_jour}" in refused.value.in_french


@pytest.mark.parametrize("words", [f"{GOOD} {{", f"{GOOD} }}", "{pour}. {somme le {jour}, {lieu}."])
def test_a_brace_that_is_alone_is_refused(words: str) -> None:
    with pytest.raises((StrangePlaceholder, MissingPlaceholder)):
        check(words)


@pytest.mark.parametrize("empty", ["{agence}", "{dernier_jour}", "{pour}", "{contact}"])
def test_what_must_be_said_stands_in_no_sentence_that_may_be_left_out(empty: str) -> None:
    with pytest.raises(MixedSentence):
        check("{pour}. Paiement, {somme} le {jour}, {lieu}, {empty}.".replace("{empty}", empty))


@pytest.mark.parametrize(
    "words",
    [
        f"{GOOD} Voir bit.ly/x.",
        f"{GOOD} Envoyez votre code secret.",
        f"{GOOD} Envoyez {{somme}} à l'agent.",
        f"{GOOD} Appelez le 76 99 99 99.",
    ],
)
def test_what_scams_say_is_refused(words: str) -> None:
    with pytest.raises(NotASafeText):
        check(words)


@pytest.mark.parametrize("words", ["", "   ", f"{GOOD} Bravo 🎉."])
def test_what_no_phone_can_show_is_refused(words: str) -> None:
    with pytest.raises(CannotBeWritten):
        check(words)


def test_what_takes_too_many_parts_is_refused_with_the_longest_values() -> None:
    with pytest.raises(TooManyParts) as refused:
        check(f"{GOOD} {'Soyez à l’heure, et venez avec un parent. ' * 3}")
    french = refused.value.in_french
    assert "{lieu} = Mairie de Sere Moussa Ani Samo" in french
    assert "{somme} = 100 000 F CFA" in french
    assert "il faut 2 SMS, et 1 est permis" in french


def test_free_words_have_no_template() -> None:
    with pytest.raises(WithoutTemplate):
        check(GOOD, Kind.FREE)


@pytest.mark.parametrize("kind", list(RULES))
@pytest.mark.parametrize("language", list(Language))
def test_the_proven_words_are_good(kind: Kind, language: Language) -> None:
    check_one(kind, proven_words(kind)[language], language, SETTINGS, MEASURED, TODAY)


def texts(words: str) -> Mapping[SampleSize, tuple[str, tuple[TextPiece, ...]]]:
    return {
        each.size: (each.sms.body, each.sms.left_out)
        for each in tried(Kind.ANNOUNCE, words, FR, SETTINGS, MEASURED, TODAY)
    }


def test_a_sentence_is_left_out_where_there_is_nothing_to_fill_it_with() -> None:
    shown = texts(f"{GOOD} Agence : {{agence}}.")
    body, _ = shown[SampleSize.SHORTEST]
    assert body.startswith("Jigisèmèjiri : Paiement, 9 000 F CFA le")
    assert "Agence" not in body


def test_a_sentence_is_left_out_where_there_is_no_room_and_it_is_told() -> None:
    body, left_out = texts(f"{GOOD} Dernier jour : {{dernier_jour}}. {{prudence}}")[SampleSize.LONGEST]
    assert len(body) <= 160
    assert TextPiece.SAFETY in left_out
    assert "Mairie de Sere Moussa Ani Samo" in body


def test_where_what_must_be_said_takes_two_parts_the_second_is_used() -> None:
    long = f"{GOOD} {'Venez avec un parent de votre famille. ' * 3}"
    body, left_out = texts(f"{long} {{prudence}}")[SampleSize.USUAL]
    assert len(body) > 160
    assert "Personne ne doit vous demander" in body
    assert TextPiece.SAFETY not in left_out


def test_what_the_words_do_not_say_follows_where_there_is_room_and_nothing_is_said_twice() -> None:
    body, _ = texts(GOOD)[SampleSize.SHORTEST]
    assert "Apportez votre carte." in body
    twice, _ = texts(f"{GOOD} Apportez votre carte. {{prudence}}")[SampleSize.SHORTEST]
    assert twice.count("Apportez votre carte.") == 1
    assert twice.count("Personne ne doit vous demander") == 1
    assert ".." not in texts(f"{GOOD} {{prudence}}.")[SampleSize.SHORTEST][0]


def test_a_value_is_never_read_as_a_placeholder() -> None:
    strange = Measures("{agence}", "{agence}", "{agence}", "Kafo", 12, 100_000)
    bodies = [each.sms.body for each in tried(Kind.ANNOUNCE, GOOD, FR, SETTINGS, strange, TODAY)]
    assert all("{agence}" in body for body in bodies)


def test_the_proven_pieces_are_those_that_the_guard_knows() -> None:
    assert {each.value for each in PROVEN} == set(PIECES)
    assert {Placeholder(name) for name in PIECES} == PROVEN
