"""Which payment a complaint of the category `payment` is about: what figures by round and agency are made of.

It is the payment that the household answered for, where the complaint came of that answer; else the last one of the
household whose day was not after the complaint, a cancelled one aside. Of others nothing is known, and nothing of a
household that whoever asks does not see. The rule is the database's own function `payments_complained_of`, which has
a row for each such complaint of some days (`docs/decisions/0033-figures-at-a-moment.md`).
"""

from typing import Final

COMPLAINED_OF: Final = """payments_complained_of(
    CAST(CAST(%(since)s AS date) AS timestamptz), CAST(CAST(%(until)s AS date) AS timestamptz))"""
"""SQL of the complaints of a payment by `grievance_id`, with its `agency` and `round_id`; the day `until` is out."""

OF_AGENCY: Final = f"""grievance.id IN (SELECT grievance_id FROM {COMPLAINED_OF}
    WHERE agency IS NOT DISTINCT FROM CAST(%(agency)s AS text))"""  # noqa: S608 - our own words
OF_ROUND: Final = f"""grievance.id IN (SELECT grievance_id FROM {COMPLAINED_OF}
    WHERE round_id IS NOT DISTINCT FROM CAST(%(round)s AS integer))"""  # noqa: S608
"""SQL of those of an agency or a round, NULL where it is not known, as the list is filtered."""
