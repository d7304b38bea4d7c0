"""Keys of other systems, and the database role by which they read: what a key may, where it may, and no more.

The database itself knows a key and seals a claim for its holder; policies ask the claim, and whether the key is still
alive. Nothing sensitive, no name, no number and no word of anybody is in the columns that the role reads, but for the
values of corrections; words of complaints are given out by a function that asks for the scope.
"""

from collections.abc import Mapping
from typing import Final

from alembic import op

from core.schema.migrations.versions.r0017_roles import (
    MAKE_ROLE,
    OF_A_HOUSEHOLD,
    OF_A_PAYMENT,
    SAFE_PATH,
    WITHIN_SCOPE,
)

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

API: Final = "jigi_api"
MISSING: Final = f"""Ask a superuser once: CREATE ROLE {API} NOLOGIN; GRANT {API} TO whoever runs jigi db upgrade."""

KEYS: Final = f"""
CREATE TABLE api_key (
    id serial NOT NULL,
    system varchar(32) NOT NULL,
    slot smallint NOT NULL,
    digest bytea NOT NULL,
    ending varchar(4) NOT NULL,
    scopes varchar[] NOT NULL,
    scope_kind varchar(20) NOT NULL,
    scope_code varchar,
    made_by integer,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    withdrawn_at timestamptz,
    withdrawn_by integer,
    CONSTRAINT pk_api_key PRIMARY KEY (id),
    CONSTRAINT uq_api_key_digest UNIQUE (digest),
    CONSTRAINT ck_api_key_slot CHECK (slot IN (1, 2)),
    CONSTRAINT ck_api_key_scope_kind CHECK (scope_kind IN ('commune', 'cercle', 'region', 'national')),
    CONSTRAINT fk_api_key_made_by FOREIGN KEY (made_by) REFERENCES agent (id),
    CONSTRAINT fk_api_key_withdrawn_by FOREIGN KEY (withdrawn_by) REFERENCES agent (id)
);
CREATE UNIQUE INDEX uq_api_key_system_slot ON api_key (system, slot) WHERE withdrawn_at IS NULL;

CREATE FUNCTION api_key_digest(presented text) RETURNS bytea LANGUAGE sql STABLE {SAFE_PATH} AS $$
    SELECT decode(claim_seal('key of a system ' || presented), 'hex')
$$;
REVOKE ALL ON FUNCTION api_key_digest(text) FROM PUBLIC;

CREATE FUNCTION api_claim(presented text) RETURNS TABLE (key_id integer, system text, scopes text[], scope_kind text,
    scope_code text, fault text, claim text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER {SAFE_PATH} AS $$
DECLARE
    known api_key := (SELECT api_key FROM api_key WHERE digest = api_key_digest(presented));
    words text;
BEGIN
    IF known.id IS NULL THEN RETURN; END IF;
    fault := CASE WHEN known.expires_at <= now() THEN 'expired'
        WHEN known.withdrawn_at IS NOT NULL THEN 'withdrawn' END;
    IF fault IS NULL THEN
        words := known.id || '|system|' || coalesce(known.scope_code, '') || '|' ||
            ceil(extract(epoch FROM clock_timestamp()) + 900)::bigint;
        claim := claim_seal(words) || words;
        UPDATE api_key SET used_at = date_trunc('hour', now()) WHERE id = known.id
            AND (used_at IS NULL OR used_at < date_trunc('hour', now()));
    END IF;
    key_id := known.id; system := known.system; scopes := known.scopes; scope_kind := known.scope_kind;
    scope_code := known.scope_code;
    RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION api_claim(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_claim(text) TO {API};

CREATE FUNCTION key_may(VARIADIC wanted text[]) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    RETURN coalesce(claimed(2), '') = 'system' AND EXISTS (SELECT FROM api_key WHERE id = CAST(claimed(1) AS integer)
        AND scopes && wanted::varchar[] AND withdrawn_at IS NULL AND expires_at > now());
END $$;
REVOKE ALL ON FUNCTION key_may(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION key_may(text[]) TO {API};

CREATE FUNCTION claimed_system() RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    IF coalesce(claimed(2), '') <> 'system' THEN RETURN NULL; END IF;
    RETURN (SELECT api_key.system FROM api_key WHERE id = CAST(claimed(1) AS integer)
        AND withdrawn_at IS NULL AND expires_at > now());
END $$;
REVOKE ALL ON FUNCTION claimed_system() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claimed_system() TO {API};

CREATE FUNCTION grievance_words(wanted integer[]) RETURNS TABLE (id integer, words text, answer text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    IF NOT key_may('words:read') THEN RETURN; END IF;
    RETURN QUERY SELECT grievance.id, CAST(grievance.words AS text), CAST(grievance.answer AS text) FROM grievance
        WHERE grievance.id = ANY (wanted) AND sensitivity <> 'sensitive' AND {WITHIN_SCOPE};
END $$;
REVOKE ALL ON FUNCTION grievance_words(integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION grievance_words(integer[]) TO {API};
"""  # noqa: S608 - our own words


def _may(*scopes: str) -> str:
    """Asked once for a statement, and not once for each row."""
    return f"(SELECT key_may({', '.join(repr(scope) for scope in scopes)}))"


SEEN: Final[Mapping[str, str]] = {
    "household": _may(
        "grievances:read", "decisions:read", "corrections:read", "deliveries:read", "unreached:read", "receipts:read",
        "figures:read",
    )
    + f" AND {WITHIN_SCOPE}",
    "grievance": f"""{_may("grievances:read", "decisions:read", "figures:read")} AND sensitivity <> 'sensitive'
        AND {WITHIN_SCOPE}""",
    "grievance_event": "EXISTS (SELECT FROM grievance WHERE grievance.id = grievance_id)",
    "correction": f"{_may('corrections:read')} AND {OF_A_HOUSEHOLD}",
    "payment": f"{_may('receipts:read', 'unreached:read', 'figures:read')} AND {OF_A_HOUSEHOLD}",
    "payment_reply": f"{_may('receipts:read')} AND {OF_A_PAYMENT}",
    "message": f"""{_may("deliveries:read", "unreached:read")} AND campaign_id IS NOT NULL
        AND coalesce(CAST(filling ->> 'discreet' AS boolean), false) IS FALSE AND {WITHIN_SCOPE}""",
}  # fmt: skip
"""What a key's holder sees of each table that holds something of somebody."""

GRANTS: Final[Mapping[str, str]] = {
    "grievance": "SELECT (id, reference, channel, category, subcategory, sensitivity, household_id, commune_pcode, "
    "anonymous, beneficiary, language, state, level, first_answer_due, decision_due, first_answered_at, received_at, "
    "decided_at, reopened_at, reopen_count, solved, withdrawn_at, lapsed_at, lead_id, version)",
    "grievance_event": "SELECT (id, grievance_id, at, kind, from_state, to_state)",
    "household": "SELECT (id, household_no, programme_no, programme_key, commune_pcode, village, status)",
    "correction": "SELECT (id, household_id, field, before, value, state, made_at, ended_at, list_value, list_day, "
    "met_at)",
    "payment": "SELECT (id, household_id, round_id, due_date, last_day, place, agency, amount_xof, state, paid_on, "
    "updated_at)",
    "payment_reply": "SELECT (payment_id, reply, missing_xof, at)",
    "message": "SELECT (id, campaign_id, msisdn, household_ids, own_households, told_with, commune_pcode, state, "
    "reason, planned_at, final_at)",
    "campaign": "SELECT (id, kind, title, round_id, state, recipients, created_at, starts_at, started_at, ended_at)",
    "region, cercle, commune, payment_round, database_identity, alembic_version, programme_setting": "SELECT",
    "audit_entry": "INSERT",
}
"""What the role reads and writes; what is not named here it does not touch."""


def upgrade() -> None:
    op.execute(MAKE_ROLE.format(role=API, missing=MISSING))
    op.execute(KEYS)
    for tables, privileges in GRANTS.items():
        op.execute(f"GRANT {privileges} ON {tables} TO {API}")
    op.execute(f"GRANT USAGE ON SEQUENCE audit_entry_id_seq TO {API}")
    for table, seen in SEEN.items():
        op.execute(f"CREATE POLICY {table}_api ON {table} FOR SELECT TO {API} USING ({seen})")
    op.execute(f"CREATE POLICY audit_entry_api ON audit_entry FOR INSERT TO {API} WITH CHECK (true)")


def downgrade() -> None:
    for table in (*SEEN, "audit_entry"):
        op.execute(f"DROP POLICY {table}_api ON {table}")
    for tables in GRANTS:
        op.execute(f"REVOKE ALL ON {tables} FROM {API}")
    op.execute(f"REVOKE ALL ON SEQUENCE audit_entry_id_seq FROM {API}")
    for function in (
        "grievance_words(integer[])", "claimed_system()", "key_may(text[])", "api_claim(text)", "api_key_digest(text)",
    ):  # fmt: skip
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP TABLE api_key")
    op.execute(f"REVOKE ALL ON SCHEMA public FROM {API}")
