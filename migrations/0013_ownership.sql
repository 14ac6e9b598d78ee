-- What recipient governments say: positions on commitments, and whether money arrived.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE TABLE ownership_input (
    id            uuid        NOT NULL CONSTRAINT ownership_input_pkey PRIMARY KEY,
    commitment_id uuid        NOT NULL
        CONSTRAINT ownership_input_commitment_id_known REFERENCES commitment (id)
        DEFERRABLE INITIALLY DEFERRED,
    country       text        NOT NULL
        CONSTRAINT ownership_input_country_known REFERENCES country (code),
    state         text        NOT NULL,
    round         integer     NOT NULL,
    due_on        date,
    answer_due_on date,
    position_id   uuid,
    version       integer     NOT NULL,
    invited_at    timestamptz NOT NULL,
    CONSTRAINT ownership_input_commitment_id_country_unique UNIQUE (commitment_id, country),
    CONSTRAINT ownership_input_state_known CHECK (
        state IN ('NOT_INVITED', 'INVITED', 'PAUSED', 'LAPSED_SILENT', 'ENDORSED',
                  'AWAITING_DONOR', 'UNANSWERED', 'ANSWERED', 'RESOLVED', 'DISPUTED',
                  'STANDING_DISAGREEMENT')),
    CONSTRAINT ownership_input_position_id_lodged CHECK (
        (position_id IS NULL)
        = (state IN ('NOT_INVITED', 'INVITED', 'PAUSED', 'LAPSED_SILENT')))
);
CREATE INDEX ownership_input_country ON ownership_input (country, state, due_on);
COMMENT ON TABLE ownership_input IS
    'The input of one recipient government on one commitment: one per commitment and country.';
COMMENT ON COLUMN ownership_input.round IS
    'Counts how often the government was asked: again when an amendment changes what matters.';
COMMENT ON COLUMN ownership_input.due_on IS
    'Last day for a position in time: 30 working days after registration.';
COMMENT ON COLUMN ownership_input.answer_due_on IS
    'Last day for the donor''s answer in time: 20 working days after the position.';
COMMENT ON COLUMN ownership_input.version IS 'Counts the statements on this input; its entity tag.';
COMMENT ON CONSTRAINT ownership_input_state_known ON ownership_input IS
    '/state: The state is one of the known ones.';
COMMENT ON CONSTRAINT ownership_input_position_id_lodged ON ownership_input IS
    'An input has a position exactly when one was lodged in its present round.';

CREATE TABLE ownership_position (
    id              uuid        NOT NULL CONSTRAINT ownership_position_pkey PRIMARY KEY,
    input_id        uuid        NOT NULL
        CONSTRAINT ownership_position_input_id_known REFERENCES ownership_input (id),
    ordinal         integer     NOT NULL,
    round           integer     NOT NULL,
    position        text        NOT NULL,
    aspects         text[]      NOT NULL DEFAULT '{}',
    text            text,
    late            boolean     NOT NULL,
    supersedes      uuid        CONSTRAINT ownership_position_supersedes_known
                                REFERENCES ownership_position (id),
    organisation_id uuid        NOT NULL
        CONSTRAINT ownership_position_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT ownership_position_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT ownership_position_input_id_ordinal_unique UNIQUE (input_id, ordinal),
    CONSTRAINT ownership_position_position_known CHECK (
        position IN ('endorse', 'endorse_with_reservation', 'request_change', 'contest')),
    CONSTRAINT ownership_position_aspects_known CHECK (
        aspects <@ ARRAY['sector', 'location', 'timing', 'modality', 'amount', 'alignment',
                         'channel']),
    CONSTRAINT ownership_position_text_given CHECK (position = 'endorse' OR text IS NOT NULL),
    CONSTRAINT ownership_position_text_length CHECK (char_length(text) BETWEEN 1 AND 10000)
);
COMMENT ON TABLE ownership_position IS
    'A position of a recipient government. A change of mind is a further position; the earlier '
    'one stays.';
COMMENT ON COLUMN ownership_position.late IS 'Lodged after the last day for it.';
COMMENT ON CONSTRAINT ownership_position_position_known ON ownership_position IS
    '/position: A position is endorse, endorse_with_reservation, request_change or contest.';
COMMENT ON CONSTRAINT ownership_position_aspects_known ON ownership_position IS
    '/aspects: Aspects are sector, location, timing, modality, amount, alignment, channel.';
COMMENT ON CONSTRAINT ownership_position_text_given ON ownership_position IS
    '/text: A reservation, a request for change or an objection says why in text.';
COMMENT ON CONSTRAINT ownership_position_text_length ON ownership_position IS
    '/text: A text has 1 to 10,000 characters.';

CREATE TABLE ownership_answer (
    id              uuid        NOT NULL CONSTRAINT ownership_answer_pkey PRIMARY KEY,
    position_id     uuid        NOT NULL
        CONSTRAINT ownership_answer_position_id_unique UNIQUE
        CONSTRAINT ownership_answer_position_id_known REFERENCES ownership_position (id),
    answer          text        NOT NULL,
    reason          text        NOT NULL,
    change_made     text,
    late            boolean     NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT ownership_answer_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT ownership_answer_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT ownership_answer_answer_known CHECK (
        answer IN ('accepted', 'partly_accepted', 'rejected')),
    CONSTRAINT ownership_answer_reason_length CHECK (char_length(reason) BETWEEN 1 AND 10000),
    CONSTRAINT ownership_answer_change_made_length CHECK (
        char_length(change_made) BETWEEN 1 AND 1000)
);
COMMENT ON TABLE ownership_answer IS 'The donor''s answer to a position.';
COMMENT ON COLUMN ownership_answer.change_made IS
    'What was changed because of it: the address of an amendment, a schedule, a document.';
COMMENT ON CONSTRAINT ownership_answer_answer_known ON ownership_answer IS
    '/answer: An answer is accepted, partly_accepted or rejected.';
COMMENT ON CONSTRAINT ownership_answer_reason_length ON ownership_answer IS
    '/reason: An answer gives its reason in 1 to 10,000 characters.';
COMMENT ON CONSTRAINT ownership_answer_change_made_length ON ownership_answer IS
    '/change_made: The change made is named in 1 to 1,000 characters.';

CREATE TABLE ownership_resolution (
    position_id     uuid        NOT NULL
        CONSTRAINT ownership_resolution_pkey PRIMARY KEY
        CONSTRAINT ownership_resolution_position_id_known REFERENCES ownership_position (id),
    text            text,
    organisation_id uuid        NOT NULL
        CONSTRAINT ownership_resolution_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT ownership_resolution_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT ownership_resolution_text_length CHECK (char_length(text) BETWEEN 1 AND 10000)
);
COMMENT ON TABLE ownership_resolution IS
    'That the government is satisfied with the answer to its position.';
COMMENT ON CONSTRAINT ownership_resolution_text_length ON ownership_resolution IS
    '/text: A text has 1 to 10,000 characters.';

CREATE TABLE ownership_state (
    input_id    uuid    NOT NULL
        CONSTRAINT ownership_state_input_id_known REFERENCES ownership_input (id),
    version     integer NOT NULL,
    state       text    NOT NULL,
    round       integer NOT NULL,
    due_on      date,
    position_id uuid,
    entry       uuid    NOT NULL
        CONSTRAINT ownership_state_entry_known REFERENCES ledger_entry (entry),
    CONSTRAINT ownership_state_pkey PRIMARY KEY (input_id, version)
);
COMMENT ON TABLE ownership_state IS
    'The states an input went through, for reading it as of a ledger position.';

CREATE TABLE receipt_confirmation (
    id                 uuid        NOT NULL CONSTRAINT receipt_confirmation_pkey PRIMARY KEY,
    transaction_id     uuid        NOT NULL
        CONSTRAINT receipt_confirmation_transaction_id_known REFERENCES transaction (id),
    commitment_id      uuid        NOT NULL
        CONSTRAINT receipt_confirmation_commitment_id_known REFERENCES commitment (id),
    country            text        NOT NULL
        CONSTRAINT receipt_confirmation_country_known REFERENCES country (code),
    ordinal            integer     NOT NULL,
    outcome            text        NOT NULL,
    amount             numeric,
    value_date         date,
    treasury_reference text,
    text               text,
    organisation_id    uuid        NOT NULL
        CONSTRAINT receipt_confirmation_organisation_id_known REFERENCES organisation (id),
    entry              uuid        NOT NULL
        CONSTRAINT receipt_confirmation_entry_known REFERENCES ledger_entry (entry),
    recorded_at        timestamptz NOT NULL,
    CONSTRAINT receipt_confirmation_statement_unique UNIQUE (transaction_id, country, ordinal),
    CONSTRAINT receipt_confirmation_outcome_known CHECK (
        outcome IN ('full', 'partial', 'not_received', 'not_visible')),
    CONSTRAINT receipt_confirmation_amount_positive CHECK (amount > 0),
    CONSTRAINT receipt_confirmation_amount_needed CHECK (
        (outcome IN ('full', 'partial')) = (amount IS NOT NULL)),
    CONSTRAINT receipt_confirmation_value_date_needed CHECK (
        (outcome IN ('full', 'partial')) = (value_date IS NOT NULL)),
    CONSTRAINT receipt_confirmation_text_length CHECK (char_length(text) BETWEEN 1 AND 10000)
);
COMMENT ON TABLE receipt_confirmation IS
    'The statement of a recipient government on one disbursement to its country. A later '
    'statement of the same country replaces the earlier one; the earlier one stays.';
COMMENT ON COLUMN receipt_confirmation.amount IS
    'What arrived, in the currency of the disbursement: differences are measured there first.';
COMMENT ON CONSTRAINT receipt_confirmation_outcome_known ON receipt_confirmation IS
    '/outcome: An outcome is full, partial, not_received or not_visible.';
COMMENT ON CONSTRAINT receipt_confirmation_amount_positive ON receipt_confirmation IS
    '/amount: An amount received is greater than zero; else the outcome is not_received.';
COMMENT ON CONSTRAINT receipt_confirmation_amount_needed ON receipt_confirmation IS
    '/amount: A full or partial receipt names the amount; the other outcomes name none.';
COMMENT ON CONSTRAINT receipt_confirmation_value_date_needed ON receipt_confirmation IS
    '/value_date: A full or partial receipt names its value date; the other outcomes name none.';
COMMENT ON CONSTRAINT receipt_confirmation_text_length ON receipt_confirmation IS
    '/text: A text has 1 to 10,000 characters.';
CREATE INDEX receipt_confirmation_recorded_at
    ON receipt_confirmation (recorded_at DESC, id DESC);

DO $$
DECLARE
    record_table text;
BEGIN
    FOREACH record_table IN ARRAY ARRAY['ownership_position', 'ownership_answer',
                                        'ownership_resolution', 'ownership_state',
                                        'receipt_confirmation']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable()',
                       record_table || '_kept', record_table);
    END LOOP;
END
$$;

-- Who sees an input sees the commitment it is about. Donors invite and answer on their own
-- commitments, governments speak for their own country, and neither writes the other's statements.
ALTER TABLE ownership_input ENABLE ROW LEVEL SECURITY;
ALTER TABLE ownership_input FORCE ROW LEVEL SECURITY;
CREATE POLICY ownership_input_read ON ownership_input FOR SELECT
    USING (EXISTS (SELECT FROM commitment AS c WHERE c.id = ownership_input.commitment_id));
CREATE POLICY ownership_input_invite ON ownership_input FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM commitment AS c
                         WHERE c.id = ownership_input.commitment_id
                           AND c.organisation_id = (SELECT caller_organisation())));
CREATE POLICY ownership_input_advance ON ownership_input FOR UPDATE
    USING (country = (SELECT caller_country())
           OR EXISTS (SELECT FROM commitment AS c
                       WHERE c.id = ownership_input.commitment_id
                         AND c.organisation_id = (SELECT caller_organisation())));

ALTER TABLE ownership_position ENABLE ROW LEVEL SECURITY;
ALTER TABLE ownership_position FORCE ROW LEVEL SECURITY;
CREATE POLICY ownership_position_read ON ownership_position FOR SELECT
    USING (EXISTS (SELECT FROM ownership_input AS i WHERE i.id = ownership_position.input_id));
CREATE POLICY ownership_position_lodge ON ownership_position FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM ownership_input AS i
                         WHERE i.id = ownership_position.input_id
                           AND i.country = (SELECT caller_country())));

ALTER TABLE ownership_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE ownership_answer FORCE ROW LEVEL SECURITY;
CREATE POLICY ownership_answer_read ON ownership_answer FOR SELECT
    USING (EXISTS (SELECT FROM ownership_position AS p WHERE p.id = position_id));
CREATE POLICY ownership_answer_give ON ownership_answer FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM ownership_position AS p
                              JOIN ownership_input AS i ON i.id = p.input_id
                              JOIN commitment AS c ON c.id = i.commitment_id
                             WHERE p.id = position_id
                               AND c.organisation_id = (SELECT caller_organisation())));

ALTER TABLE ownership_resolution ENABLE ROW LEVEL SECURITY;
ALTER TABLE ownership_resolution FORCE ROW LEVEL SECURITY;
CREATE POLICY ownership_resolution_read ON ownership_resolution FOR SELECT
    USING (EXISTS (SELECT FROM ownership_position AS p WHERE p.id = position_id));
CREATE POLICY ownership_resolution_give ON ownership_resolution FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM ownership_position AS p
                          JOIN ownership_input AS i ON i.id = p.input_id
                         WHERE p.id = position_id
                           AND i.country = (SELECT caller_country())));

ALTER TABLE ownership_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE ownership_state FORCE ROW LEVEL SECURITY;
CREATE POLICY ownership_state_read ON ownership_state FOR SELECT
    USING (EXISTS (SELECT FROM ownership_input AS i WHERE i.id = ownership_state.input_id));
CREATE POLICY ownership_state_make ON ownership_state FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM ownership_input AS i
                          JOIN commitment AS c ON c.id = i.commitment_id
                         WHERE i.id = ownership_state.input_id
                           AND (i.country = (SELECT caller_country())
                                OR c.organisation_id = (SELECT caller_organisation()))));

ALTER TABLE receipt_confirmation ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipt_confirmation FORCE ROW LEVEL SECURITY;
CREATE POLICY receipt_confirmation_read ON receipt_confirmation FOR SELECT
    USING (EXISTS (SELECT FROM commitment AS c WHERE c.id = receipt_confirmation.commitment_id));
CREATE POLICY receipt_confirmation_give ON receipt_confirmation FOR INSERT
    WITH CHECK (country = (SELECT caller_country())
                AND EXISTS (SELECT FROM commitment AS c
                             WHERE c.id = receipt_confirmation.commitment_id));

CREATE FUNCTION working_days_after(day date, days integer) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT w.day
      FROM (SELECT (day + n)::date AS day
              FROM generate_series(1, days * 2 + 7) AS n
             WHERE extract(isodow FROM day + n) <= 5
             ORDER BY n
            OFFSET days - 1
             LIMIT 1) AS w
$$;
COMMENT ON FUNCTION working_days_after(date, integer) IS
    'The day so many working days later, Monday to Friday.';

CREATE FUNCTION ownership_states(of_commitment uuid, as_of bigint)
RETURNS TABLE (input_id uuid, country text, state text, round integer, due_on date,
               position_id uuid, version integer)
LANGUAGE sql STABLE
AS $$
    SELECT i.id, i.country, s.state, s.round, s.due_on, s.position_id, s.version
      FROM ownership_input AS i
     CROSS JOIN LATERAL (
           SELECT w.*
             FROM ownership_state AS w
            WHERE w.input_id = i.id
              AND (as_of IS NULL OR ledger_holds(w.entry, as_of))
            ORDER BY w.version DESC
            LIMIT 1) AS s
     WHERE i.commitment_id = of_commitment
     ORDER BY i.country
$$;
COMMENT ON FUNCTION ownership_states(uuid, bigint) IS
    'Where the inputs on a commitment stand as of a ledger position, or now.';

CREATE FUNCTION ownership_summary(of_commitment uuid, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(json_agg(json_build_object(
               'id', s.input_id, 'country', s.country, 'state', s.state, 'due_on', s.due_on,
               'position', p.position) ORDER BY s.country), '[]')
      FROM ownership_states(of_commitment, as_of) AS s
      LEFT JOIN ownership_position AS p ON p.id = s.position_id);
END
$$;
COMMENT ON FUNCTION ownership_summary(uuid, bigint) IS
    'The inputs on a commitment as its document shows them.';

GRANT SELECT ON ownership_input, ownership_position, ownership_answer, ownership_resolution,
      ownership_state, receipt_confirmation
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT INSERT ON ownership_input, ownership_state TO aidledger_writer, aidledger_importer;
GRANT INSERT ON ownership_position, ownership_answer, ownership_resolution, receipt_confirmation
   TO aidledger_writer;
GRANT UPDATE (state, round, due_on, answer_due_on, position_id, version) ON ownership_input
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON FUNCTION working_days_after(date, integer), ownership_states(uuid, bigint),
      ownership_summary(uuid, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
