"""The advisory locks of the database, all keys in one place so that no two mean different things.

A lock by key is held by the whole programme; one by name is held for one number or household.
"""

from enum import IntEnum, unique
from typing import Final


@unique
class Lock(IntEnum):
    """The keys of locks that only one transaction, or one session, holds at a time."""

    MIGRATION = 7_101_010
    """One process brings the tables to the newest version."""
    IMPORT = 7_451_902
    """One file is imported at a time, to its end."""
    AUDIT = 7_551_904
    """One entry of the audit trail at a time: each seals the one before (a trigger of migration 0004 takes it)."""
    PLAN = 7_551_902
    """A plan of a campaign holds it to its end, so that two plans do not tell the same twice."""
    PLAN_OF_ONE = 7_551_905
    """The first of two keys that a plan made apart from whoever asked holds; the second is the campaign's number."""

    SIGN_IN = 7_551_906
    """One try to sign in is counted at a time, so that many at once are each seen by the next."""

    USSD_BINDS = 7_551_907
    """One process at a time holds the binds that USSD comes by."""

    BATCH = 7_551_908
    """One batch that another system pushed is worked on at a time, in the order they came."""

    DEPARTURE = 7_551_903
    """One request of SMS departs at a time, so that of two each sees the other or is judged again."""


def by_name(prefix: str, parameter: str) -> str:
    """SQL that waits for the lock of one thing, e.g. of the number in `%(msisdn)s`, to the end of the transaction."""
    return f"pg_advisory_xact_lock(hashtextextended('{prefix} ' || CAST(%({parameter})s AS text), 0))"


WAIT: Final = "SELECT pg_advisory_xact_lock(%(lock)s)"
"""SQL that waits for the lock of a key, to the end of the transaction."""
