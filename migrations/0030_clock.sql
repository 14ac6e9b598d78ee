-- Time speaks in the ledger: when a deadline passes, the service's own principal states it, once,
-- and deadlines pass in the order of their days, however long the service stood still.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

ALTER TABLE principal
    DROP CONSTRAINT principal_roles_known,
    DROP CONSTRAINT principal_roles_apart,
    ADD CONSTRAINT principal_roles_known CHECK (
        cardinality(roles) > 0
        AND roles <@ ARRAY['donor_editor', 'donor_approver', 'recipient_officer',
                           'recipient_signatory', 'statistician', 'stakeholder', 'auditor',
                           'steward', 'importer', 'clock']),
    ADD CONSTRAINT principal_roles_apart CHECK (
        NOT (roles && ARRAY['auditor', 'steward', 'importer', 'clock'] AND cardinality(roles) > 1)
        AND NOT (roles && ARRAY['donor_editor', 'donor_approver']
                 AND roles && ARRAY['recipient_officer', 'recipient_signatory']));
COMMENT ON CONSTRAINT principal_roles_known ON principal IS
    '/roles: At least one role is needed, and every role must be a known one.';
COMMENT ON CONSTRAINT principal_roles_apart ON principal IS
    '/roles: Auditor, steward, importer and clock stand alone, and nobody speaks for both donor '
    'and recipient.';

WITH made AS (
    INSERT INTO organisation (name, note, origin)
    VALUES ('aidledger clock',
            'The service itself, where it states that a deadline has passed; it is no party.',
            'reference')
    RETURNING id)
INSERT INTO principal (organisation_id, roles, label)
SELECT m.id, ARRAY['clock'], 'Clock' FROM made AS m;

-- Whether there is anything to demonstrate on: the clock does not count as somebody.
CREATE OR REPLACE FUNCTION demonstration_create() RETURNS TABLE (name text, principal uuid)
LANGUAGE plpgsql AS $$
BEGIN
    -- Two at once would both find it empty.
    PERFORM pg_advisory_xact_lock(hashtextextended('aidledger demonstration', 0));
    IF EXISTS (SELECT FROM ledger_entry)
       OR EXISTS (SELECT FROM principal AS p WHERE p.roles <> ARRAY['clock']) THEN
        RETURN;
    END IF;
    INSERT INTO organisation (identifier, name, type_code, country, four_eyes, note, origin)
    VALUES ('XI-DEMO-DONOR', 'Demonstration donor agency', '10', NULL, true,
            'Made for trying the service; stands for no real organisation.', 'registered'),
           ('XI-DEMO-MW', 'Demonstration ministry, Malawi', '10', 'MW', false,
            'Made for trying the service; stands for no real organisation.', 'registered'),
           ('XI-DEMO-AUDIT', 'Demonstration audit office', '10', NULL, false,
            'Made for trying the service; stands for no real organisation.', 'registered'),
           ('XI-DEMO-STEWARD', 'Demonstration steward', '10', NULL, false,
            'Made for trying the service; stands for no real organisation.', 'registered');
    RETURN QUERY
    SELECT d.name, principal_create(d.organisation, d.country, ARRAY[d.role], d.name)
      FROM (VALUES ('DONOR_EDITOR', 'XI-DEMO-DONOR', NULL, 'donor_editor'),
                   ('DONOR_APPROVER', 'XI-DEMO-DONOR', NULL, 'donor_approver'),
                   ('RECIPIENT_OFFICER', 'XI-DEMO-MW', 'MW', 'recipient_officer'),
                   ('RECIPIENT_SIGNATORY', 'XI-DEMO-MW', 'MW', 'recipient_signatory'),
                   ('AUDITOR', 'XI-DEMO-AUDIT', NULL, 'auditor'),
                   ('STEWARD', 'XI-DEMO-STEWARD', NULL, 'steward'))
           AS d (name, organisation, country, role);
END
$$;
COMMENT ON FUNCTION demonstration_create() IS
    'Separate principals of a donor, a recipient government, an audit office and a steward; no '
    'rows when there is anything in the ledger or any principal but the clock.';

-- One branch for each state, so that what has passed already is never looked at for what passes.
CREATE VIEW deadline WITH (security_invoker = true) AS
SELECT 'position' AS kind, i.id AS subject, '' AS part, i.commitment_id, i.country, i.due_on,
       i.state, false AS passed
  FROM ownership_input AS i
 WHERE i.state = 'INVITED' AND i.due_on IS NOT NULL
 UNION ALL
SELECT 'position', i.id, '', i.commitment_id, i.country, i.due_on, i.state, true
  FROM ownership_input AS i
 WHERE i.state = 'LAPSED_SILENT'
 UNION ALL
SELECT 'answer', i.id, '', i.commitment_id, i.country, i.answer_due_on, i.state, false
  FROM ownership_input AS i
 WHERE i.state = 'AWAITING_DONOR'
 UNION ALL
SELECT 'answer', i.id, '', i.commitment_id, i.country, i.answer_due_on, i.state, true
  FROM ownership_input AS i
 WHERE i.state = 'UNANSWERED'
 UNION ALL
SELECT 'receipt', d.transaction_id, d.country, d.commitment_id, d.country, d.due_on, d.state, false
  FROM disbursement_receipt AS d
 WHERE d.state = 'REPORTED' AND d.amount <> 0 AND d.due_on IS NOT NULL
 UNION ALL
SELECT 'receipt', d.transaction_id, d.country, d.commitment_id, d.country, d.due_on, d.state, true
  FROM disbursement_receipt AS d
 WHERE d.state = 'UNCONFIRMED' AND d.amount <> 0
 UNION ALL
SELECT 'case', d.transaction_id, d.country, d.commitment_id, d.country, d.case_due_on, d.state,
       false
  FROM disbursement_receipt AS d
 WHERE d.state IN ('DISCREPANT', 'DENIED')
 UNION ALL
SELECT 'case', d.transaction_id, d.country, d.commitment_id, d.country, d.case_due_on, d.state,
       true
  FROM disbursement_receipt AS d
 WHERE d.state = 'ESCALATED'
 UNION ALL
SELECT 'instalment', i.commitment_id, i.ordinal::text, i.commitment_id, NULL, i.due_on, i.state,
       false
  FROM instalment AS i
 WHERE i.state = 'SCHEDULED'
 UNION ALL
SELECT 'instalment', i.commitment_id, i.ordinal::text, i.commitment_id, NULL, i.due_on, i.state,
       true
  FROM instalment AS i
 WHERE i.state = 'MISSED';
COMMENT ON VIEW deadline IS
    'What is due from a party: a government''s position (subject: the input), a donor''s answer '
    '(the input), the confirmation of a disbursement and the settling of its case (the '
    'transaction; part: the country), an instalment (the commitment; part: its number). "passed" '
    'says that the ledger holds the statement of it.';

CREATE PROCEDURE clock_speak()
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config(s.name, s.value, true)
       FROM principal AS p
      CROSS JOIN LATERAL (
            VALUES ('aidledger.principal', p.id::text),
                   ('aidledger.organisation', p.organisation_id::text),
                   ('aidledger.country', ''), ('aidledger.roles', 'clock'),
                   ('aidledger.key', ''), ('aidledger.request', gen_random_uuid()::text),
                   ('aidledger.idempotency_key', ''), ('aidledger.if_match', ''),
                   ('aidledger.route', '')) AS s (name, value)
      WHERE p.roles = ARRAY['clock'];
END
$$;
COMMENT ON PROCEDURE clock_speak() IS
    'Makes the clock the one who speaks until the transaction ends.';

CREATE PROCEDURE deadline_pass(d deadline)
LANGUAGE plpgsql AS $$
BEGIN
    IF d.kind IN ('position', 'answer') THEN
        CALL ownership_pass(d.subject);
    ELSIF d.kind = 'instalment' THEN
        CALL instalment_pass(d.subject, d.part::integer);
    ELSE
        CALL receipt_pass(d.subject, d.country);
    END IF;
END
$$;
COMMENT ON PROCEDURE deadline_pass(deadline) IS
    'States that a deadline has passed, if it still has when its commitment is held.';

-- One statement a transaction: nobody waits long for a commitment, and an outage of years is caught
-- up in order. A deadline that cannot be stated must not hold up all others for ever.
CREATE FUNCTION clock_turn() RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    d deadline;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('aidledger clock', 0)) THEN
        RETURN 0;
    END IF;
    CALL clock_speak();
    FOR d IN
        SELECT w.*
          FROM deadline AS w
         WHERE NOT w.passed AND w.due_on < today()
         ORDER BY w.due_on, w.kind, w.subject, w.part
    LOOP
        BEGIN
            CALL deadline_pass(d);
            RETURN 1;
        EXCEPTION WHEN OTHERS THEN
            RAISE WARNING 'the % of % that was due on % cannot be stated: %', d.kind, d.subject,
                d.due_on, sqlerrm;
        END;
    END LOOP;
    RETURN 0;
END
$$;
COMMENT ON FUNCTION clock_turn() IS
    'States the earliest deadline that has passed; returns how many it stated, 0 when there is '
    'none or another machine is at it.';

-- ---------------------------------------------------------------- who has what to do

CREATE FUNCTION inbox() RETURNS SETOF deadline
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF caller_has_role('auditor') THEN
        RETURN QUERY SELECT d.* FROM deadline AS d WHERE d.kind = 'case' AND d.passed;
    ELSIF caller_country() IS NOT NULL THEN
        RETURN QUERY
        SELECT d.*
          FROM deadline AS d
         WHERE d.country = caller_country() AND d.kind IN ('position', 'receipt', 'case');
    ELSE
        RETURN QUERY
        SELECT d.*
          FROM commitment AS c
          JOIN deadline AS d ON d.commitment_id = c.id
         WHERE c.organisation_id = caller_organisation()
           AND d.kind IN ('answer', 'case', 'instalment');
    END IF;
END
$$;
COMMENT ON FUNCTION inbox() IS
    'What is due from the caller''s side: a government owes positions and receipts, a donor '
    'answers and instalments, both the settling of cases; the auditors'' queue holds the '
    'escalated ones.';

CREATE FUNCTION deadline_json(d deadline) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'kind', d.kind, 'due_on', d.due_on, 'overdue', d.due_on < today(), 'state', d.state,
        'country', d.country,
        'commitment', json_build_object(
            'id', c.id, 'title', r.title,
            'organisation', organisation_reference(c.organisation_id)),
        'amount', coalesce(w.amount, i.amount - i.settled)::text,
        'currency', coalesce(t.currency, i.currency),
        'href', CASE d.kind WHEN 'receipt'
                            THEN format('/v1/commitments/%s/transactions/%s', c.id, d.subject)
                            WHEN 'case' THEN '/v1/receipt-confirmations/' || w.confirmation_id
                            WHEN 'instalment' THEN format('/v1/commitments/%s/schedule', c.id)
                            ELSE '/v1/ownership-inputs/' || d.subject END)
      FROM commitment AS c
      JOIN commitment_revision AS r ON r.commitment_id = c.id AND r.revision = c.revision
      LEFT JOIN disbursement_receipt AS w
        ON w.transaction_id = d.subject AND w.country = d.country
      LEFT JOIN transaction AS t ON t.id = w.transaction_id
      LEFT JOIN instalment AS i
        ON d.kind = 'instalment' AND i.commitment_id = c.id AND i.schedule = c.schedule
       AND i.ordinal::text = d.part
     WHERE c.id = d.commitment_id);
END
$$;
COMMENT ON FUNCTION deadline_json(deadline) IS
    'A deadline as an inbox shows it, with where to act on it.';

CREATE FUNCTION deadline_counts()
RETURNS TABLE (kind text, overdue bigint, unstated bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT k.kind, count(d.subject), count(d.subject) FILTER (WHERE NOT d.passed)
      FROM unnest(ARRAY['position', 'answer', 'receipt', 'case', 'instalment']) AS k (kind)
      LEFT JOIN deadline AS d ON d.kind = k.kind AND d.due_on < today()
     GROUP BY k.kind
     ORDER BY k.kind;
END
$$;
COMMENT ON FUNCTION deadline_counts() IS
    'How many deadlines of each kind are overdue, and of how many of them the ledger does not say '
    'so yet: more than none for long means that the clock stands still.';

CREATE FUNCTION ledger_progress(OUT tree_size bigint, OUT queued bigint, OUT lag_ms bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    tree_size := aidledger.tree_size();
    SELECT count(*), coalesce(floor(extract(epoch FROM clock_timestamp() - min(e.at)) * 1000), 0)
      INTO queued, lag_ms
      FROM ledger_queue AS q
      JOIN ledger_entry AS e ON e.entry = q.entry;
END
$$;
COMMENT ON FUNCTION ledger_progress() IS
    'How many leaves the log has, how many entries have no leaf index yet, and the age of the '
    'oldest of these in milliseconds.';

-- Only counts leave by this: who may read them is whoever may read the metrics.
CREATE POLICY ownership_input_count ON ownership_input FOR SELECT TO aidledger_keeper USING (true);
CREATE POLICY disbursement_receipt_count ON disbursement_receipt FOR SELECT TO aidledger_keeper
    USING (true);
CREATE POLICY instalment_count ON instalment FOR SELECT TO aidledger_keeper USING (true);

GRANT SELECT ON ownership_input, disbursement_receipt, instalment TO aidledger_keeper;
GRANT SELECT ON deadline TO aidledger_scoped, aidledger_writer, aidledger_keeper;
GRANT EXECUTE ON FUNCTION today(), deadline_counts(), ledger_progress() TO aidledger_keeper;
GRANT EXECUTE ON FUNCTION inbox(), deadline_json(deadline) TO aidledger_scoped;
GRANT EXECUTE ON PROCEDURE clock_speak(), deadline_pass(deadline) TO aidledger_writer;
GRANT EXECUTE ON FUNCTION clock_turn() TO aidledger_writer;
