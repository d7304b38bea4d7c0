"""A household has two numbers: that of the programme's own system, kept as it is, and ours, which a phone can type.

`programme_no` is as it was written and `programme_key` the form in which its spellings meet. Without them the two
numbers are one, as they were until now: no row is written anew, and the version before this one goes on adding its own.
"""

from alembic import op

from core.schema.migrations.versions.r0018_limited_time import SAFE_PATH
from core.schema.migrations.versions.r0025_import_runs import FORGET, HELD_TOO

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE household ADD COLUMN programme_no varchar, ADD COLUMN programme_key varchar;
CREATE UNIQUE INDEX uq_household_programme_key
    ON household ((CASE WHEN programme_key IS NULL THEN household_no ELSE programme_key END));
CREATE INDEX ix_household_given ON household (household_no) WHERE programme_key IS NOT NULL;
CREATE INDEX ix_household_digits ON household (length(programme_key)) WHERE programme_key ~ '^[0-9]+$';
"""
"""CASE, and not coalesce: what the desk sees is found by this index only through what surely gives nothing away."""

QUASIGROUP = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
"""Damm's table of order 10 (H. M. Damm, 2004), as `core.numbers.identifiers` has it of python-stdnum."""


def interim(digits: str, count: int) -> str:
    """SQL of the digit that the table leads to, over the first digits of a text."""
    table = "".join(f"{int(digit):02x}" for row in QUASIGROUP for digit in row)
    digit = "0"
    for at in range(1, count + 1):
        digit = f"get_byte('\\x{table}'::bytea, 10 * {digit} + ascii(substr({digits}, {at}, 1)) - 48)"
    return digit


NUMBERS = f"""
CREATE FUNCTION is_household_no(number text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN number ~ '^[0-9]{{8}}$' THEN {interim("number", 8)} = 0 ELSE false END;
CREATE FUNCTION household_no_of(serial integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN lpad(CAST(serial AS text), 7, '0') || {interim("lpad(CAST(serial AS text), 7, '0')", 7)};
"""

OF_PERSON = f"""
CREATE FUNCTION person_numbers(number text) RETURNS SETOF text LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH}
AS $$
BEGIN
    PERFORM must_answer_for_persons();
    RETURN QUERY SELECT CAST(household_no AS text) FROM household WHERE household_no = number
        OR CASE WHEN programme_key IS NULL THEN household_no ELSE programme_key END = number ORDER BY household_no;
END $$;
REVOKE ALL ON FUNCTION person_numbers(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION person_numbers(text) TO jigi_desk;
"""  # noqa: S608
"""Our numbers of the households that either number is of: administrators, who answer for them, see no household."""

HOUSEHOLD = "to_jsonb(t) - 'id' - 'search' - 'village_search' FROM household"
BOTH = """to_jsonb(t) - 'id' - 'search' - 'village_search' - 'programme_key'
        || jsonb_build_object('programme_no', coalesce(programme_no, household_no)) FROM household"""
FORGOTTEN = "household_no = 'x' || id, head_name"


def upgrade() -> None:
    op.execute(COLUMNS)
    op.execute(NUMBERS)
    op.execute(OF_PERSON)
    op.execute(HELD_TOO.replace(HOUSEHOLD, BOTH))
    op.execute(FORGET.replace(FORGOTTEN, f"programme_no = NULL, programme_key = NULL, {FORGOTTEN}"))


def downgrade() -> None:
    op.execute(FORGET)
    op.execute(HELD_TOO)
    op.execute(
        """
        DROP FUNCTION person_numbers(text);
        DROP FUNCTION household_no_of(integer);
        DROP FUNCTION is_household_no(text);
        ALTER TABLE household DROP COLUMN programme_no, DROP COLUMN programme_key;
        """
    )
