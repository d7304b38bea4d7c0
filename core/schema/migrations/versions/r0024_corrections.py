"""Corrections made at the desk are kept apart from what lists say, until a list says the same.

The desk reads and makes those of the households that it sees; imports close them, and meet them as conflicts.
"""

from alembic import op

from core.schema.migrations.versions import r0018_limited_time, r0019_person, r0022_sms_by_place
from core.schema.migrations.versions.r0017_roles import DESK, OF_A_HOUSEHOLD, WORKER

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLE = f"""
CREATE TABLE correction (
    id bigserial NOT NULL,
    household_id integer NOT NULL,
    field varchar(20) NOT NULL,
    before varchar,
    value varchar,
    reason varchar NOT NULL,
    state varchar(20) NOT NULL,
    made_by integer NOT NULL,
    made_at timestamptz NOT NULL,
    approved_by integer,
    ended_by integer,
    ended_at timestamptz,
    list_value varchar,
    list_day date,
    met_at timestamptz,
    CONSTRAINT pk_correction PRIMARY KEY (id),
    CONSTRAINT ck_correction_field CHECK (field IN ('phone', 'alt_phone', 'language', 'head_name', 'village')),
    CONSTRAINT ck_correction_state CHECK (state IN (
        'proposed', 'stands', 'confirmed', 'overruled', 'replaced', 'refused')),
    CONSTRAINT fk_correction_household_id FOREIGN KEY (household_id) REFERENCES household (id) ON DELETE CASCADE,
    CONSTRAINT fk_correction_made_by FOREIGN KEY (made_by) REFERENCES agent (id),
    CONSTRAINT fk_correction_approved_by FOREIGN KEY (approved_by) REFERENCES agent (id),
    CONSTRAINT fk_correction_ended_by FOREIGN KEY (ended_by) REFERENCES agent (id)
);
CREATE INDEX ix_correction_household_id ON correction (household_id);
CREATE UNIQUE INDEX uq_correction_standing ON correction (household_id, field) WHERE state = 'stands';
CREATE UNIQUE INDEX uq_correction_proposed ON correction (household_id, field) WHERE state = 'proposed';
ALTER TABLE correction ENABLE ROW LEVEL SECURITY;
CREATE POLICY correction_desk ON correction TO {DESK} USING ({OF_A_HOUSEHOLD}) WITH CHECK ({OF_A_HOUSEHOLD});
CREATE POLICY correction_tasks ON correction TO {WORKER} USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON correction TO {DESK};
GRANT SELECT, UPDATE ON correction TO {WORKER};
GRANT USAGE ON SEQUENCE correction_id_seq TO {DESK}
"""

FORGET = r0018_limited_time.FORGET
FORGET_HOUSEHOLDS = FORGET[
    FORGET.index("CREATE FUNCTION forget_households") : FORGET.index("CREATE FUNCTION forget_readings")
].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
OF_HOUSEHOLDS = "DELETE FROM phone_claim WHERE household_id = ANY(ids);"
CORRECTIONS = "DELETE FROM correction WHERE household_id = ANY(ids);"

PERSON = r0019_person.PERSON
PERSON_HELD = PERSON[: PERSON.index("CREATE FUNCTION person_erase")].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
NOTES_END = "END $$;"
HELD = """
    RETURN QUERY SELECT 'correction', to_jsonb(t) - ARRAY['id', 'household_id', 'made_by', 'approved_by', 'ended_by']
        || jsonb_build_object('household_no', household_no)
        FROM correction AS t JOIN household ON household.id = household_id
        WHERE household_id = own OR caller IN (t.value, t.before, t.list_value);
END $$;"""
PERSON_ERASE = r0022_sms_by_place.PERSON_ERASE.replace(r0022_sms_by_place.STAYED, r0022_sms_by_place.OLD_TRIES)
OF_PHONE = "        DELETE FROM inbound_sms WHERE msisdn = caller;"
ERASED = f"""
        DELETE FROM correction WHERE caller IN (value, before, list_value) AND state NOT IN ('proposed', 'stands');
        GET DIAGNOSTICS gone = ROW_COUNT;
        RETURN QUERY SELECT 'correction', gone, CAST(count(*) AS integer) FROM correction
            WHERE caller IN (value, before, list_value);
{OF_PHONE}"""  # noqa: S608 - our own words


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(FORGET_HOUSEHOLDS.replace(OF_HOUSEHOLDS, f"{OF_HOUSEHOLDS}\n    {CORRECTIONS}"))
    op.execute(PERSON_HELD.replace(NOTES_END, HELD))
    op.execute(PERSON_ERASE.replace(OF_PHONE, ERASED))


def downgrade() -> None:
    op.execute(FORGET_HOUSEHOLDS)
    op.execute(PERSON_HELD)
    op.execute(PERSON_ERASE)
    op.execute("DROP TABLE correction")
