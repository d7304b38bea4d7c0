"""What a village wrote on its list, on paper or on a telephone, as it is filed.

Who wrote it down is not who complains: of a sensitive one nobody is called or written to unless that was said to be
safe, and a household's own phone is not taken for it, nor where the name is hidden.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from core.grievances.filing import Filing
from core.grievances.subjects import Subcategory, category_of, is_sensitive, keeps_least
from core.grievances.vocabulary import Channel, Sex
from core.registry.search import Hit
from core.text.languages import Language

OLDEST: Final = timedelta(days=366)
"""What was written longer ago is not filed any more."""

NOBODY: Final = frozenset({"anonyme", "anonymous", "x"})
"""What stands on a list for a name that is not told."""


@dataclass(frozen=True, slots=True)
class ListEntry:
    """A grievance on a list; `key` is its own, `day` when it was told in the village, `phone` E.164.

    `call_safe` and `sms_safe` are what the person said of a sensitive one; not said is no.
    """

    key: str
    subcategory: Subcategory
    day: date
    name: str | None
    phone: str | None
    words: str | None
    sex: Sex | None
    language: Language
    village: str | None
    commune_pcode: str | None
    household: Hit | None = None
    anonymous: bool = False
    call_back: bool = False
    call_safe: bool = False
    sms_safe: bool = False

    @property
    def sensitive(self) -> bool:
        """Whether it is for focal persons alone."""
        return is_sensitive(category_of(self.subcategory))

    @property
    def keeps_least(self) -> bool:
        """Whether nothing of it is kept that tells who complained or what was said."""
        return keeps_least(category_of(self.subcategory))


def filing_of(entry: ListEntry, today: date) -> Filing:
    """How an entry is filed `today`."""
    category, household, sensitive = category_of(entry.subcategory), entry.household, entry.sensitive
    unasked = sensitive or entry.anonymous
    own = household.msisdns[0] if household and household.msisdns and not unasked else None
    phone = entry.phone or own
    return Filing(
        key=entry.key,
        msisdn=phone,
        household_id=household.id if household and not entry.keeps_least else None,
        category=category,
        subcategory=entry.subcategory,
        words=entry.words,
        anonymous=entry.anonymous,
        call_back=entry.call_back and phone is not None and (entry.call_safe or not sensitive),
        call_safe=entry.call_safe if sensitive else None,
        sms_safe=entry.sms_safe if sensitive else None,
        language=entry.language,
        channel=Channel.REGISTER,
        name=household.head_name if household else entry.name,
        sex=entry.sex,
        village=entry.village,
        commune_pcode=entry.commune_pcode,
        received_on=entry.day if entry.day != today else None,
    )
