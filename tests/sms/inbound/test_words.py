"""Messages as people write them, and what each is read as."""

import unicodedata
from collections.abc import Iterator
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.numbers.identifiers import is_reference
from core.outbox.messages import Intent
from core.text.folding import NoRule, fold, fold_away
from core.text.languages import Language
from sms.inbound.words import Words, is_machine, read

PAYMENT, STATUS, HELP = Intent.PAYMENT, Intent.STATUS, Intent.HELP
STOP, START, UNKNOWN, MACHINE = Intent.STOP, Intent.START, Intent.UNKNOWN, Intent.MACHINE
FR, BM = Language("fr"), Language("bm")

REFERENCE = "5724577"
SLIPPED = "5724571"

PAYMENTS = [
    ("one word", "paiement", FR),
    ("the other spelling, in capitals", "PAYEMENT ?", FR),
    ("a missing letter", "paiment", FR),
    ("as it sounds", "payeman", FR),
    ("an article left hanging", "largent", FR),
    ("a sentence", "Bonjour, je veux la date de mon argent svp", FR),
    ("the day of the money", "wari don", BM),
    ("the whole expression", "Wari dili don", BM),
    ("spelt the French way", "Ouari don joumɛn", BM),
    ("a sentence in Bambara", "N ma wari sɔrɔ", BM),
    ("both languages", "date wari", None),
    ("getting money is no SMS", "recevoir mon argent", FR),
    ("following a payment is no grievance", "suivi paiement", FR),
    ("a payment with a number is still a payment", f"paiement {REFERENCE}", FR),
    ("information about a payment", "info date paiement", FR),
    ("no more money by SMS is no stop", "je ne veux plus recevoir mon argent par sms", FR),
    ("send the money, not later", "ne m'envoyez plus mon argent en retard", FR),
    ("the money is not sent, in Bambara", "wari kana ci tugun", BM),
    ("stopped money, in a sentence", "pourquoi vous avez stoppé mon argent", FR),
]

STATUSES = [
    ("a bare reference", REFERENCE, Words(STATUS, REFERENCE)),
    ("with spaces", "57 24 577", Words(STATUS, REFERENCE)),
    ("over two lines", "572\n45  77", Words(STATUS, REFERENCE)),
    ("with dots and dashes", "572.45-77.", Words(STATUS, REFERENCE)),
    ("each digit apart", "5 7 2 4 5 7 7", Words(STATUS, REFERENCE)),
    ("the word before", f"plainte {REFERENCE}", Words(STATUS, REFERENCE, language=FR)),
    ("the word after", f"{REFERENCE} statut", Words(STATUS, REFERENCE, language=FR)),
    ("the word glued to it", f"Plainte{REFERENCE}", Words(STATUS, REFERENCE, language=FR)),
    ("in Bambara", f"N ka damakasi {REFERENCE} lajɛ", Words(STATUS, REFERENCE, language=BM)),
    ("an s too many", f"damakassi {REFERENCE}", Words(STATUS, REFERENCE, language=BM)),
    ("two letters swapped", f"damaksai {REFERENCE}", Words(STATUS, REFERENCE, language=BM)),
    ("in a sentence", f"Bonjour, mon numéro est le {REFERENCE}", Words(STATUS, REFERENCE)),
    ("another number before it", f"le 12 05 {REFERENCE}", Words(STATUS, REFERENCE)),
    ("beside a telephone", f"plainte {REFERENCE}\n76 12 34 56", Words(STATUS, REFERENCE, language=FR)),
    ("a grievance about money", f"plainte argent {REFERENCE}", Words(STATUS, REFERENCE, language=FR)),
    ("a grievance about money, without its number", "damakasi wari", Words(STATUS, language=BM)),
    ("following a payment by a reference", f"suivi paiement {REFERENCE}", Words(STATUS, REFERENCE, language=FR)),
    ("the word alone", "Suivi", Words(STATUS, language=FR)),
    ("the answer, in Bambara", "diabi", Words(STATUS, language=BM)),
    ("to make one", "Damakasi kɛ", Words(STATUS, language=BM)),
    ("reopening is no START", "damakasi daminɛ kokura", Words(STATUS, language=BM)),
    ("a wrong digit", SLIPPED, Words(STATUS, mistyped=SLIPPED)),
    ("a wrong digit, spaced", "N° 572 45 71", Words(STATUS, mistyped=SLIPPED)),
    ("a wrong digit beside the word", f"plainte {SLIPPED}", Words(STATUS, mistyped=SLIPPED, language=FR)),
    ("no reference begins with 0", "0724577", Words(STATUS, mistyped="0724577")),
    ("a digit missing beside the word", "plainte 572457", Words(STATUS, mistyped="572457", language=FR)),
    ("a digit too many beside the word", "plainte 57245772", Words(STATUS, mistyped="57245772", language=FR)),
    ("the right one beside a wrong one", f"{SLIPPED} {REFERENCE}", Words(STATUS, REFERENCE)),
    ("a telephone is no slip", "plainte 76123456", Words(STATUS, language=FR)),
    ("a household number is no slip", "plainte 12345671", Words(STATUS, language=FR)),
]

HELPS = [
    ("more information", "je veux plus d'informations", FR),
    ("more information, sent", "envoyez moi plus d'informations", FR),
    ("a word of all languages", "info", None),
    ("English of telephones", "HELP", None),
    ("French", "Aide moi svp", FR),
    ("Bambara, official", "dɛmɛ", BM),
    ("Bambara, older", "dèmè", BM),
    ("Bambara with a Greek letter", "dεmε", BM),
    ("Bambara with no accents", "DEME", BM),
    ("how to stop", "aide pour arrêter les sms", FR),
    ("a question", "N bɛ ɲininkali kɛ", BM),
    ("gn for ɲ", "gnininkali", BM),
]

STOPS = [
    ("alone", "STOP", None),
    ("with a full stop", "Stop.", None),
    ("twice the letter", "Stopp", None),
    ("spelt out", "S T O P", None),
    ("dotted", "s.t.o.p", None),
    ("in two", "st op", None),
    ("a zero for the O", "ST0P", None),
    ("with a hand", "stop 🙏🏿", None),
    ("between stars", "*STOP*", None),
    ("with a number", "STOP 36000", None),
    ("politely", "stop svp", None),
    ("very politely", "Bonjour, s'il vous plaît stop", None),
    ("glued", "STOPSMS", None),
    ("what to stop", "Stopper les SMS", FR),
    ("what to stop may be infos", "stop les infos", None),
    ("the first word of many", "Stop je ne veux plus rien de vous", None),
    ("a noun", "arrêt", FR),
    ("no accent", "ARRET SMS", FR),
    ("an imperative", "arretez", FR),
    ("as one says it", "J'arrête les SMS", FR),
    ("a letter missing", "désaboner", FR),
    ("two letters swapped", "arrteer", FR),
    ("stopping to get", "arrêter de recevoir les SMS", FR),
    ("Bambara", "dabila", BM),
    ("as the menu says it", "SMS dabila", BM),
    ("as the menu says cancel", "A dabila", BM),
    ("in the two words it is made of", "SMS da bila", BM),
    ("a letter wrong", "dabilo", BM),
    ("suspend", "SMS lajɔ", BM),
    ("stop getting", "SMS sɔrɔ dabila", BM),
    ("with thanks", "Aw ni ce. SMS dabila, hakɛto", BM),
    ("the programme called by its name", "Jigisɛmɛjiri: stop", None),
]

POLITE_STOPS = [
    ("I want no more", "je ne veux plus de sms", FR),
    ("without an apostrophe", "je veux pas de vos sms", FR),
    ("very politely", "Bonjour, je ne voudrais plus recevoir vos messages, merci", FR),
    ("we wish", "Nous ne voulons plus vos SMS svp", FR),
    ("send no more", "ne m'envoyez plus de SMS", FR),
    ("send no more, with nothing", "ne m'envoyez plus", FR),
    ("send no more, no accents or signs", "ne menvoyez plus de message", FR),
    ("never send", "n'envoyez jamais de textos svp", FR),
    ("an infinitive", "Ne plus m'envoyer de messages SVP", FR),
    ("get no more", "ne plus recevoir sms", FR),
    ("I do not need them", "je n'ai pas besoin de vos sms", FR),
    ("send no more, in Bambara", "kana ci tugun", BM),
    ("send me no SMS", "Aw kana SMS ci n ma tugun", BM),
    ("send no letters", "kana bataki ci n ma", BM),
    ("send no information", "kana kunnafoni ci n ma tugun", BM),
    ("I do not want SMS", "N tɛ SMS fɛ", BM),
    ("older spelling, no accents", "haketo n te sms fe tugun", BM),
]

ASKED_BACK = [
    ("more of them, or no more", "je veux plus de sms", FR),
    ("more of them, or no more, sent", "envoyez moi plus de messages", FR),
    ("too many", "trop de sms", FR),
    ("they disturb", "vos messages me dérangent", FR),
]

STARTS = [
    ("alone", "START", None),
    ("spelt out", "s t a r t", None),
    ("take up again", "reprendre", FR),
    ("a letter missing", "reprendr les sms", FR),
    ("get", "recevoir", FR),
    ("get, as it sounds", "resevoir les SMS", FR),
    ("subscribe again", "réabonner", FR),
    ("begin", "daminɛ", BM),
    ("begin again", "a damine kokura", BM),
    ("as the menu says it", "SMS sɔrɔ", BM),
    ("with no accents", "sms soro", BM),
]

UNKNOWNS = [
    ("nothing", "", None),
    ("spaces", " \t\r\n ", None),
    ("signs", "?!… :)", None),
    ("emoji", "😀👍🏿", None),
    ("controls", "\x00\x1b\x7f", None),
    ("half a character", "\ud83d", None),
    ("another script", "قف стоп 停止", None),
    ("thanks", "merci", None),
    ("yes", "awɔ", None),
    ("a number too short", "572457", None),
    ("a telephone", "76 12 34 56", None),
    ("seven digits that are money", "je dois 5724571 francs", None),
    ("do not stop", "ne pas stopper", FR),
    ("do not stop, elided", "N’arrêtez pas !", FR),
    ("do not stop, as one says it", "arrêtez pas", FR),
    ("stop nothing", "n'arrêtez rien", FR),
    ("do not stop, in Bambara", "SMS kana dabila", BM),
    ("it does not stop", "SMS tɛ dabila", BM),
    ("it does not stop, elided", "a t'a dabila", BM),
    ("have they stopped?", "SMS dabila wa", BM),
    ("why", "pourquoi stop ?", None),
    ("how", "comment stopper", FR),
    ("a story that speaks of it", "le bus a fait un stop chez nous hier", None),
    ("stopped money", "stop paiement", FR),
    ("a thief", "Arrêtez le voleur", FR),
    ("a theft", "STOP on m'a volé", None),
    ("stop those who cheat", "stop arnaque", None),
    ("a stolen telephone", "on m'a volé mon téléphone, ne m'envoyez plus de sms", None),
    ("a theft, in Bambara", "SMS dabila, n ka telefɔni sonyana", BM),
    ("nothing comes any more", "vous ne m'envoyez plus de sms", None),
    ("nothing comes in", "je ne reçois plus de sms", None),
    ("I cannot get any more", "je ne peux plus recevoir de sms", FR),
    ("why not", "pourquoi vous n'envoyez plus de sms", None),
    ("wanting nothing more is about nothing", "je ne veux plus", None),
    ("I do not get SMS, in Bambara", "n tɛ SMS sɔrɔ", BM),
    ("stopped money or stopped SMS?", "arrêt paiement", FR),
    ("stopped help or stopped SMS?", "dɛmɛ dabila", BM),
    ("both at once", "stop start", None),
    ("get no more and stop", "recevoir plus sms arrêtez tout", FR),
    ("an agent is no argent", "agent", None),
    ("urgent is no argent", "urgent", None),
    ("a plant is no plainte", "plante", None),
    ("a woman's name", "Nabila", None),
    ("an article left hanging may be anything", "jarrete", None),
    ("a slip between two keywords", "deabonner", None),
    ("a slip in a short word", "stpo", None),
    ("to get anything", "sɔrɔ", None),
]


@pytest.mark.parametrize(
    ("text", "intent", "language"),
    [
        pytest.param(text, intent, language, id=f"{intent}: {label}")
        for intent, examples in (
            (PAYMENT, PAYMENTS),
            (HELP, HELPS),
            (STOP, STOPS),
            (STOP, POLITE_STOPS),
            (Intent.MAY_STOP, ASKED_BACK),
            (START, STARTS),
            (UNKNOWN, UNKNOWNS),
        )
        for label, text, language in examples
    ],
)
def test_what_a_message_asks_for_and_in_which_language(text: str, intent: Intent, language: Language | None) -> None:
    assert read(text) == Words(intent, language=language)


@pytest.mark.parametrize(("text", "words"), [pytest.param(text, words, id=label) for label, text, words in STATUSES])
def test_a_grievance_is_followed_by_its_reference(text: str, words: Words) -> None:
    assert read(text) == words


def test_only_the_first_300_characters_count() -> None:
    assert read("STOP " + "x" * 10_000).intent is STOP
    assert read("x " * 150 + "wari").intent is UNKNOWN
    assert read("x " * 148 + "wari").intent is PAYMENT


MACHINE_TEXTS = [
    ("our own", "Jigisèmèjiri : 30 000 F CFA le lundi 23 novembre, Safo. Apportez votre carte."),
    ("our own, folded", "Jigisèmèjiri: wari bèna di ntènèndon. Aw ye sèbèn ta ka na."),
    ("our own, answered", "RE: « Jigisɛmɛjiri: an ma a faamu. Aw ye *384# wele. »"),
    ("the shortest of our own", "Jigisèmèjiri : 5724577. Appelez le *384#."),
    ("an answering machine", "Réponse automatique : je suis absent jusqu'à lundi."),
    ("an English one", "[Auto-Reply] I'm driving, call later"),
    ("not delivered", "Votre message n’a pas pu être envoyé."),
    ("delivered", "Votre message a bien été délivré au 76123456"),
    ("a report of the network", "id:12345 sub:001 dlvrd:001 stat:DELIVRD err:000 text:STOP"),
    ("no answer wanted", "Merci de ne pas répondre à ce message"),
]


@pytest.mark.parametrize("text", [pytest.param(text, id=label) for label, text in MACHINE_TEXTS])
def test_what_no_person_wrote_is_left_unanswered(text: str) -> None:
    assert read(text) == Words(MACHINE)
    assert is_machine("+22376123456", text)


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "Jigisèmèjiri : stop",
        "Jigisèmèjiri, date de mon paiement svp",
        "on ne m'a pas remis mon argent",
        "",
        "😀",
    ],
)
def test_a_person_is_answered(text: str) -> None:
    assert not is_machine("+22376123456", text)


@pytest.mark.parametrize(
    ("label", "sender", "machine"),
    [
        ("a mobile of Mali", "+22376123456", False),
        ("without its prefix", "76 12 34 56", False),
        ("a neighbour's mobile", "+2250707123456", False),
        ("a name", "Orange", True),
        ("a name with a number", "Moov223", True),
        ("a short code", "36000", True),
        ("a range that nobody here knows", "+22341234567", False),
        ("a fixed line", "+22320221615", True),
        ("a toll-free line", "+22380001122", True),
        ("nothing", "", True),
        ("a very long number", "+" + "2" * 10_000, True),
    ],
)
def test_a_sender_that_is_no_telephone_is_a_machine(label: str, sender: str, machine: bool) -> None:
    assert is_machine(sender, "STOP") is machine, label


EXAMPLES = [
    *(
        text
        for examples in (PAYMENTS, HELPS, STOPS, POLITE_STOPS, ASKED_BACK, STARTS, UNKNOWNS)
        for _, text, _ in examples
    ),
    *(text for _, text, _ in STATUSES),
    *(text for _, text in MACHINE_TEXTS),
]
FOLDED_LETTERS = {"ɛ": "e", "ε": "e", "ɔ": "o", "ɲ": "ny", "ŋ": "ng"}
SPOKEN = sorted({word for text in EXAMPLES for word in text.split()})
TYPED = st.lists(st.sampled_from(SPOKEN), max_size=8).map(" ".join) | st.text(
    "abdeimnoprstw éèêɛɔɲŋεàç’'.,!?-0124578", max_size=40
)
"""Words of the examples in any order, and letters of both languages."""


def has_folding(text: str) -> bool:
    try:
        fold(text)
    except NoRule:
        return False
    return True


@given(st.text(max_size=10_000) | st.text(st.characters(codec=None), max_size=400), st.text(max_size=40))
def test_anything_can_come_in(text: str, sender: str) -> None:
    words = read(text)
    assert words.intent is STATUS or (words.reference, words.mistyped) == ("", "")
    assert not words.reference or is_reference(words.reference)
    assert not words.mistyped or (words.mistyped.isdecimal() and not is_reference(words.mistyped))
    is_machine(sender, text)


@given(TYPED)
def test_capitals_do_not_matter(text: str) -> None:
    assert read(text.upper()) == read(text.lower()) == read(text)


@given(TYPED)
def test_accents_do_not_matter(text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    bare = "".join(FOLDED_LETTERS.get(letter, letter) for letter in apart if not unicodedata.combining(letter))
    assert read(bare) == read(apart) == read(text)


@given(
    TYPED,
    st.text('.,;!?*"«»()-… 😀\n', max_size=5),
    st.text('.,;!?*"«»()-… 😀\n', max_size=5),
)
def test_signs_around_do_not_matter(text: str, before: str, after: str) -> None:
    assert read(before + text + after) == read(text)


@given(TYPED, st.sampled_from(["  ", "\n", "\t", " \u00a0", "\u202f"]))
def test_the_kind_of_space_does_not_matter(text: str, space: str) -> None:
    assert read(text.replace(" ", space)) == read(text)


@given(TYPED.filter(has_folding))
def test_a_text_that_travelled_in_gsm7_is_read_the_same(text: str) -> None:
    assert read(fold_away(text)) == read(text)


def slips(word: str) -> Iterator[str]:
    """The word with one letter wrong, surplus or missing, or two neighbours swapped."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
        for letter in ascii_lowercase:
            yield before + letter + after
            yield before + letter + after[1:]


@pytest.mark.parametrize(
    ("word", "intent"),
    [
        ("paiement", PAYMENT),
        ("damakasi", STATUS),
        ("réclamation", STATUS),
        ("kunnafoni", HELP),
        ("informations", HELP),
    ],
)
def test_one_slip_in_a_long_word_is_understood(word: str, intent: Intent) -> None:
    bare = unicodedata.normalize("NFD", word).replace("\u0301", "")
    assert {read(slip).intent for slip in slips(bare)} == {intent}


@pytest.mark.parametrize(
    ("word", "in_doubt"),
    [
        ("dabila", {"dalila"}),
        ("desabonner", {"deabonner"}),
        ("stopper", set()),
        ("arreter", set()),
        ("reprendre", set()),
        ("recevoir", set()),
    ],
)
def test_one_slip_after_the_first_letter_stops_or_starts_all_the_same(word: str, in_doubt: set[str]) -> None:
    asked = read(word).intent
    readings = {word[0] + slip: read(word[0] + slip).intent for slip in slips(word[1:])}
    assert {slip for slip, intent in readings.items() if intent is not asked} == in_doubt
    assert {readings[slip] for slip in in_doubt} <= {UNKNOWN}


@pytest.mark.parametrize(
    ("words", "contrary"),
    [
        ("stop stopsms arret arrete arretez arreter stopper stoppez desabonner desabonnement dabila lajo", START),
        ("start reprendre reprenez recommencer recevoir reabonner abonner damine", STOP),
    ],
)
def test_no_slip_turns_a_word_into_its_contrary(words: str, contrary: Intent) -> None:
    assert not [slip for word in words.split() for slip in slips(word) if read(slip).intent is contrary]
