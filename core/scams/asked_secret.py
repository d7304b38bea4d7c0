"""Whether a sentence asks for a secret: a code, a PIN, a password, the number of an account."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from core.scams.asking import (
    BAMBARA_NOT,
    DEMAND,
    HAVING,
    INFINITIVE,
    TO_THE_PERSON,
    Asked,
    asked,
    clause_before,
    clause_behind,
    denied,
    is_a_warning,
)
from core.scams.heard import OWN, Sentence

_NO_SECRET: Final = rf"(?! (?:{OWN}|postal|(?:de (?:la |votre )?|du )(?:plainte|menage|village|commune)))"
_SECRET: Final = re.compile(
    rf"\b(?:(?:code?s?|kodi?s?|kodes?)\b{_NO_SECRET}"
    r"|\w*codesecret\w*|codepin|pins?\b|otp\b|mdp\b|mots? (?:de |2 )?passe\b|motdepasse\b|pass ?(?:word|code)\b"
    r"|(?:numero|chiffre)s? secrets?\b|gundo nimoro\w*|gundo\b|numero (?:de )?(?:compte|carte bancaire)\b"
    r"|rib\b|iban\b|cvv\b)"
)
"""What nobody gives away, as it is heard."""

_GIVE: Final = (
    r"donne[zr]|donne(?= (?:moi|nous|ton|le|la|ta|vite)\b)|di(?:tes|re)|dis(?= (?:moi|nous|ton|le)\b)"
    r"|envoy(?:ez|er)|envoie|renvoy(?:ez|er)|communique[zr]|communique(?= (?:moi|nous|ton|le)\b)"
    r"|transmet(?:s|tez|tre)|indique[zr]|fourni(?:s|ssez|r)|partage[zr]|saisi(?:s|ssez|r)"
    r"|entre[zr]|entre(?= (?:ton|le)\b)|tape[zr]|tape(?= (?:ton|le)\b)|repond(?:s|ez|re)?|confirme[zr]|texte[zr]"
    r"|ecri(?:s|vez|re)|livre[zr]|lis(?:ez)?|montre[zr]|remet(?:s|tez|tre)|valide[zr]|precise[zr]|send|give"
    r"|parvenir|laisse[zr]|apporte[zr]|amene[zr]|munissez|venez avec"
    r"|(?:envoye|done[rz]?|communique|transmet|indique|confirme|tape)(?= (?:votre|ton|vos|nous|moi)\b)"
)
_WANT: Final = (
    r"besoin|nous faut|exige\w*|requis|necessaires?|obligatoires?|demandons|demanderons|reclam\w+|attendons|voulons"
    r"|desirons|souhaitons|quel(?:le)?s? (?:est|sont)|c est quoi|svp|stp|s il (?:vous|te) plait"
)
_ASKING: Final = re.compile(rf"\b(?:(?P<give>{_GIVE})|(?P<want>{_WANT})|(?P<demand>{DEMAND}))(?!\w)")
_SAYING: Final = re.compile(r"\bvous $")
_BUT: Final = re.compile(r"\b(?:qu (?:a|au|aux|en)|que (?:a|au|aux)|sauf|excepte|hormis|uniquement|seulement)\b")
_GIVE_IN_BAMBARA: Final = re.compile(r"\b(?:di|ci|fo|seben|lase|yira|jira|sebenni)\b")
_SEEK_IN_BAMBARA: Final = re.compile(r"\b(?:nyini|nini)\b")
_WILL_IN_BAMBARA: Final = re.compile(r"\b(?:be|bena|b|ka)\b")
_IS_GIVEN: Final = re.compile(r"\b(?:be|bena|b|tun be) $")
_SHORT: Final = 4
_NEAR: Final = 5


@dataclass(frozen=True, slots=True)
class _Verb:
    start: int
    end: int
    denied: bool


def secret_asked(sentence: Sentence) -> Asked | None:
    """Where a sentence asks for a secret."""
    verbs = list(_verbs(sentence))
    for secret in _SECRET.finditer(sentence.plain):
        verb = _nearest(verbs, secret.start())
        if verb is not None and (not verb.denied or _BUT.search(sentence.plain, secret.end())):
            return asked(sentence, min(verb.start, secret.start()), max(verb.end, secret.end()))
        if verb is None and (_is_asked_in_bambara(sentence.plain, secret) or _is_bare(sentence)):
            return asked(sentence, *secret.span())
    return None


def _nearest(verbs: Sequence[_Verb], at: int) -> _Verb | None:
    """The verb that a thing is asked by: the last before it, else the first behind."""
    before = [verb for verb in verbs if verb.start < at]
    return before[-1] if before else next(iter(verbs), None)


def _verbs(sentence: Sentence) -> Iterator[_Verb]:
    for verb in _ASKING.finditer(sentence.plain):
        before = sentence.plain[: verb.start()]
        if verb["demand"] and is_a_warning(sentence, before):
            continue
        if verb["give"] and _says_something_else(verb[0].split()[0], before):
            continue
        yield _Verb(verb.start(), verb.end(), denied(before))


def _says_something_else(word: str, before: str) -> bool:
    """Whether it is given to the person, was done, or is what the person says."""
    if INFINITIVE.search(word) and TO_THE_PERSON.search(before):
        return True
    return bool(HAVING.search(before)) or (word == "dites" and bool(_SAYING.search(before)))


def _is_bare(sentence: Sentence) -> bool:
    """Whether a few words are a question for it: `PIN ?`, `Votre code ?`."""
    words = sentence.plain.split()
    of_the_person = bool({"votre", "ton", "vos"} & set(words))
    return sentence.asks and (len(words) == 1 or (len(words) <= _SHORT and of_the_person))


def _is_asked_in_bambara(plain: str, secret: re.Match[str]) -> bool:
    """Whether a secret is to be given, said or written, or is sought, in words of Bambara."""
    before = clause_before(plain, secret.start())
    if BAMBARA_NOT.search(before):
        return False
    behind = " ".join(clause_behind(plain, secret.end()).split()[:_NEAR])
    given = _GIVE_IN_BAMBARA.search(behind)
    if given:
        between = behind[: given.start()]
        return not (_IS_GIVEN.search(between) or BAMBARA_NOT.search(between))
    return bool(_SEEK_IN_BAMBARA.search(behind) and _WILL_IN_BAMBARA.search(before))
