"""The two numbers of a household: that of the programme's own system, and ours, which a phone can type.

The programme's is any text of up to 40 characters, kept as it is. Where it is 8 digits with our check digit, and free,
it is ours too; else we give one. Either finds the household everywhere. Where one household's own number is the other
number of another, files and lists mean whose own it is, the line whose phone number it is, and the desk shows both.
"""

from typing import Final

FIRST_GIVEN: Final = 3_000_000
"""The serial of the first number that we give: it begins with 3, as no telephone number of Mali does."""

LAST_GIVEN: Final = 8_999_999
"""Beyond are those of demonstrations."""


def key_sql(table: str = "household") -> str:
    """SQL of the programme's own number of a household, in the form in which its spellings meet (`number_key`)."""
    return f"CASE WHEN {table}.programme_key IS NULL THEN {table}.household_no ELSE {table}.programme_key END"


NOT_FORGOTTEN: Final = "household.household_no <> 'x' || household.id"
"""SQL that a household was not made nameless (migration 0018)."""

PROGRAMME_NO: Final = "coalesce(household.programme_no, household.household_no) AS programme_no"
"""SQL of the programme's own number as it was written."""

NUMBERED: Final = f"({key_sql()} = %(number)s OR household.household_no = %(number)s)"
"""SQL that a household has this number (a `number_key`), its own or ours."""

OWN_FIRST: Final = f"{key_sql()} <> %(number)s"
"""SQL to order by: whose own number it is comes first."""
