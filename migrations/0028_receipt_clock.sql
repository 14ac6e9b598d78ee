-- The clocks of receipts: 60 days to confirm a disbursement, 90 days until an open case is escalated
-- to the auditors. A disbursement to each country has one row that says where it stands.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, 'public'
  FROM (VALUES ('transaction.recorded', ARRAY['receipt_due_on']),
               ('ownership.lodged', ARRAY['receipts_due_on']),
               ('receipt.confirmed', ARRAY['receipts_due_on', 'case_due_on']),
               ('receipt.unconfirmed', ARRAY['transaction', 'country', 'due_on']),
               ('receipt.escalated', ARRAY['confirmation', 'case_due_on'])) AS v (kind, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

ALTER TABLE receipt_confirmation_state
    DROP CONSTRAINT receipt_confirmation_state_state_known,
    ADD CONSTRAINT receipt_confirmation_state_state_known CHECK (
        state IN ('CONFIRMED', 'DISCREPANT', 'DENIED', 'OFF_TREASURY', 'CONFIRMED_BY_RECEIVER',
                  'RECONCILED', 'ESCALATED'));
COMMENT ON CONSTRAINT receipt_confirmation_state_state_known ON receipt_confirmation_state IS
    '/state: The state is one of the known ones.';

ALTER TABLE receipt_confirmation ADD COLUMN case_due_on date;
COMMENT ON COLUMN receipt_confirmation.case_due_on IS
    'Last day before the case that it opened, or goes on with, is escalated.';

CREATE TABLE disbursement_receipt (
    transaction_id  uuid    NOT NULL
        CONSTRAINT disbursement_receipt_transaction_id_known REFERENCES transaction (id),
    country         text    NOT NULL
        CONSTRAINT disbursement_receipt_country_known REFERENCES country (code),
    commitment_id   uuid    NOT NULL
        CONSTRAINT disbursement_receipt_commitment_id_known REFERENCES commitment (id),
    amount          numeric NOT NULL,
    state           text    NOT NULL,
    due_on          date,
    confirmation_id uuid    CONSTRAINT disbursement_receipt_confirmation_id_known
                            REFERENCES receipt_confirmation (id),
    case_due_on     date,
    CONSTRAINT disbursement_receipt_pkey PRIMARY KEY (transaction_id, country),
    CONSTRAINT disbursement_receipt_state_known CHECK (
        state IN ('REPORTED', 'UNCONFIRMED', 'CONFIRMED', 'DISCREPANT', 'DENIED', 'OFF_TREASURY',
                  'CONFIRMED_BY_RECEIVER', 'RECONCILED', 'ESCALATED')),
    CONSTRAINT disbursement_receipt_confirmation_id_given CHECK (
        (confirmation_id IS NULL) = (state IN ('REPORTED', 'UNCONFIRMED'))),
    CONSTRAINT disbursement_receipt_case_due_on_open CHECK (
        (case_due_on IS NOT NULL) = (state IN ('DISCREPANT', 'DENIED', 'ESCALATED')))
);
CREATE INDEX disbursement_receipt_commitment_id ON disbursement_receipt (commitment_id);
CREATE INDEX disbursement_receipt_country ON disbursement_receipt (country, state, due_on);
CREATE INDEX disbursement_receipt_due_on ON disbursement_receipt (due_on)
 WHERE state = 'REPORTED' AND amount <> 0;
CREATE INDEX disbursement_receipt_case_due_on ON disbursement_receipt (case_due_on)
 WHERE state IN ('DISCREPANT', 'DENIED');
COMMENT ON TABLE disbursement_receipt IS
    'Where the disbursement to a country stands now. What was said of it is in '
    'receipt_confirmation, receipt_confirmation_state, receipt_lapse and the ledger.';
COMMENT ON COLUMN disbursement_receipt.amount IS
    'What the donor reports for the country, corrections included; 0 when all is taken back.';
COMMENT ON COLUMN disbursement_receipt.due_on IS
    'Last day to confirm in time: 60 days after the payment or, if later, its report. Null while '
    'the government was not asked: an import never reads as silence.';
COMMENT ON COLUMN disbursement_receipt.case_due_on IS
    'Last day before an open case is escalated: 90 days after it was opened.';
COMMENT ON CONSTRAINT disbursement_receipt_state_known ON disbursement_receipt IS
    '/state: The state is one of the known ones.';
COMMENT ON CONSTRAINT disbursement_receipt_confirmation_id_given ON disbursement_receipt IS
    'A disbursement has a confirmation unless nothing was said of it.';
COMMENT ON CONSTRAINT disbursement_receipt_case_due_on_open ON disbursement_receipt IS
    'An open case has its day, and nothing else has.';

CREATE TABLE receipt_lapse (
    transaction_id uuid        NOT NULL
        CONSTRAINT receipt_lapse_transaction_id_known REFERENCES transaction (id),
    country        text        NOT NULL
        CONSTRAINT receipt_lapse_country_known REFERENCES country (code),
    due_on         date        NOT NULL,
    entry          uuid        NOT NULL
        CONSTRAINT receipt_lapse_entry_known REFERENCES ledger_entry (entry),
    recorded_at    timestamptz NOT NULL,
    CONSTRAINT receipt_lapse_pkey PRIMARY KEY (transaction_id, country)
);
COMMENT ON TABLE receipt_lapse IS
    'That the 60 days for confirming a disbursement have passed in silence. It may still be '
    'confirmed.';
CREATE TRIGGER receipt_lapse_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt_lapse
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();

-- ---------------------------------------------------------------- when something is due

CREATE FUNCTION government_asked(c commitment, of_country text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN c.origin = 'registered'
        OR EXISTS (SELECT FROM ownership_input AS i
                    WHERE i.commitment_id = c.id AND i.country = of_country
                      AND i.state <> 'NOT_INVITED')
        OR EXISTS (SELECT FROM receipt_confirmation AS r
                    WHERE r.commitment_id = c.id AND r.country = of_country);
END
$$;
COMMENT ON FUNCTION government_asked(commitment, text) IS
    'Whether the clocks of a government run: on what was registered here always, on an import once '
    'the government has taken it up by a statement of its own.';

CREATE FUNCTION receipt_deadline(c commitment, t transaction) RETURNS date
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF t.transaction_type = '3'
       AND (c.origin = 'registered'
            OR EXISTS (SELECT FROM unnest(c.countries) AS w (country)
                        WHERE government_asked(c, w.country))) THEN
        RETURN greatest(t.transaction_date, today()) + 60;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION receipt_deadline(commitment, transaction) IS
    'By when a disbursement recorded today is confirmed; null when nobody was asked to.';

CREATE FUNCTION receipts_open(c commitment, of_country text) RETURNS date
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN NOT government_asked(c, of_country) THEN today() + 60 END;
END
$$;
COMMENT ON FUNCTION receipts_open(commitment, text) IS
    'When a government first speaks on an import: by when it confirms what was paid before; null '
    'when its clocks run already.';

CREATE FUNCTION case_deadline(of_transaction uuid, of_country text, to_state text) RETURNS date
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN to_state IN ('DISCREPANT', 'DENIED', 'ESCALATED')
                THEN coalesce((SELECT d.case_due_on
                                 FROM disbursement_receipt AS d
                                WHERE d.transaction_id = of_transaction
                                  AND d.country = of_country), today() + 90) END;
END
$$;
COMMENT ON FUNCTION case_deadline(uuid, text, text) IS
    'By when a case that is in this state today is settled: a further statement on an open case '
    'does not begin its 90 days anew.';

CREATE FUNCTION transaction_root(of_transaction uuid) RETURNS uuid
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    WITH RECURSIVE record AS (
        SELECT t.id, t.adjusts FROM transaction AS t WHERE t.id = of_transaction
         UNION ALL
        SELECT t.id, t.adjusts FROM record AS r JOIN transaction AS t ON t.id = r.adjusts)
    SELECT r.id FROM record AS r WHERE r.adjusts IS NULL);
END
$$;
COMMENT ON FUNCTION transaction_root(uuid) IS
    'The record that a chain of adjusting and reversing records comes down to.';

-- ---------------------------------------------------------------- where each one stands

CREATE PROCEDURE disbursement_follow(c commitment, t transaction, due date)
LANGUAGE plpgsql AS $$
BEGIN
    IF t.transaction_type <> '3' THEN
        RETURN;
    END IF;
    IF t.adjusts IS NULL THEN
        INSERT INTO disbursement_receipt (transaction_id, country, commitment_id, amount, state,
                                          due_on)
        SELECT t.id, a.country, c.id, sum(a.amount), 'REPORTED',
               CASE WHEN government_asked(c, a.country) THEN due END
          FROM allocation AS a
         WHERE a.transaction_id = t.id AND a.country IS NOT NULL
         GROUP BY a.country;
        RETURN;
    END IF;
    UPDATE disbursement_receipt AS d
       SET amount = w.amount,
           -- What was taken back and is reported again is confirmed from today on.
           due_on = CASE WHEN d.amount = 0 AND w.amount <> 0 AND d.state = 'REPORTED'
                         THEN greatest(d.due_on, due) ELSE d.due_on END
      FROM (SELECT o.transaction_id, o.country,
                   reported_to(o.transaction_id, o.country, NULL) AS amount
              FROM disbursement_receipt AS o
             WHERE o.transaction_id = transaction_root(t.adjusts)) AS w
     WHERE d.transaction_id = w.transaction_id AND d.country = w.country;
END
$$;
COMMENT ON PROCEDURE disbursement_follow(commitment, transaction, date) IS
    'Keeps where a disbursement stands in step with a record of it or one that adjusts it.';

CREATE PROCEDURE disbursements_open(of_commitment uuid, of_country text, due date)
LANGUAGE plpgsql AS $$
BEGIN
    IF due IS NOT NULL THEN
        UPDATE disbursement_receipt AS d
           SET due_on = greatest(t.transaction_date + 60, due)
          FROM transaction AS t
         WHERE t.id = d.transaction_id
           AND d.commitment_id = of_commitment
           AND d.country = of_country
           AND d.due_on IS NULL;
    END IF;
END
$$;
COMMENT ON PROCEDURE disbursements_open(uuid, text, date) IS
    'Starts the clocks of the disbursements of an import that a government takes up.';

-- What was recorded before there were clocks.
INSERT INTO disbursement_receipt (transaction_id, country, commitment_id, amount, state, due_on,
                                  confirmation_id, case_due_on)
SELECT t.id, a.country, c.id, reported_to(t.id, a.country, NULL), coalesce(s.state, 'REPORTED'),
       CASE WHEN government_asked(c, a.country)
            THEN greatest(t.transaction_date, (t.recorded_at AT TIME ZONE 'UTC')::date) + 60 END,
       s.confirmation_id,
       CASE WHEN s.state IN ('DISCREPANT', 'DENIED') THEN today() + 90 END
  FROM transaction AS t
  JOIN commitment AS c ON c.id = t.commitment_id
 CROSS JOIN LATERAL (
       SELECT DISTINCT w.country
         FROM allocation AS w
        WHERE w.transaction_id = t.id AND w.country IS NOT NULL) AS a
  LEFT JOIN LATERAL (
       SELECT r.id AS confirmation_id, confirmation_state(r.id) AS state
         FROM receipt_confirmation AS r
        WHERE r.transaction_id = t.id AND r.country = a.country
        ORDER BY r.ordinal DESC
        LIMIT 1) AS s ON true
 WHERE t.transaction_type = '3' AND t.adjusts IS NULL;

ALTER TABLE disbursement_receipt ENABLE ROW LEVEL SECURITY;
ALTER TABLE disbursement_receipt FORCE ROW LEVEL SECURITY;
ALTER TABLE receipt_lapse ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipt_lapse FORCE ROW LEVEL SECURITY;
CREATE POLICY disbursement_receipt_read ON disbursement_receipt FOR SELECT
    USING (EXISTS (SELECT FROM commitment AS c WHERE c.id = commitment_id));
CREATE POLICY disbursement_receipt_make ON disbursement_receipt FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM commitment AS c
                         WHERE c.id = commitment_id
                           AND c.organisation_id = (SELECT caller_organisation())));
CREATE POLICY disbursement_receipt_advance ON disbursement_receipt FOR UPDATE
    USING (country = (SELECT caller_country())
           OR (SELECT caller_has_role('clock'))
           OR EXISTS (SELECT FROM commitment AS c
                       WHERE c.id = commitment_id
                         AND c.organisation_id = (SELECT caller_organisation())));
CREATE POLICY disbursement_receipt_advance_receiver ON disbursement_receipt FOR UPDATE
    TO aidledger_writer
    USING (caller_receives(commitment_id));
CREATE POLICY disbursement_receipt_report ON disbursement_receipt FOR SELECT
    TO aidledger_reporter USING (true);
CREATE POLICY receipt_lapse_read ON receipt_lapse FOR SELECT
    USING (EXISTS (SELECT FROM transaction AS t WHERE t.id = transaction_id));
CREATE POLICY receipt_lapse_report ON receipt_lapse FOR SELECT
    TO aidledger_reporter USING (true);
CREATE POLICY receipt_lapse_make ON receipt_lapse FOR INSERT TO aidledger_writer
    WITH CHECK ((SELECT caller_has_role('clock')));
CREATE POLICY receipt_confirmation_state_make_clock ON receipt_confirmation_state FOR INSERT
    TO aidledger_writer
    WITH CHECK (state = 'ESCALATED' AND (SELECT caller_has_role('clock')));

-- ---------------------------------------------------------------- what is said

CREATE OR REPLACE FUNCTION transaction_append(c commitment, content jsonb) RETURNS commitment
LANGUAGE plpgsql AS $$
DECLARE
    t        transaction := jsonb_populate_record(NULL::transaction, content);
    due      date := receipt_deadline(c, t);
    revision commitment_revision;
    receipt  ledger_receipt;
BEGIN
    t.id := coalesce(t.id, gen_random_uuid());
    receipt := commitment_append(c, 'transaction.recorded',
                                 content || jsonb_build_object('id', t.id,
                                                               'receipt_due_on', due));
    INSERT INTO transaction (
           id, commitment_id, organisation_id, transaction_type, ref, transaction_date, value_date,
           amount, currency, description, provider_org, receiver_org, recipient_country,
           recipient_region, sector, disbursement_channel, flow_type, finance_type, aid_type,
           tied_status, adjusts, reason, entry, recorded_at)
    VALUES (t.id, c.id, caller_organisation(), t.transaction_type, t.ref, t.transaction_date,
            t.value_date, t.amount, t.currency, t.description, t.provider_org, t.receiver_org,
            t.recipient_country, t.recipient_region, t.sector, t.disbursement_channel,
            t.flow_type, t.finance_type, t.aid_type, t.tied_status, t.adjusts, t.reason,
            receipt.entry, receipt.at);
    SELECT r.* INTO revision
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.revision;
    INSERT INTO allocation (transaction_id, ordinal, country, region, sector, amount, ict_amount,
                            ict_ring)
    SELECT t.id, p.ordinal, p.country, p.region, p.sector, p.amount_part, p.ict_part, p.ict_ring
      FROM allocate(t, revision) AS p;
    CALL disbursement_follow(c, t, due);
    RETURN commitment_advanced(c, receipt);
END
$$;
COMMENT ON FUNCTION transaction_append(commitment, jsonb) IS
    'Records one transaction of a commitment with its parts, and returns the commitment after it. '
    'Its entry is the one whose leaf hash is the commitment''s head.';

CREATE OR REPLACE FUNCTION position_lodge(i ownership_input, body jsonb) RETURNS ledger_receipt
LANGUAGE plpgsql AS $$
DECLARE
    is_late boolean := coalesce(i.due_on < today(), false);
    made    uuid := gen_random_uuid();
    before  uuid := i.position_id;
    opened  date;
    receipt ledger_receipt;
BEGIN
    SELECT receipts_open(c, i.country) INTO opened
      FROM commitment AS c
     WHERE c.id = i.commitment_id;
    i.position_id := made;
    i.state := CASE body ->> 'position' WHEN 'endorse' THEN 'ENDORSED' ELSE 'AWAITING_DONOR' END;
    i.answer_due_on := CASE i.state WHEN 'AWAITING_DONOR'
                                    THEN answer_deadline(i.commitment_id) END;
    i.paused_days := NULL;
    receipt := statement_append(i.commitment_id, 'ownership.lodged',
                   (body - 'country') || jsonb_build_object(
                       'input', i.id, 'country', i.country, 'round', i.round, 'id', made,
                       'late', is_late, 'supersedes', before, 'answer_due_on', i.answer_due_on,
                       'receipts_due_on', opened));
    INSERT INTO ownership_position (id, input_id, ordinal, round, position, aspects, text, late,
                                    supersedes, organisation_id, entry, recorded_at)
    SELECT made, i.id, count(*) + 1, i.round, body ->> 'position',
           ARRAY(SELECT jsonb_array_elements_text(coalesce(body -> 'aspects', '[]'))),
           body ->> 'text', is_late, before, caller_organisation(), receipt.entry, receipt.at
      FROM ownership_position AS p
     WHERE p.input_id = i.id;
    CALL disbursements_open(i.commitment_id, i.country, opened);
    CALL ownership_turn(i, receipt);
    CALL commitment_follow(i.commitment_id, receipt);
    RETURN receipt;
END
$$;
COMMENT ON FUNCTION position_lodge(ownership_input, jsonb) IS
    'Records a position: an endorsement stands, everything else waits for the donor''s answer, '
    '20 working days.';

CREATE OR REPLACE PROCEDURE receipt_turn(of_confirmation uuid, to_state text, receipt ledger_receipt)
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO receipt_confirmation_state (confirmation_id, version, state, entry)
    SELECT of_confirmation, e.version, to_state, e.entry
      FROM ledger_entry AS e
     WHERE e.entry = receipt.entry;
    UPDATE disbursement_receipt AS d
       SET confirmation_id = r.id, state = to_state,
           case_due_on = case_deadline(d.transaction_id, d.country, to_state)
      FROM receipt_confirmation AS r
     WHERE r.id = of_confirmation
       AND d.transaction_id = r.transaction_id
       AND d.country = r.country;
END
$$;
COMMENT ON PROCEDURE receipt_turn(uuid, text, ledger_receipt) IS
    'Records the state a confirmation turned into with this statement.';

CREATE OR REPLACE PROCEDURE refuse_unless_receipt(r receipt_confirmation, allowed text[], deed text)
LANGUAGE plpgsql AS $$
DECLARE
    state text := confirmation_state(r.id);
    later uuid := later_confirmation(r);
BEGIN
    -- An escalated case is still an open case: everything that ends one ends it too.
    IF 'DISCREPANT' = ANY (allowed) THEN
        allowed := array_append(allowed, 'ESCALATED');
    END IF;
    IF state <> ALL (allowed) THEN
        CALL refuse_conflict(format('A receipt confirmation that is %s cannot be %s; it would '
                                    'have to be %s.', state, deed,
                                    array_to_string(allowed, ' or ')));
    END IF;
    IF later IS NOT NULL THEN
        CALL refuse_conflict(format('This statement was %s when the government replaced it by a '
                                    'later one: go by /v1/receipt-confirmations/%s.', state,
                                    later));
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_unless_receipt(receipt_confirmation, text[], text) IS
    'Ends the request when the confirmation is in none of these states, or not in force any more.';

CREATE OR REPLACE FUNCTION receipt_confirm(body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given    answer := write_begin(body);
    t        transaction;
    c        commitment;
    made     uuid := gen_random_uuid();
    content  jsonb := jsonb_strip_nulls(body);
    reported numeric;
    turned   text;
    opened   date;
    due      date;
    receipt  ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    SELECT w.* INTO t FROM transaction AS w WHERE w.id = (body ->> 'transaction_id')::uuid;
    IF NOT FOUND THEN
        CALL refuse_faults(fault('/transaction_id', 'known_transaction',
                                 'There is no transaction with this id.'));
    END IF;
    IF disbursed_to(t.id, caller_country()) IS NULL THEN
        CALL refuse_forbidden('No part of this transaction is for your country.');
    END IF;
    c := commitment_lock(t.commitment_id);
    -- Once the row is held, nobody adjusts it any more.
    reported := reported_to(t.id, caller_country(), NULL);
    CALL refuse_faults(receipt_faults(t, content, reported)
        || CASE WHEN t.adjusts IS NULL THEN '[]'
                ELSE fault('/transaction_id', 'original', format(
                         'It corrects the disbursement %s: confirm that one, as corrected.',
                         t.adjusts)) END);
    -- Nothing arrived, and the donor has taken back what it reported: both say the same.
    turned := CASE WHEN content ->> 'outcome' = 'not_received' AND reported = 0 THEN 'RECONCILED'
                   ELSE receipt_state(content ->> 'outcome') END;
    opened := receipts_open(c, caller_country());
    due := case_deadline(t.id, caller_country(), turned);
    receipt := commitment_append(c, 'receipt.confirmed',
                   (content - 'transaction_id') || jsonb_build_object(
                       'id', made, 'transaction', t.id, 'country', caller_country(),
                       'currency', t.currency, 'receipts_due_on', opened,
                       'case_due_on', due));
    INSERT INTO receipt_confirmation (id, transaction_id, commitment_id, country, ordinal, outcome,
                                      amount, value_date, treasury_reference, text,
                                      case_due_on, organisation_id, entry, recorded_at)
    SELECT made, t.id, c.id, caller_country(), count(*) + 1, content ->> 'outcome',
           (content ->> 'amount')::numeric, (content ->> 'value_date')::date,
           content ->> 'treasury_reference', content ->> 'text', due, caller_organisation(),
           receipt.entry, receipt.at
      FROM receipt_confirmation AS w
     WHERE w.transaction_id = t.id AND w.country = caller_country();
    CALL disbursements_open(c.id, caller_country(), opened);
    CALL receipt_turn(made, turned, receipt);
    CALL commitment_follow(c.id, receipt);
    RETURN write_end(body, receipt_answer_of(201, made, receipt));
END
$$;
COMMENT ON FUNCTION receipt_confirm(jsonb) IS
    'The government of a recipient country confirms a disbursement as the donor reports it by '
    'then, in full or in part, or states that it did not arrive or cannot be seen. A later '
    'statement replaces the earlier one.';

-- Both look again under the lock: whoever spoke meanwhile has spoken in time.
CREATE PROCEDURE receipt_pass(of_transaction uuid, of_country text)
LANGUAGE plpgsql AS $$
DECLARE
    d       disbursement_receipt;
    c       commitment;
    receipt ledger_receipt;
BEGIN
    SELECT w.* INTO d
      FROM disbursement_receipt AS w
     WHERE w.transaction_id = of_transaction AND w.country = of_country;
    c := commitment_lock(d.commitment_id);
    SELECT w.* INTO d
      FROM disbursement_receipt AS w
     WHERE w.transaction_id = of_transaction AND w.country = of_country;
    IF d.state = 'REPORTED' AND d.amount <> 0 AND d.due_on < today() THEN
        receipt := commitment_append(c, 'receipt.unconfirmed', jsonb_build_object(
                       'transaction', d.transaction_id, 'country', d.country,
                       'due_on', d.due_on));
        INSERT INTO receipt_lapse (transaction_id, country, due_on, entry, recorded_at)
        VALUES (d.transaction_id, d.country, d.due_on, receipt.entry, receipt.at);
        UPDATE disbursement_receipt AS u
           SET state = 'UNCONFIRMED'
         WHERE u.transaction_id = d.transaction_id AND u.country = d.country;
        CALL commitment_follow(c.id, receipt);
    ELSIF d.state IN ('DISCREPANT', 'DENIED') AND d.case_due_on < today() THEN
        receipt := commitment_append(c, 'receipt.escalated', jsonb_build_object(
                       'confirmation', d.confirmation_id, 'case_due_on', d.case_due_on));
        CALL receipt_turn(d.confirmation_id, 'ESCALATED', receipt);
        CALL commitment_follow(c.id, receipt);
    END IF;
END
$$;
COMMENT ON PROCEDURE receipt_pass(uuid, text) IS
    'States that the window for confirming a disbursement has ended, or that its case is open for '
    'too long and goes to the auditors, if it is so.';

-- ---------------------------------------------------------------- what is read

CREATE FUNCTION version_at(of_aggregate uuid, as_of bigint) RETURNS integer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF as_of IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN (
    SELECT e.version
      FROM ledger_entry AS e
      JOIN ledger_leaf AS l ON l.entry = e.entry
     WHERE e.aggregate = of_aggregate AND l.leaf_index < as_of
     ORDER BY e.version DESC
     LIMIT 1);
END
$$;
COMMENT ON FUNCTION version_at(uuid, bigint) IS
    'The version of an aggregate as of a ledger position; null for now.';

CREATE FUNCTION confirmation_at(r receipt_confirmation, as_of bigint, OUT state text,
                                OUT in_force boolean)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT s.state INTO state
      FROM receipt_confirmation_state AS s
     WHERE s.confirmation_id = r.id AND ledger_holds(s.entry, as_of)
     ORDER BY s.version DESC
     LIMIT 1;
    in_force := NOT EXISTS (SELECT FROM receipt_confirmation AS n
                             WHERE n.transaction_id = r.transaction_id
                               AND n.country = r.country
                               AND n.ordinal > r.ordinal
                               AND ledger_holds(n.entry, as_of));
END
$$;
COMMENT ON FUNCTION confirmation_at(receipt_confirmation, bigint) IS
    'Where a confirmation stands as of a ledger position, or now, and whether no later one of the '
    'same government has replaced it.';

CREATE FUNCTION receipt_events_json(of_confirmation uuid, as_of bigint, OUT explanations json,
                                    OUT corrections json, OUT acceptances json,
                                    OUT receiver_confirmation json)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT coalesce(json_agg(json_build_object(
               'id', x.id, 'reason_code', x.reason_code, 'text', x.text, 'entry', x.entry,
               'explained_at', rfc3339(x.recorded_at)) ORDER BY l.version), '[]')
      INTO explanations
      FROM receipt_explanation AS x
      JOIN ledger_entry AS l ON l.entry = x.entry
     WHERE x.confirmation_id = of_confirmation AND ledger_holds(x.entry, as_of);
    SELECT coalesce(json_agg(json_build_object(
               'transaction_id', k.transaction_id, 'amount', w.amount::text,
               'reason', w.reason, 'entry', k.entry, 'corrected_at', rfc3339(w.recorded_at))
               ORDER BY l.version), '[]')
      INTO corrections
      FROM receipt_correction AS k
      JOIN transaction AS w ON w.id = k.transaction_id
      JOIN ledger_entry AS l ON l.entry = k.entry
     WHERE k.confirmation_id = of_confirmation AND ledger_holds(k.entry, as_of);
    SELECT coalesce(json_agg(json_build_object(
               'id', a.id, 'side', a.side, 'difference', a.difference::text, 'text', a.text,
               'entry', a.entry, 'accepted_at', rfc3339(a.recorded_at)) ORDER BY l.version), '[]')
      INTO acceptances
      FROM receipt_acceptance AS a
      JOIN ledger_entry AS l ON l.entry = a.entry
     WHERE a.confirmation_id = of_confirmation AND ledger_holds(a.entry, as_of);
    SELECT json_build_object(
               'id', v.id, 'amount', v.amount::text, 'value_date', v.value_date, 'text', v.text,
               'confirmed_by', organisation_reference(v.organisation_id), 'entry', v.entry,
               'confirmed_at', rfc3339(v.recorded_at))
      INTO receiver_confirmation
      FROM receiver_confirmation AS v
     WHERE v.confirmation_id = of_confirmation AND ledger_holds(v.entry, as_of);
END
$$;
COMMENT ON FUNCTION receipt_events_json(uuid, bigint) IS
    'What was said about a confirmation up to a ledger position, or until now.';

CREATE FUNCTION receipt_json(r receipt_confirmation, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', r.id, 'transaction_id', r.transaction_id, 'commitment_id', r.commitment_id,
        'country', r.country, 'outcome', r.outcome, 'state', s.state, 'in_force', s.in_force,
        'amount', r.amount::text, 'currency', t.currency,
        'reported_amount', o.reported::text, 'difference', (o.reported - r.amount)::text,
        'corrected_amount', o.corrected::text,
        'open_difference', CASE WHEN o.is_open THEN (o.corrected - CASE r.outcome
                                WHEN 'not_received' THEN 0 ELSE r.amount END)::text END,
        'case_due_on', CASE WHEN o.is_open THEN r.case_due_on END,
        'value_date', r.value_date, 'treasury_reference', r.treasury_reference,
        'text', r.text, 'confirmed_by', organisation_reference(r.organisation_id),
        'explanations', v.explanations, 'corrections', v.corrections,
        'acceptances', v.acceptances, 'receiver_confirmation', v.receiver_confirmation,
        'entry', r.entry, 'recorded_at', rfc3339(r.recorded_at))
      FROM transaction AS t
      JOIN ledger_entry AS e ON e.entry = r.entry
     CROSS JOIN confirmation_at(r, as_of) AS s
     CROSS JOIN LATERAL (
           SELECT reported_to(r.transaction_id, r.country, e.version) AS reported,
                  reported_to(r.transaction_id, r.country,
                              version_at(r.commitment_id, as_of)) AS corrected,
                  s.in_force AND s.state IN ('DISCREPANT', 'DENIED', 'ESCALATED') AS is_open) AS o
     CROSS JOIN receipt_events_json(r.id, as_of) AS v
     WHERE t.id = r.transaction_id);
END
$$;
COMMENT ON FUNCTION receipt_json(receipt_confirmation, bigint) IS
    'A receipt confirmation as documents show it, as of a ledger position or now. The difference is '
    'what was reported when the government spoke, less what it received, in the currency of the '
    'disbursement; the open difference is that of an open case and counts the corrections since.';

CREATE OR REPLACE FUNCTION receipt_json(r receipt_confirmation) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN receipt_json(r, NULL);
END
$$;
COMMENT ON FUNCTION receipt_json(receipt_confirmation) IS 'The confirmation as it stands now.';

CREATE OR REPLACE FUNCTION report_disbursements()
RETURNS TABLE (donor uuid, country text, state text, uninvited boolean, old boolean)
LANGUAGE sql STABLE
AS $$
    WITH RECURSIVE part AS (
        SELECT p.transaction_id, p.commitment_id, p.donor, p.country, p.transaction_date,
               (t.recorded_at AT TIME ZONE 'UTC')::date AS reported_on, p.amount, t.adjusts
          FROM report_parts() AS p
          JOIN transaction AS t ON t.id = p.transaction_id
         WHERE p.transaction_type = '3'
           AND p.country IS NOT NULL),
    -- A correction may itself be corrected: what it all comes down to is the first record.
    correction AS (
        SELECT DISTINCT p.transaction_id AS id, p.adjusts AS corrected
          FROM part AS p
         WHERE p.adjusts IS NOT NULL
         UNION
        SELECT k.id, t.adjusts
          FROM correction AS k
          JOIN transaction AS t ON t.id = k.corrected
         WHERE t.adjusts IS NOT NULL),
    corrected AS (
        SELECT k.corrected AS transaction_id, p.country, sum(p.amount) AS amount
          FROM correction AS k
          JOIN part AS p ON p.transaction_id = k.id
         GROUP BY 1, 2),
    paid AS (
        SELECT p.transaction_id, p.commitment_id, p.donor, p.country, p.transaction_date,
               p.reported_on, sum(p.amount) AS amount
          FROM part AS p
         WHERE p.adjusts IS NULL
         GROUP BY 1, 2, 3, 4, 5, 6),
    confirmed AS (
        SELECT DISTINCT ON (r.transaction_id, r.country)
               r.transaction_id, r.commitment_id, r.country, s.state
          FROM receipt_confirmation AS r
         CROSS JOIN LATERAL (
               SELECT w.state
                 FROM receipt_confirmation_state AS w
                WHERE w.confirmation_id = r.id
                  AND ledger_holds(w.entry, report_position())
                ORDER BY w.version DESC
                LIMIT 1) AS s
         ORDER BY r.transaction_id, r.country, r.ordinal DESC),
    taken_up AS (
        SELECT k.commitment_id, k.country,
               min(k.day) FILTER (WHERE c.origin = 'imported') AS since
          FROM (SELECT i.commitment_id, i.country, (e.at AT TIME ZONE 'UTC')::date AS day
                  FROM ownership_input AS i
                  JOIN ownership_state AS s ON s.input_id = i.id AND s.state <> 'NOT_INVITED'
                  JOIN ledger_entry AS e ON e.entry = s.entry
                 WHERE ledger_holds(s.entry, report_position())
                 UNION ALL
                SELECT r.commitment_id, r.country, (r.recorded_at AT TIME ZONE 'UTC')::date
                  FROM receipt_confirmation AS r
                 WHERE ledger_holds(r.entry, report_position())) AS k
          JOIN commitment AS c ON c.id = k.commitment_id
         GROUP BY 1, 2)
    SELECT d.donor, d.country, CASE WHEN c.state IS NULL AND l.entry IS NOT NULL
                                    THEN 'UNCONFIRMED' ELSE c.state END,
           u.commitment_id IS NULL,
           greatest(d.transaction_date, d.reported_on, u.since) < report_day() - 60
      FROM paid AS d
      LEFT JOIN receipt_lapse AS l
        ON l.transaction_id = d.transaction_id AND l.country = d.country
       AND ledger_holds(l.entry, report_position())
      LEFT JOIN corrected AS k
        ON k.transaction_id = d.transaction_id AND k.country = d.country
      LEFT JOIN confirmed AS c
        ON c.transaction_id = d.transaction_id AND c.country = d.country
      LEFT JOIN taken_up AS u
        ON u.commitment_id = d.commitment_id AND u.country = d.country
     WHERE d.amount + coalesce(k.amount, 0) <> 0
$$;
COMMENT ON FUNCTION report_disbursements() IS
    'The disbursements to each country up to the report''s position, those taken back left out, '
    'each with the state it is in by then; null when nothing was said of it in time. "uninvited" '
    'are those of imports that the government has not taken up; "old" are those whose 60 days for '
    'a receipt have passed: after the payment or its report, on an import after it was taken up.';

GRANT SELECT ON disbursement_receipt, receipt_lapse
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT INSERT ON disbursement_receipt TO aidledger_writer, aidledger_importer;
GRANT UPDATE (amount, state, due_on, confirmation_id, case_due_on) ON disbursement_receipt
   TO aidledger_writer, aidledger_importer;
GRANT INSERT ON receipt_lapse TO aidledger_writer;
GRANT EXECUTE ON FUNCTION version_at(uuid, bigint),
      confirmation_at(receipt_confirmation, bigint), receipt_events_json(uuid, bigint),
      receipt_json(receipt_confirmation, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT EXECUTE ON FUNCTION government_asked(commitment, text),
      receipt_deadline(commitment, transaction), receipts_open(commitment, text),
      case_deadline(uuid, text, text), transaction_root(uuid)
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON PROCEDURE disbursement_follow(commitment, transaction, date)
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON PROCEDURE disbursements_open(uuid, text, date), receipt_pass(uuid, text)
   TO aidledger_writer;
