"""Which payment a complaint of the category `payment` is about: what figures by round and agency are made of.

It is the payment that the household answered for, where the complaint came of that answer; else the last one of the
household whose day was not after the complaint, a cancelled one aside. Of others nothing is known.
"""

from typing import Final

from core.grievances.subjects import Category
from core.payments.states import PaymentState

IS_OF_PAYMENT: Final = f"grievance.category = '{Category.PAYMENT}'"
PAYMENT_ID: Final = f"""coalesce(
    (SELECT payment_reply.payment_id FROM payment_reply WHERE payment_reply.grievance_id = grievance.id
        ORDER BY payment_reply.payment_id LIMIT 1),
    (SELECT payment.id FROM payment WHERE payment.household_id = grievance.household_id
        AND payment.state <> '{PaymentState.CANCELLED}'
        AND payment.due_date <= CAST(grievance.received_at AS date)
        ORDER BY payment.due_date DESC, payment.id DESC LIMIT 1))"""  # noqa: S608 - our own words
"""SQL of the payment's id, of a row of `grievance`; NULL where it is not known."""

OF_AGENCY: Final = f"""{IS_OF_PAYMENT} AND (SELECT payment.agency FROM payment WHERE payment.id = {PAYMENT_ID})
    IS NOT DISTINCT FROM CAST(%(agency)s AS text)"""  # noqa: S608
OF_ROUND: Final = f"""{IS_OF_PAYMENT} AND (SELECT payment.round_id FROM payment WHERE payment.id = {PAYMENT_ID})
    IS NOT DISTINCT FROM CAST(%(round)s AS integer)"""  # noqa: S608
"""SQL of those of an agency or a round, NULL where it is not known, as the list is filtered."""
