-- What becomes of a disbursement that did not arrive as it was reported: it is explained, corrected
-- by further records, or the difference is accepted by both sides. And what the government cannot
-- see, the organisation that received it may confirm.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, 'public'
  FROM (VALUES ('receipt.explained', ARRAY['confirmation', 'id', 'reason_code', 'text']),
               ('receipt.corrected', ARRAY['confirmation', 'transaction']),
               ('receipt.accepted', ARRAY['confirmation', 'id', 'side', 'difference', 'currency',
                                          'text']),
               ('receipt.received', ARRAY['confirmation', 'id', 'amount', 'currency', 'value_date',
                                          'text'])) AS v (kind, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

CREATE TABLE receipt_confirmation_state (
    confirmation_id uuid    NOT NULL
        CONSTRAINT receipt_confirmation_state_confirmation_id_known
        REFERENCES receipt_confirmation (id),
    version         integer NOT NULL,
    state           text    NOT NULL,
    entry           uuid    NOT NULL
        CONSTRAINT receipt_confirmation_state_entry_known REFERENCES ledger_entry (entry),
    CONSTRAINT receipt_confirmation_state_pkey PRIMARY KEY (confirmation_id, version),
    CONSTRAINT receipt_confirmation_state_state_known CHECK (
        state IN ('CONFIRMED', 'DISCREPANT', 'DENIED', 'OFF_TREASURY', 'CONFIRMED_BY_RECEIVER',
                  'RECONCILED'))
);
COMMENT ON TABLE receipt_confirmation_state IS
    'The states a confirmation went through, for reading it as of a ledger position. One that is '
    'DISCREPANT or DENIED is an open case.';
COMMENT ON COLUMN receipt_confirmation_state.version IS
    'The commitment''s version that this statement made.';
COMMENT ON CONSTRAINT receipt_confirmation_state_state_known ON receipt_confirmation_state IS
    '/state: The state is one of the known ones.';

CREATE TABLE receipt_explanation (
    id              uuid        NOT NULL CONSTRAINT receipt_explanation_pkey PRIMARY KEY,
    confirmation_id uuid        NOT NULL
        CONSTRAINT receipt_explanation_confirmation_id_known
        REFERENCES receipt_confirmation (id),
    reason_code     text        NOT NULL,
    text            text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT receipt_explanation_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT receipt_explanation_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT receipt_explanation_reason_code_known CHECK (
        reason_code IN ('timing', 'fx', 'fee', 'in_kind', 'wrong_account', 'split', 'error')),
    CONSTRAINT receipt_explanation_text_length CHECK (char_length(text) BETWEEN 1 AND 10000)
);
CREATE INDEX receipt_explanation_confirmation_id ON receipt_explanation (confirmation_id);
COMMENT ON TABLE receipt_explanation IS
    'Why, by the donor''s account, less arrived than it reported, or something else.';
COMMENT ON CONSTRAINT receipt_explanation_reason_code_known ON receipt_explanation IS
    '/reason_code: A reason code is timing, fx, fee, in_kind, wrong_account, split or error.';
COMMENT ON CONSTRAINT receipt_explanation_text_length ON receipt_explanation IS
    '/text: A text has 1 to 10,000 characters.';

CREATE TABLE receipt_correction (
    transaction_id  uuid NOT NULL
        CONSTRAINT receipt_correction_pkey PRIMARY KEY
        CONSTRAINT receipt_correction_transaction_id_known REFERENCES transaction (id),
    confirmation_id uuid NOT NULL
        CONSTRAINT receipt_correction_confirmation_id_known
        REFERENCES receipt_confirmation (id),
    entry           uuid NOT NULL
        CONSTRAINT receipt_correction_entry_known REFERENCES ledger_entry (entry)
);
CREATE INDEX receipt_correction_confirmation_id ON receipt_correction (confirmation_id);
COMMENT ON TABLE receipt_correction IS
    'A record of the donor that reverses or adjusts a disbursement because of a case.';

CREATE TABLE receipt_acceptance (
    id              uuid        NOT NULL CONSTRAINT receipt_acceptance_pkey PRIMARY KEY,
    confirmation_id uuid        NOT NULL
        CONSTRAINT receipt_acceptance_confirmation_id_known
        REFERENCES receipt_confirmation (id),
    side            text        NOT NULL,
    difference      numeric     NOT NULL,
    text            text,
    organisation_id uuid        NOT NULL
        CONSTRAINT receipt_acceptance_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT receipt_acceptance_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT receipt_acceptance_statement_unique UNIQUE (confirmation_id, side, difference),
    CONSTRAINT receipt_acceptance_side_known CHECK (side IN ('donor', 'recipient')),
    CONSTRAINT receipt_acceptance_text_length CHECK (char_length(text) BETWEEN 1 AND 10000)
);
COMMENT ON TABLE receipt_acceptance IS
    'That one side accepts a difference of this amount. When both have accepted the same one, the '
    'case is reconciled; a correction in between makes it another difference.';
COMMENT ON CONSTRAINT receipt_acceptance_side_known ON receipt_acceptance IS
    'The sides are donor and recipient.';
COMMENT ON CONSTRAINT receipt_acceptance_text_length ON receipt_acceptance IS
    '/text: A text has 1 to 10,000 characters.';

CREATE TABLE receiver_confirmation (
    id              uuid        NOT NULL CONSTRAINT receiver_confirmation_pkey PRIMARY KEY,
    confirmation_id uuid        NOT NULL
        CONSTRAINT receiver_confirmation_confirmation_id_unique UNIQUE
        CONSTRAINT receiver_confirmation_confirmation_id_known
        REFERENCES receipt_confirmation (id),
    amount          numeric     NOT NULL,
    value_date      date        NOT NULL,
    text            text,
    organisation_id uuid        NOT NULL
        CONSTRAINT receiver_confirmation_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT receiver_confirmation_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT receiver_confirmation_amount_positive CHECK (amount > 0),
    CONSTRAINT receiver_confirmation_text_length CHECK (char_length(text) BETWEEN 1 AND 10000)
);
COMMENT ON TABLE receiver_confirmation IS
    'The receiver organisation of a disbursement that its government cannot see confirms it: a '
    'weaker class than the government''s own word, shown apart.';
COMMENT ON CONSTRAINT receiver_confirmation_amount_positive ON receiver_confirmation IS
    '/amount: An amount received is greater than zero.';
COMMENT ON CONSTRAINT receiver_confirmation_text_length ON receiver_confirmation IS
    '/text: A text has 1 to 10,000 characters.';

-- Statements made before there were cases stand where their outcome put them.
INSERT INTO receipt_confirmation_state (confirmation_id, version, state, entry)
SELECT r.id, e.version, receipt_state(r.outcome), r.entry
  FROM receipt_confirmation AS r
  JOIN ledger_entry AS e ON e.entry = r.entry;

DO $$
DECLARE
    record_table text;
BEGIN
    FOREACH record_table IN ARRAY ARRAY['receipt_confirmation_state', 'receipt_explanation',
                                        'receipt_correction', 'receipt_acceptance',
                                        'receiver_confirmation']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable()',
                       record_table || '_kept', record_table);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', record_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', record_table);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (EXISTS (SELECT FROM '
                       'receipt_confirmation AS r WHERE r.id = confirmation_id))',
                       record_table || '_read', record_table);
    END LOOP;
END
$$;

-- The organisation that a disbursement names as its receiver; never the donor itself.
CREATE FUNCTION caller_receives(of_commitment uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM transaction AS t
                     JOIN organisation AS o ON o.identifier = t.receiver_org ->> 'ref'
                    WHERE t.commitment_id = of_commitment
                      AND o.id = caller_organisation()
                      AND o.id <> t.organisation_id);
END
$$;
COMMENT ON FUNCTION caller_receives(uuid) IS
    'Whether a transaction of the commitment names the caller''s organisation as its receiver.';

CREATE FUNCTION confirmation_sides(of_confirmation uuid)
RETURNS TABLE (donor uuid, country text, commitment_id uuid)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT c.organisation_id, r.country, c.id
      FROM receipt_confirmation AS r
      JOIN commitment AS c ON c.id = r.commitment_id
     WHERE r.id = of_confirmation;
END
$$;
COMMENT ON FUNCTION confirmation_sides(uuid) IS
    'Who the two sides of a confirmation are: the donor''s organisation and the country.';

-- A receiver's statement raises the version of the commitment, as a government's does.
CREATE POLICY commitment_advance_receiver ON commitment FOR UPDATE TO aidledger_writer
    USING (published AND caller_receives(id));
CREATE POLICY receipt_confirmation_state_make ON receipt_confirmation_state FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM confirmation_sides(confirmation_id) AS s
                         WHERE s.donor = (SELECT caller_organisation())
                            OR s.country = (SELECT caller_country())
                            OR caller_receives(s.commitment_id)));
CREATE POLICY receipt_explanation_give ON receipt_explanation FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM confirmation_sides(confirmation_id) AS s
                             WHERE s.donor = organisation_id));
CREATE POLICY receipt_correction_make ON receipt_correction FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM confirmation_sides(confirmation_id) AS s
                         WHERE s.donor = (SELECT caller_organisation())));
CREATE POLICY receipt_acceptance_give ON receipt_acceptance FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM confirmation_sides(confirmation_id) AS s
                             WHERE CASE side WHEN 'donor' THEN s.donor = organisation_id
                                   ELSE s.donor <> organisation_id
                                        AND s.country = (SELECT caller_country()) END));
CREATE POLICY receiver_confirmation_give ON receiver_confirmation FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM confirmation_sides(confirmation_id) AS s
                             WHERE caller_receives(s.commitment_id)));

-- Like transactions, receipts exist on published commitments only: a report may count them all.
CREATE POLICY receipt_confirmation_report ON receipt_confirmation FOR SELECT
    TO aidledger_reporter USING (true);
CREATE POLICY receipt_confirmation_state_report ON receipt_confirmation_state FOR SELECT
    TO aidledger_reporter USING (true);

-- ---------------------------------------------------------------- what is read

CREATE FUNCTION caller_side(donor uuid, country text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- Whoever belongs to the donor's organisation never speaks for the recipient, even with a role
    -- there: one hand would hold both sides.
    RETURN CASE WHEN caller_organisation() = donor
                THEN CASE WHEN caller_has_role('donor_approver') THEN 'donor' END
                WHEN caller_country() = caller_side.country
                     AND caller_has_role('recipient_signatory') THEN 'recipient' END;
END
$$;
COMMENT ON FUNCTION caller_side(uuid, text) IS
    'The side for which the caller can bind: donor or recipient; null for neither.';

CREATE FUNCTION reported_to(of_transaction uuid, to_country text, as_of_version integer)
RETURNS numeric
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    WITH RECURSIVE record AS (
        SELECT of_transaction AS id
         UNION
        SELECT t.id
          FROM record AS r
          JOIN transaction AS t ON t.adjusts = r.id)
    SELECT sum(a.amount)
      FROM record AS r
      JOIN transaction AS t ON t.id = r.id
      JOIN ledger_entry AS e ON e.entry = t.entry
      JOIN allocation AS a ON a.transaction_id = t.id
     WHERE a.country = to_country
       AND (as_of_version IS NULL OR e.version <= as_of_version));
END
$$;
COMMENT ON FUNCTION reported_to(uuid, text, integer) IS
    'The part of a disbursement that is for the country, with every record that adjusts or '
    'reverses it: as the donor reports it at a version of the commitment, or now.';

CREATE FUNCTION confirmation_state(of_confirmation uuid) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT s.state
      FROM receipt_confirmation_state AS s
     WHERE s.confirmation_id = of_confirmation
     ORDER BY s.version DESC
     LIMIT 1);
END
$$;
COMMENT ON FUNCTION confirmation_state(uuid) IS 'Where a confirmation stands now.';

CREATE FUNCTION later_confirmation(r receipt_confirmation) RETURNS uuid
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT n.id
      FROM receipt_confirmation AS n
     WHERE n.transaction_id = r.transaction_id
       AND n.country = r.country
       AND n.ordinal > r.ordinal
     ORDER BY n.ordinal DESC
     LIMIT 1);
END
$$;
COMMENT ON FUNCTION later_confirmation(receipt_confirmation) IS
    'The statement of the same government that replaced this one; null when it is in force.';

CREATE FUNCTION open_difference(r receipt_confirmation) RETURNS numeric
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN reported_to(r.transaction_id, r.country, NULL)
           - CASE r.outcome WHEN 'not_received' THEN 0 ELSE r.amount END;
END
$$;
COMMENT ON FUNCTION open_difference(receipt_confirmation) IS
    'What the donor reports now, corrections included, less what the government says arrived; null '
    'when the government cannot see.';

CREATE OR REPLACE FUNCTION receipt_json(r receipt_confirmation) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', r.id, 'transaction_id', r.transaction_id, 'commitment_id', r.commitment_id,
        'country', r.country, 'outcome', r.outcome, 'state', confirmation_state(r.id),
        'in_force', later_confirmation(r) IS NULL,
        'amount', r.amount::text, 'currency', t.currency,
        'reported_amount', o.reported::text, 'difference', (o.reported - r.amount)::text,
        'corrected_amount', reported_to(r.transaction_id, r.country, NULL)::text,
        'open_difference', CASE WHEN later_confirmation(r) IS NULL
                                     AND confirmation_state(r.id) IN ('DISCREPANT', 'DENIED')
                                THEN open_difference(r)::text END,
        'value_date', r.value_date, 'treasury_reference', r.treasury_reference,
        'text', r.text, 'confirmed_by', organisation_reference(r.organisation_id),
        'explanations', (
            SELECT coalesce(json_agg(json_build_object(
                       'id', x.id, 'reason_code', x.reason_code, 'text', x.text,
                       'entry', x.entry, 'explained_at', rfc3339(x.recorded_at))
                       ORDER BY l.version), '[]')
              FROM receipt_explanation AS x
              JOIN ledger_entry AS l ON l.entry = x.entry
             WHERE x.confirmation_id = r.id),
        'corrections', (
            SELECT coalesce(json_agg(json_build_object(
                       'transaction_id', k.transaction_id, 'amount', w.amount::text,
                       'reason', w.reason, 'entry', k.entry,
                       'corrected_at', rfc3339(w.recorded_at))
                       ORDER BY l.version), '[]')
              FROM receipt_correction AS k
              JOIN transaction AS w ON w.id = k.transaction_id
              JOIN ledger_entry AS l ON l.entry = k.entry
             WHERE k.confirmation_id = r.id),
        'acceptances', (
            SELECT coalesce(json_agg(json_build_object(
                       'id', a.id, 'side', a.side, 'difference', a.difference::text,
                       'text', a.text, 'entry', a.entry,
                       'accepted_at', rfc3339(a.recorded_at))
                       ORDER BY l.version), '[]')
              FROM receipt_acceptance AS a
              JOIN ledger_entry AS l ON l.entry = a.entry
             WHERE a.confirmation_id = r.id),
        'receiver_confirmation', (
            SELECT json_build_object(
                       'id', v.id, 'amount', v.amount::text, 'value_date', v.value_date,
                       'text', v.text,
                       'confirmed_by', organisation_reference(v.organisation_id),
                       'entry', v.entry, 'confirmed_at', rfc3339(v.recorded_at))
              FROM receiver_confirmation AS v
             WHERE v.confirmation_id = r.id),
        'entry', r.entry, 'recorded_at', rfc3339(r.recorded_at))
      FROM transaction AS t
      JOIN ledger_entry AS e ON e.entry = r.entry
     CROSS JOIN LATERAL (
           SELECT reported_to(r.transaction_id, r.country, e.version) AS reported) AS o
     WHERE t.id = r.transaction_id);
END
$$;
COMMENT ON FUNCTION receipt_json(receipt_confirmation) IS
    'A receipt confirmation as documents show it. The difference is what was reported when the '
    'government spoke, less what it received, in the currency of the disbursement; the open '
    'difference is that of an open case and counts the corrections since.';

-- ---------------------------------------------------------------- what is written

CREATE FUNCTION receipt_lock(of_confirmation uuid) RETURNS receipt_confirmation
LANGUAGE plpgsql AS $$
DECLARE
    r receipt_confirmation;
    c commitment;
BEGIN
    SELECT w.* INTO r FROM receipt_confirmation AS w WHERE w.id = of_confirmation;
    IF NOT FOUND THEN
        CALL refuse_missing('receipt confirmation');
    END IF;
    SELECT l.* INTO c FROM commitment AS l WHERE l.id = r.commitment_id FOR UPDATE;
    IF NOT FOUND THEN
        CALL refuse_forbidden('This receipt is between another government and another '
                              'organisation.');
    END IF;
    CALL refuse_stale(c.version);
    RETURN r;
END
$$;
COMMENT ON FUNCTION receipt_lock(uuid) IS
    'The confirmation, with its commitment held by this transaction. Its entity tag is the '
    'commitment''s version: whatever is said of the commitment may change what it shows.';

CREATE PROCEDURE refuse_other_donor(r receipt_confirmation)
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM confirmation_sides(r.id) AS s
                    WHERE s.donor = caller_organisation()) THEN
        CALL refuse_forbidden('This receipt is on a disbursement of another organisation.');
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_other_donor(receipt_confirmation) IS
    'Ends the request when the disbursement is not of the caller''s organisation.';

CREATE PROCEDURE refuse_unless_receipt(r receipt_confirmation, allowed text[], deed text)
LANGUAGE plpgsql AS $$
DECLARE
    state text := confirmation_state(r.id);
    later uuid := later_confirmation(r);
BEGIN
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

CREATE PROCEDURE receipt_turn(of_confirmation uuid, to_state text, receipt ledger_receipt)
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO receipt_confirmation_state (confirmation_id, version, state, entry)
    SELECT of_confirmation, e.version, to_state, e.entry
      FROM ledger_entry AS e
     WHERE e.entry = receipt.entry;
END
$$;
COMMENT ON PROCEDURE receipt_turn(uuid, text, ledger_receipt) IS
    'Records the state a confirmation turned into with this statement.';

CREATE FUNCTION receipt_answer_of(status integer, of_confirmation uuid, receipt ledger_receipt)
RETURNS answer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT (receipt_answer_of.status,
            json_build_object('receipt_confirmation', receipt_json(r),
                              'statement', statement_json(receipt))::text,
            c.version::text,
            CASE WHEN receipt_answer_of.status = 201
                 THEN '/v1/receipt-confirmations/' || r.id END)::answer
      FROM receipt_confirmation AS r
      JOIN commitment AS c ON c.id = r.commitment_id
     WHERE r.id = of_confirmation);
END
$$;
COMMENT ON FUNCTION receipt_answer_of(integer, uuid, ledger_receipt) IS
    'The answer to a statement about a receipt: the confirmation and the ledger entry.';

CREATE OR REPLACE FUNCTION receipt_confirm(body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given    answer := write_begin(body);
    t        transaction;
    c        commitment;
    made     uuid := gen_random_uuid();
    content  jsonb := jsonb_strip_nulls(body);
    reported numeric;
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
    receipt := commitment_append(c, 'receipt.confirmed',
                   (content - 'transaction_id') || jsonb_build_object(
                       'id', made, 'transaction', t.id, 'country', caller_country(),
                       'currency', t.currency));
    INSERT INTO receipt_confirmation (id, transaction_id, commitment_id, country, ordinal, outcome,
                                      amount, value_date, treasury_reference, text,
                                      organisation_id, entry, recorded_at)
    SELECT made, t.id, c.id, caller_country(), count(*) + 1, content ->> 'outcome',
           (content ->> 'amount')::numeric, (content ->> 'value_date')::date,
           content ->> 'treasury_reference', content ->> 'text', caller_organisation(),
           receipt.entry, receipt.at
      FROM receipt_confirmation AS w
     WHERE w.transaction_id = t.id AND w.country = caller_country();
    -- Nothing arrived, and the donor has taken back what it reported: both say the same.
    CALL receipt_turn(made, CASE WHEN content ->> 'outcome' = 'not_received' AND reported = 0
                                 THEN 'RECONCILED'
                                 ELSE receipt_state(content ->> 'outcome') END, receipt);
    CALL commitment_follow(c.id, receipt);
    RETURN write_end(body, receipt_answer_of(201, made, receipt));
END
$$;
COMMENT ON FUNCTION receipt_confirm(jsonb) IS
    'The government of a recipient country confirms a disbursement as the donor reports it by '
    'then, in full or in part, or states that it did not arrive or cannot be seen. A later '
    'statement replaces the earlier one.';

CREATE FUNCTION receipt_explain(of_confirmation uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    r       receipt_confirmation;
    made    uuid := gen_random_uuid();
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    r := receipt_lock(of_confirmation);
    CALL refuse_other_donor(r);
    CALL refuse_unless_receipt(r, ARRAY['DISCREPANT', 'DENIED'], 'explained');
    receipt := statement_append(r.commitment_id, 'receipt.explained',
                   body || jsonb_build_object('confirmation', r.id, 'id', made));
    INSERT INTO receipt_explanation (id, confirmation_id, reason_code, text, organisation_id,
                                     entry, recorded_at)
    VALUES (made, r.id, body ->> 'reason_code', body ->> 'text', caller_organisation(),
            receipt.entry, receipt.at);
    CALL commitment_follow(r.commitment_id, receipt);
    RETURN write_end(body, receipt_answer_of(200, r.id, receipt));
END
$$;
COMMENT ON FUNCTION receipt_explain(uuid, jsonb) IS
    'The donor says why a disbursement did not arrive as reported; the case stays open.';

CREATE FUNCTION correction_faults(r receipt_confirmation, content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    reported numeric := reported_to(r.transaction_id, r.country, NULL);
BEGIN
    RETURN transaction_faults(r.commitment_id, content)
        || CASE WHEN reported + (content ->> 'amount')::numeric < 0
                THEN fault('/amount', 'within_reported', format(
                         'Only %s %s are reported; no more can be taken back.', reported,
                         content ->> 'currency')) ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION correction_faults(receipt_confirmation, jsonb) IS
    'What is wrong with a record that corrects a disbursement because of a case.';

CREATE FUNCTION receipt_correct(of_confirmation uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    r       receipt_confirmation;
    c       commitment;
    t       transaction;
    made    uuid := gen_random_uuid();
    content jsonb;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    r := receipt_lock(of_confirmation);
    CALL refuse_other_donor(r);
    CALL refuse_unless_receipt(r, ARRAY['DISCREPANT', 'DENIED'], 'corrected');
    SELECT w.* INTO c FROM commitment AS w WHERE w.id = r.commitment_id;
    CALL refuse_imported(c);
    SELECT w.* INTO t FROM transaction AS w WHERE w.id = r.transaction_id;
    -- The case is one country's, so the record that settles it is for that country alone.
    content := jsonb_strip_nulls(
        jsonb_build_object('value_date', body -> 'transaction_date') || body
        || jsonb_build_object('id', made, 'transaction_type', t.transaction_type,
                              'currency', t.currency, 'recipient_country', r.country,
                              'sector', t.sector, 'adjusts', t.id));
    CALL refuse_faults(correction_faults(r, content));
    c := transaction_append(c, content);
    receipt := commitment_append(c, 'receipt.corrected', jsonb_build_object(
                   'confirmation', r.id, 'transaction', made));
    c := commitment_advanced(c, receipt);
    INSERT INTO receipt_correction (transaction_id, confirmation_id, entry)
    VALUES (made, r.id, receipt.entry);
    CALL commitment_store(c);
    RETURN write_end(body, receipt_answer_of(200, r.id, receipt));
END
$$;
COMMENT ON FUNCTION receipt_correct(uuid, jsonb) IS
    'The donor reverses or adjusts a disbursement because of a case, whatever has become of the '
    'commitment since. The case stays open until the government confirms again or both accept.';

CREATE FUNCTION receipt_accept(of_confirmation uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    r       receipt_confirmation;
    t       transaction;
    mine    text;
    open    numeric;
    made    uuid := gen_random_uuid();
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    r := receipt_lock(of_confirmation);
    SELECT caller_side(s.donor, s.country) INTO mine FROM confirmation_sides(r.id) AS s;
    IF mine IS NULL THEN
        CALL refuse_forbidden('You speak for neither side of this receipt.');
    END IF;
    CALL refuse_unless_receipt(r, ARRAY['DISCREPANT', 'DENIED'], 'accepted as it is');
    SELECT w.* INTO t FROM transaction AS w WHERE w.id = r.transaction_id;
    open := open_difference(r);
    IF (body ->> 'difference')::numeric <> open THEN
        CALL refuse_faults(fault('/difference', 'open_difference', format(
                               'The difference is %s %s now; accept that one or none.', open,
                               t.currency)));
    END IF;
    IF EXISTS (SELECT FROM receipt_acceptance AS a
                WHERE a.confirmation_id = r.id AND a.side = mine AND a.difference = open) THEN
        CALL refuse_conflict(format('The case is %s, and your side has accepted this difference '
                                    'already; the other side has not.',
                                    confirmation_state(r.id)));
    END IF;
    receipt := statement_append(r.commitment_id, 'receipt.accepted', jsonb_build_object(
                   'confirmation', r.id, 'id', made, 'side', mine, 'difference', open::text,
                   'currency', t.currency, 'text', body -> 'text'));
    INSERT INTO receipt_acceptance (id, confirmation_id, side, difference, text, organisation_id,
                                    entry, recorded_at)
    VALUES (made, r.id, mine, open, body ->> 'text', caller_organisation(), receipt.entry,
            receipt.at);
    IF EXISTS (SELECT FROM receipt_acceptance AS a
                WHERE a.confirmation_id = r.id AND a.side <> mine AND a.difference = open) THEN
        CALL receipt_turn(r.id, 'RECONCILED', receipt);
    END IF;
    CALL commitment_follow(r.commitment_id, receipt);
    RETURN write_end(body, receipt_answer_of(200, r.id, receipt));
END
$$;
COMMENT ON FUNCTION receipt_accept(uuid, jsonb) IS
    'One side accepts the difference as it is now; when the other has accepted the same one, the '
    'case is reconciled.';

CREATE FUNCTION receiver_faults(t transaction, body jsonb, reported numeric) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN amount_faults('/amount', body ->> 'amount', t.currency)
        || CASE WHEN abs((body ->> 'amount')::numeric - reported) * 200 > abs(reported)
                THEN fault('/amount', 'tolerance', format(
                         'The amount differs from the %s %s reported by more than 0.5 percent: '
                         'that does not confirm it.', reported, t.currency)) ELSE '[]' END
        || CASE WHEN (body ->> 'value_date')::date > (now() AT TIME ZONE 'UTC')::date
                THEN fault('/value_date', 'not_in_future', 'What arrived has arrived.')
                ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION receiver_faults(transaction, jsonb, numeric) IS
    'What is wrong with what a receiver says, given the amount reported for the country.';

CREATE FUNCTION receipt_receive(of_confirmation uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    r       receipt_confirmation;
    t       transaction;
    made    uuid := gen_random_uuid();
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    r := receipt_lock(of_confirmation);
    SELECT w.* INTO t FROM transaction AS w WHERE w.id = r.transaction_id;
    IF t.organisation_id = caller_organisation()
       OR (SELECT o.identifier FROM organisation AS o WHERE o.id = caller_organisation())
          IS DISTINCT FROM t.receiver_org ->> 'ref' THEN
        CALL refuse_forbidden('The disbursement does not name your organisation as its receiver.');
    END IF;
    CALL refuse_unless_receipt(r, ARRAY['OFF_TREASURY'], 'confirmed by its receiver');
    CALL refuse_faults(receiver_faults(t, body, reported_to(t.id, r.country, NULL)));
    receipt := statement_append(r.commitment_id, 'receipt.received',
                   body || jsonb_build_object('confirmation', r.id, 'id', made,
                                              'currency', t.currency));
    INSERT INTO receiver_confirmation (id, confirmation_id, amount, value_date, text,
                                       organisation_id, entry, recorded_at)
    VALUES (made, r.id, (body ->> 'amount')::numeric, (body ->> 'value_date')::date,
            body ->> 'text', caller_organisation(), receipt.entry, receipt.at);
    CALL receipt_turn(r.id, 'CONFIRMED_BY_RECEIVER', receipt);
    CALL commitment_follow(r.commitment_id, receipt);
    RETURN write_end(body, receipt_answer_of(200, r.id, receipt));
END
$$;
COMMENT ON FUNCTION receipt_receive(uuid, jsonb) IS
    'The receiver that the disbursement names confirms what its government cannot see.';

-- ---------------------------------------------------------------- what reports count

DROP FUNCTION report_disbursements();
CREATE FUNCTION report_disbursements()
RETURNS TABLE (donor uuid, country text, state text, uninvited boolean, old boolean)
LANGUAGE sql STABLE
AS $$
    WITH RECURSIVE part AS (
        SELECT p.transaction_id, p.commitment_id, p.donor, p.country, p.transaction_date, p.amount,
               t.adjusts
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
               sum(p.amount) AS amount
          FROM part AS p
         WHERE p.adjusts IS NULL
         GROUP BY 1, 2, 3, 4, 5),
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
        SELECT i.commitment_id, i.country FROM report_inputs() AS i WHERE i.state <> 'NOT_INVITED'
         UNION
        SELECT c.commitment_id, c.country FROM confirmed AS c)
    SELECT d.donor, d.country, c.state, u.commitment_id IS NULL,
           d.transaction_date < report_day() - 60
      FROM paid AS d
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
    'each with the state the government''s newest statement about it is in by then. "uninvited" '
    'are those of imports that the government has not taken up; "old" are those whose 60 days for '
    'a receipt have passed.';

GRANT SELECT ON receipt_confirmation_state, receipt_explanation, receipt_correction,
      receipt_acceptance, receiver_confirmation
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT INSERT ON receipt_confirmation_state, receipt_explanation, receipt_correction,
      receipt_acceptance, receiver_confirmation
   TO aidledger_writer;
GRANT EXECUTE ON FUNCTION report_disbursements() TO aidledger_reporter;
GRANT EXECUTE ON FUNCTION caller_receives(uuid), confirmation_sides(uuid), caller_side(uuid, text),
      receipt_lock(uuid), receipt_answer_of(integer, uuid, ledger_receipt),
      receipt_explain(uuid, jsonb), correction_faults(receipt_confirmation, jsonb),
      receipt_correct(uuid, jsonb), receipt_accept(uuid, jsonb),
      receiver_faults(transaction, jsonb, numeric), receipt_receive(uuid, jsonb)
   TO aidledger_writer;
GRANT EXECUTE ON PROCEDURE refuse_other_donor(receipt_confirmation),
      refuse_unless_receipt(receipt_confirmation, text[], text),
      receipt_turn(uuid, text, ledger_receipt)
   TO aidledger_writer;
GRANT EXECUTE ON FUNCTION reported_to(uuid, text, integer), confirmation_state(uuid),
      later_confirmation(receipt_confirmation), open_difference(receipt_confirmation)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
