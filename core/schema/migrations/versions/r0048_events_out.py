"""Events that other systems are told of, queued by triggers in the transaction of what they tell.

While nobody wants a kind of event, its trigger asks one small table and does nothing.
"""

from typing import Final

from alembic import op

from core.schema.migrations.versions.r0017_roles import SAFE_PATH, WORKER

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

TABLES: Final = f"""
CREATE TABLE event_receiver (
    id serial NOT NULL,
    system varchar(32) NOT NULL,
    url varchar NOT NULL,
    kinds varchar[] NOT NULL,
    secret varchar NOT NULL,
    earlier_secret varchar,
    scope_kind varchar(20) NOT NULL,
    scope_code varchar,
    made_at timestamptz NOT NULL,
    failing_since timestamptz,
    off_at timestamptz,
    withdrawn_at timestamptz,
    CONSTRAINT pk_event_receiver PRIMARY KEY (id),
    CONSTRAINT ck_event_receiver_scope_kind CHECK (scope_kind IN ('commune', 'cercle', 'region', 'national'))
);
CREATE TABLE outgoing_event (
    id bigserial NOT NULL,
    key varchar NOT NULL,
    at timestamptz NOT NULL,
    kind varchar NOT NULL,
    about varchar NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT pk_outgoing_event PRIMARY KEY (id),
    CONSTRAINT uq_outgoing_event_key UNIQUE (key)
);
CREATE INDEX ix_outgoing_event_at ON outgoing_event (at);
CREATE TABLE event_sending (
    receiver_id integer NOT NULL,
    event_id bigint NOT NULL,
    about varchar NOT NULL,
    state varchar(20) NOT NULL,
    attempts smallint NOT NULL,
    next_at timestamptz NOT NULL,
    delivered_at timestamptz,
    last_status smallint,
    CONSTRAINT pk_event_sending PRIMARY KEY (receiver_id, event_id),
    CONSTRAINT ck_event_sending_state CHECK (state IN ('pending', 'delivered', 'dropped')),
    CONSTRAINT fk_event_sending_receiver_id FOREIGN KEY (receiver_id) REFERENCES event_receiver (id)
        ON DELETE CASCADE,
    CONSTRAINT fk_event_sending_event_id FOREIGN KEY (event_id) REFERENCES outgoing_event (id) ON DELETE CASCADE
);
CREATE INDEX ix_event_sending_due ON event_sending (next_at) WHERE state = 'pending';
CREATE INDEX ix_event_sending_about ON event_sending (receiver_id, about, event_id) WHERE state = 'pending';
CREATE INDEX ix_event_sending_event_id ON event_sending (event_id);
ALTER TABLE event_receiver ENABLE ROW LEVEL SECURITY;
ALTER TABLE outgoing_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_sending ENABLE ROW LEVEL SECURITY;
CREATE POLICY event_receiver_tasks ON event_receiver TO {WORKER} USING (true) WITH CHECK (true);
CREATE POLICY outgoing_event_tasks ON outgoing_event TO {WORKER} USING (true) WITH CHECK (true);
CREATE POLICY event_sending_tasks ON event_sending TO {WORKER} USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE (failing_since, off_at) ON event_receiver TO {WORKER};
GRANT SELECT, DELETE ON outgoing_event TO {WORKER};
GRANT SELECT, UPDATE, DELETE ON event_sending TO {WORKER}
"""

QUEUE: Final = f"""
CREATE FUNCTION wants_events(VARIADIC wanted text[]) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    RETURN EXISTS (SELECT FROM event_receiver WHERE withdrawn_at IS NULL AND kinds && wanted::varchar[]);
END $$;
CREATE FUNCTION queue_event(what text, subject text, pcode text, told jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
DECLARE
    receivers integer[] := ARRAY(SELECT id FROM event_receiver WHERE withdrawn_at IS NULL
        AND what = ANY (kinds) AND (scope_code IS NULL OR pcode IN (
            SELECT commune.pcode FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode
            WHERE scope_code IN (commune.pcode, cercle.pcode, cercle.region_pcode))));
    event bigint;
BEGIN
    IF cardinality(receivers) = 0 THEN RETURN; END IF;
    INSERT INTO outgoing_event (key, at, kind, about, data)
        VALUES ('evt_' || replace(CAST(gen_random_uuid() AS text), '-', ''), now(), what, subject, told)
        RETURNING id INTO event;
    INSERT INTO event_sending (receiver_id, event_id, about, state, attempts, next_at)
        SELECT receiver, event, subject, 'pending', 0, now() FROM unnest(receivers) AS receiver;
END $$;
REVOKE ALL ON FUNCTION wants_events(text[]), queue_event(text, text, text, jsonb) FROM PUBLIC;

CREATE FUNCTION shown_no(wanted integer) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER {SAFE_PATH} AS $$
    SELECT coalesce(programme_no, household_no) FROM household WHERE id = wanted
$$;
REVOKE ALL ON FUNCTION shown_no(integer) FROM PUBLIC;

CREATE FUNCTION grievance_event_out() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
DECLARE
    what text := 'grievance.' || CASE NEW.kind WHEN 'received' THEN 'filed' ELSE NEW.kind END;
    own grievance;
BEGIN
    IF NOT wants_events(what) THEN RETURN NULL; END IF;
    SELECT * INTO own FROM grievance WHERE id = NEW.grievance_id;
    IF own.sensitivity IS DISTINCT FROM 'sensitive' THEN
        PERFORM queue_event(what, 'grievance ' || own.reference, own.commune_pcode, jsonb_build_object(
            'reference', own.reference, 'category', own.category, 'subcategory', own.subcategory, 'state', NEW.to_state,
            'commune_pcode', own.commune_pcode,
            'household_no', CASE WHEN NOT own.anonymous THEN shown_no(own.household_id) END));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER grievance_event_out AFTER INSERT ON grievance_event FOR EACH ROW
    WHEN (NEW.kind IN ('received', 'decided', 'reopened')) EXECUTE FUNCTION grievance_event_out();

CREATE FUNCTION message_out() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    IF EXISTS (SELECT FROM event_receiver WHERE withdrawn_at IS NULL AND 'message.' || NEW.state = ANY (kinds)) THEN
        PERFORM queue_event('message.' || NEW.state, 'message ' || NEW.id, NEW.commune_pcode, jsonb_build_object(
            'campaign', NEW.campaign_id, 'state', NEW.state, 'reason', NEW.reason, 'commune_pcode', NEW.commune_pcode,
            'household_nos', (SELECT coalesce(jsonb_agg(shown_no(own)), '[]') FROM unnest(
                NEW.household_ids[\\:coalesce(NEW.own_households, cardinality(NEW.household_ids))]) AS own)));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER message_out AFTER UPDATE OF state ON message FOR EACH ROW
    WHEN (NEW.state IN ('delivered', 'failed') AND OLD.state IS DISTINCT FROM NEW.state
        AND NEW.campaign_id IS NOT NULL) EXECUTE FUNCTION message_out();

CREATE FUNCTION campaign_out() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    IF wants_events('campaign.ended') THEN
        PERFORM queue_event('campaign.ended', 'campaign ' || NEW.id, NULL, jsonb_build_object(
            'campaign', NEW.id, 'kind', NEW.kind, 'state', NEW.state));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER campaign_out AFTER UPDATE OF state ON campaign FOR EACH ROW
    WHEN (NEW.state IN ('finished', 'cancelled') AND OLD.state IS DISTINCT FROM NEW.state)
    EXECUTE FUNCTION campaign_out();

CREATE FUNCTION correction_out() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    IF wants_events('correction.made') THEN
        PERFORM queue_event('correction.made', 'household ' || shown_no(NEW.household_id),
            (SELECT commune_pcode FROM household WHERE id = NEW.household_id), jsonb_build_object(
            'correction', NEW.id, 'household_no', shown_no(NEW.household_id), 'field', NEW.field));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER correction_out AFTER INSERT OR UPDATE OF state ON correction FOR EACH ROW
    WHEN (NEW.state = 'stands') EXECUTE FUNCTION correction_out();

CREATE FUNCTION payment_reply_out() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
DECLARE paid record;
BEGIN
    IF wants_events('payment.replied') THEN
        SELECT shown_no(household.id) AS household_no, household.commune_pcode, component, payment_round.name AS round
            INTO paid FROM payment JOIN payment_round ON payment_round.id = round_id
            JOIN household ON household.id = household_id WHERE payment.id = NEW.payment_id;
        PERFORM queue_event('payment.replied', 'household ' || paid.household_no, paid.commune_pcode,
            jsonb_build_object('household_no', paid.household_no, 'component', paid.component, 'round', paid.round,
                'reply', NEW.reply, 'missing_xof', NEW.missing_xof));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER payment_reply_out AFTER INSERT OR UPDATE OF reply, missing_xof ON payment_reply FOR EACH ROW
    EXECUTE FUNCTION payment_reply_out();
REVOKE ALL ON FUNCTION grievance_event_out(), message_out(), campaign_out(), correction_out(), payment_reply_out()
    FROM PUBLIC
"""  # noqa: S608 - our own words
"""Each runs as the owner: who files a grievance on the line knows nothing of receivers."""

TRIGGERS: Final = ("grievance_event", "message", "campaign", "correction", "payment_reply")


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(QUEUE)


def downgrade() -> None:
    for table in TRIGGERS:
        op.execute(f"DROP TRIGGER {table}_out ON {table}")
        op.execute(f"DROP FUNCTION {table}_out()")
    op.execute("DROP FUNCTION queue_event(text, text, text, jsonb), wants_events(text[]), shown_no(integer)")
    op.execute("DROP TABLE event_sending, outgoing_event, event_receiver")
