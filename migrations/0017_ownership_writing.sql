-- How a government speaks and is answered, and how it confirms that money arrived.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, 'public'
  FROM (VALUES ('ownership.lodged', ARRAY['input', 'country', 'round', 'id', 'position', 'aspects',
                                          'text', 'late', 'supersedes', 'answer_due_on']),
               ('ownership.answered', ARRAY['input', 'country', 'position', 'id', 'answer',
                                            'reason', 'change_made', 'late']),
               ('ownership.resolved', ARRAY['input', 'country', 'position', 'text']),
               ('receipt.confirmed', ARRAY['id', 'transaction', 'country', 'outcome', 'amount',
                                           'currency', 'value_date', 'treasury_reference',
                                           'text'])) AS v (kind, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

CREATE FUNCTION ownership_input_json(of_input uuid) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', i.id, 'commitment_id', i.commitment_id, 'country', i.country, 'state', i.state,
        'round', i.round, 'due_on', i.due_on, 'answer_due_on', i.answer_due_on,
        'version', i.version, 'invited_at', rfc3339(i.invited_at),
        'positions', (
            SELECT coalesce(json_agg(json_build_object(
                       'id', p.id, 'round', p.round, 'position', p.position,
                       'aspects', to_json(p.aspects), 'text', p.text, 'late', p.late,
                       'supersedes', p.supersedes, 'in_force', p.id = i.position_id,
                       'entry', p.entry, 'lodged_at', rfc3339(p.recorded_at),
                       'answer', (SELECT json_build_object(
                                             'id', a.id, 'answer', a.answer, 'reason', a.reason,
                                             'change_made', a.change_made, 'late', a.late,
                                             'entry', a.entry,
                                             'answered_at', rfc3339(a.recorded_at))
                                    FROM ownership_answer AS a WHERE a.position_id = p.id),
                       'resolution', (SELECT json_build_object(
                                                 'text', r.text, 'entry', r.entry,
                                                 'resolved_at', rfc3339(r.recorded_at))
                                        FROM ownership_resolution AS r
                                       WHERE r.position_id = p.id))
                       ORDER BY p.ordinal), '[]')
              FROM ownership_position AS p
             WHERE p.input_id = i.id))
      FROM ownership_input AS i
     WHERE i.id = of_input);
END
$$;
COMMENT ON FUNCTION ownership_input_json(uuid) IS
    'The input of a government on a commitment with every position, the earlier ones too.';

CREATE FUNCTION ownership_input_lock(of_input uuid) RETURNS ownership_input
LANGUAGE plpgsql AS $$
DECLARE
    i ownership_input;
    c commitment;
BEGIN
    SELECT l.* INTO i FROM ownership_input AS l WHERE l.id = of_input;
    IF NOT FOUND THEN
        CALL refuse_missing('ownership input');
    END IF;
    -- Statements about a commitment and its inputs come one after the other, in the order in which
    -- they get the commitment's row.
    SELECT l.* INTO c FROM commitment AS l WHERE l.id = i.commitment_id FOR UPDATE;
    IF NOT FOUND THEN
        CALL refuse_forbidden('This input is between another government and another organisation.');
    END IF;
    SELECT l.* INTO i FROM ownership_input AS l WHERE l.id = of_input;
    CALL refuse_stale(i.version);
    RETURN i;
END
$$;
COMMENT ON FUNCTION ownership_input_lock(uuid) IS
    'The input, with its commitment held by this transaction, If-Match included.';

CREATE PROCEDURE refuse_other_country(i ownership_input)
LANGUAGE plpgsql AS $$
BEGIN
    IF i.country IS DISTINCT FROM caller_country() THEN
        CALL refuse_forbidden('This input belongs to the government of another country.');
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_other_country(ownership_input) IS
    'Ends the request when the caller does not speak for the input''s country.';

CREATE PROCEDURE refuse_unless_state(i ownership_input, allowed text[], deed text)
LANGUAGE plpgsql AS $$
BEGIN
    IF i.state <> ALL (allowed) THEN
        CALL refuse_conflict(format('An ownership input that is %s cannot be %s; it would have to '
                                    'be %s.', i.state, deed, array_to_string(allowed, ' or ')));
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_unless_state(ownership_input, text[], text) IS
    'Ends the request when the input is in none of these states.';

CREATE PROCEDURE ownership_turn(i ownership_input, receipt ledger_receipt)
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ownership_input AS u
       SET state = i.state, answer_due_on = i.answer_due_on, position_id = i.position_id,
           version = u.version + 1
     WHERE u.id = i.id
    RETURNING u.* INTO i;
    INSERT INTO ownership_state (input_id, version, state, round, due_on, position_id, entry)
    VALUES (i.id, i.version, i.state, i.round, i.due_on, i.position_id, receipt.entry);
END
$$;
COMMENT ON PROCEDURE ownership_turn(ownership_input, ledger_receipt) IS
    'Records the state an input turned into with this statement.';

CREATE PROCEDURE commitment_follow(of_commitment uuid, receipt ledger_receipt)
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE commitment AS u
       SET version = u.version + 1, head = receipt.leaf_hash
     WHERE u.id = of_commitment;
    CALL commitment_refresh(of_commitment);
END
$$;
COMMENT ON PROCEDURE commitment_follow(uuid, ledger_receipt) IS
    'Raises the version of a commitment about which somebody else made a statement.';

CREATE FUNCTION statement_append(of_commitment uuid, kind text, content jsonb)
RETURNS ledger_receipt
LANGUAGE sql
AS $$
    SELECT commitment_append(c, kind, content) FROM commitment AS c WHERE c.id = of_commitment
$$;
COMMENT ON FUNCTION statement_append(uuid, text, jsonb) IS
    'Appends the caller''s next statement about the commitment with this id.';

CREATE FUNCTION ownership_answer_of(status integer, of_input uuid, receipt ledger_receipt)
RETURNS answer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT (status,
            json_build_object('ownership_input', ownership_input_json(i.id),
                              'statement', statement_json(receipt))::text,
            i.version::text,
            CASE WHEN status = 201 THEN '/v1/ownership-inputs/' || i.id END)::answer
      FROM ownership_input AS i
     WHERE i.id = of_input);
END
$$;
COMMENT ON FUNCTION ownership_answer_of(integer, uuid, ledger_receipt) IS
    'The answer to a statement about an input: the input and the ledger entry.';

CREATE FUNCTION position_faults(body jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN body ->> 'position' <> 'endorse' AND body ->> 'text' IS NULL
                THEN jsonb_build_array(jsonb_build_object(
                         'pointer', '/text', 'rule', 'required',
                         'detail', 'A reservation, a request for change or an objection says why '
                                   'in text.'))
                ELSE '[]' END
$$;
COMMENT ON FUNCTION position_faults(jsonb) IS 'What is wrong with what a position says.';

CREATE FUNCTION position_lodge(i ownership_input, body jsonb) RETURNS ledger_receipt
LANGUAGE plpgsql AS $$
DECLARE
    today   date := (now() AT TIME ZONE 'UTC')::date;
    is_late boolean := coalesce(i.due_on < today, false);
    made    uuid := gen_random_uuid();
    before  uuid := i.position_id;
    receipt ledger_receipt;
BEGIN
    i.position_id := made;
    i.state := CASE body ->> 'position' WHEN 'endorse' THEN 'ENDORSED' ELSE 'AWAITING_DONOR' END;
    i.answer_due_on := CASE i.state WHEN 'AWAITING_DONOR'
                                    THEN working_days_after(today, 20) END;
    receipt := statement_append(i.commitment_id, 'ownership.lodged',
                   (body - 'country') || jsonb_build_object(
                       'input', i.id, 'country', i.country, 'round', i.round, 'id', made,
                       'late', is_late, 'supersedes', before, 'answer_due_on', i.answer_due_on));
    INSERT INTO ownership_position (id, input_id, ordinal, round, position, aspects, text, late,
                                    supersedes, organisation_id, entry, recorded_at)
    SELECT made, i.id, count(*) + 1, i.round, body ->> 'position',
           ARRAY(SELECT jsonb_array_elements_text(coalesce(body -> 'aspects', '[]'))),
           body ->> 'text', is_late, before, caller_organisation(), receipt.entry, receipt.at
      FROM ownership_position AS p
     WHERE p.input_id = i.id;
    CALL ownership_turn(i, receipt);
    CALL commitment_follow(i.commitment_id, receipt);
    RETURN receipt;
END
$$;
COMMENT ON FUNCTION position_lodge(ownership_input, jsonb) IS
    'Records a position: an endorsement stands, everything else waits for the donor''s answer, '
    '20 working days.';

CREATE FUNCTION ownership_lodge(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    i       ownership_input;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    IF NOT EXISTS (SELECT FROM commitment AS c WHERE c.id = of_commitment) THEN
        CALL refuse_missing('commitment');
    END IF;
    SELECT w.* INTO i
      FROM ownership_input AS w
     WHERE w.commitment_id = of_commitment AND w.country = caller_country();
    IF NOT FOUND THEN
        CALL refuse_forbidden('Your country is not a recipient of this commitment.');
    END IF;
    i := ownership_input_lock(i.id);
    IF i.position_id IS NOT NULL THEN
        CALL refuse_conflict(format('Your government has lodged a position; to change it, '
                                    'supersede it at /v1/ownership-inputs/%s/supersede.', i.id));
    END IF;
    CALL refuse_faults(position_faults(body));
    receipt := position_lodge(i, body);
    RETURN write_end(body, ownership_answer_of(201, i.id, receipt));
END
$$;
COMMENT ON FUNCTION ownership_lodge(uuid, jsonb) IS
    'Lodges the position of the caller''s government on a commitment, imported ones included.';

CREATE FUNCTION ownership_supersede(of_input uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    i       ownership_input;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    i := ownership_input_lock(of_input);
    CALL refuse_other_country(i);
    IF i.position_id IS NULL THEN
        CALL refuse_conflict('There is no position to supersede in this round; lodge one.');
    END IF;
    CALL refuse_faults(position_faults(body));
    receipt := position_lodge(i, body);
    RETURN write_end(body, ownership_answer_of(200, i.id, receipt));
END
$$;
COMMENT ON FUNCTION ownership_supersede(uuid, jsonb) IS
    'A changed mind: the new position stands, the old one stays on record.';

CREATE FUNCTION ownership_answer(of_input uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    i       ownership_input;
    is_late boolean;
    made    uuid := gen_random_uuid();
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    i := ownership_input_lock(of_input);
    IF (SELECT c.organisation_id FROM commitment AS c WHERE c.id = i.commitment_id)
       IS DISTINCT FROM caller_organisation() THEN
        CALL refuse_forbidden('This input is on a commitment of another organisation.');
    END IF;
    CALL refuse_unless_state(i, ARRAY['AWAITING_DONOR', 'UNANSWERED'], 'answered');
    is_late := coalesce(i.answer_due_on < (now() AT TIME ZONE 'UTC')::date, false);
    receipt := statement_append(i.commitment_id, 'ownership.answered',
                   body || jsonb_build_object('input', i.id, 'country', i.country,
                                              'position', i.position_id, 'id', made,
                                              'late', is_late));
    INSERT INTO ownership_answer (id, position_id, answer, reason, change_made, late,
                                  organisation_id, entry, recorded_at)
    VALUES (made, i.position_id, body ->> 'answer', body ->> 'reason', body ->> 'change_made', is_late,
            caller_organisation(), receipt.entry, receipt.at);
    i.state := 'ANSWERED';
    CALL ownership_turn(i, receipt);
    CALL commitment_follow(i.commitment_id, receipt);
    RETURN write_end(body, ownership_answer_of(200, i.id, receipt));
END
$$;
COMMENT ON FUNCTION ownership_answer(uuid, jsonb) IS
    'The donor''s answer to the position in force.';

CREATE FUNCTION ownership_resolve(of_input uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    i       ownership_input;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    i := ownership_input_lock(of_input);
    CALL refuse_other_country(i);
    CALL refuse_unless_state(i, ARRAY['ANSWERED'], 'resolved');
    receipt := statement_append(i.commitment_id, 'ownership.resolved',
                   body || jsonb_build_object('input', i.id, 'country', i.country,
                                              'position', i.position_id));
    INSERT INTO ownership_resolution (position_id, text, organisation_id, entry, recorded_at)
    VALUES (i.position_id, body ->> 'text', caller_organisation(), receipt.entry, receipt.at);
    i.state := 'RESOLVED';
    CALL ownership_turn(i, receipt);
    CALL commitment_follow(i.commitment_id, receipt);
    RETURN write_end(body, ownership_answer_of(200, i.id, receipt));
END
$$;
COMMENT ON FUNCTION ownership_resolve(uuid, jsonb) IS
    'The government is satisfied with the answer.';

CREATE FUNCTION receipt_state(outcome text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE outcome WHEN 'full' THEN 'CONFIRMED'
                        WHEN 'partial' THEN 'DISCREPANT'
                        WHEN 'not_received' THEN 'DENIED'
                        WHEN 'not_visible' THEN 'OFF_TREASURY'
                        ELSE 'REPORTED' END
$$;
COMMENT ON FUNCTION receipt_state(text) IS
    'The state of a disbursement after the newest statement of a recipient; null is none yet.';

CREATE FUNCTION disbursed_to(of_transaction uuid, to_country text) RETURNS numeric
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT sum(a.amount)
      FROM allocation AS a
     WHERE a.transaction_id = of_transaction AND a.country = to_country);
END
$$;
COMMENT ON FUNCTION disbursed_to(uuid, text) IS
    'The part of a transaction that is for the country; null when none is.';

CREATE FUNCTION receipt_json(r receipt_confirmation) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', r.id, 'transaction_id', r.transaction_id, 'commitment_id', r.commitment_id,
        'country', r.country, 'outcome', r.outcome, 'state', receipt_state(r.outcome),
        'in_force', NOT EXISTS (SELECT FROM receipt_confirmation AS n
                                 WHERE n.transaction_id = r.transaction_id
                                   AND n.country = r.country AND n.ordinal > r.ordinal),
        'amount', r.amount::text, 'currency', t.currency,
        'reported_amount', disbursed_to(r.transaction_id, r.country)::text,
        'difference', (disbursed_to(r.transaction_id, r.country) - r.amount)::text,
        'value_date', r.value_date, 'treasury_reference', r.treasury_reference,
        'text', r.text, 'confirmed_by', organisation_reference(r.organisation_id),
        'entry', r.entry, 'recorded_at', rfc3339(r.recorded_at))
      FROM transaction AS t
     WHERE t.id = r.transaction_id);
END
$$;
COMMENT ON FUNCTION receipt_json(receipt_confirmation) IS
    'A receipt confirmation as documents show it: the difference is reported less received, in '
    'the currency of the disbursement.';

CREATE FUNCTION receipt_faults(t transaction, body jsonb, reported numeric) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT CASE WHEN t.transaction_type = '3' THEN '[]'
                ELSE fault('/transaction_id', 'disbursement',
                           'Only a disbursement (transaction type 3) is confirmed.') END
        || CASE WHEN body ->> 'outcome' IN ('full', 'partial') AND body ->> 'amount' IS NULL
                THEN fault('/amount', 'required', 'Say what amount arrived.') ELSE '[]' END
        || CASE WHEN body ->> 'outcome' IN ('full', 'partial') AND body ->> 'value_date' IS NULL
                THEN fault('/value_date', 'required', 'Say on what date it arrived.')
                ELSE '[]' END
        || CASE WHEN body ->> 'outcome' NOT IN ('full', 'partial') AND body ? 'amount'
                THEN fault('/amount', 'not_applicable',
                           'This outcome names no amount; use full or partial.') ELSE '[]' END
        || CASE WHEN body ->> 'outcome' NOT IN ('full', 'partial') AND body ? 'value_date'
                THEN fault('/value_date', 'not_applicable',
                           'This outcome names no value date; use full or partial.') ELSE '[]' END
        || CASE WHEN (body ->> 'amount')::numeric <= 0
                THEN fault('/amount', 'positive',
                           'An amount received is greater than zero; else it is not_received.')
                ELSE '[]' END
        || amount_faults('/amount', body ->> 'amount', t.currency)
        || CASE WHEN NOT body ? 'currency' OR body ->> 'currency' = t.currency THEN '[]'
                ELSE fault('/currency', 'same_currency', format(
                         'Confirm in the currency of the disbursement, %s.', t.currency)) END
        || CASE WHEN (body ->> 'value_date')::date > (now() AT TIME ZONE 'UTC')::date
                THEN fault('/value_date', 'not_in_future', 'What arrived has arrived.')
                ELSE '[]' END
        || CASE WHEN body ->> 'outcome' = 'full'
                     AND abs((body ->> 'amount')::numeric - reported) * 200 > abs(reported)
                THEN fault('/outcome', 'tolerance', format(
                         'The amount differs from the %s %s reported by more than 0.5 percent: '
                         'that is a partial receipt.', reported, t.currency)) ELSE '[]' END
        || CASE WHEN body ->> 'outcome' = 'partial'
                     AND (body ->> 'amount')::numeric = reported
                THEN fault('/outcome', 'partial', format(
                         'The amount equals the %s %s reported: that is a full receipt.',
                         reported, t.currency)) ELSE '[]' END);
END
$$;
COMMENT ON FUNCTION receipt_faults(transaction, jsonb, numeric) IS
    'What is wrong with a receipt confirmation, given the amount reported for the country.';

CREATE FUNCTION receipt_confirm(body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given    answer := write_begin(body);
    t        transaction;
    c        commitment;
    r        receipt_confirmation;
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
    reported := disbursed_to(t.id, caller_country());
    IF reported IS NULL THEN
        CALL refuse_forbidden('No part of this transaction is for your country.');
    END IF;
    c := commitment_lock(t.commitment_id);
    CALL refuse_faults(receipt_faults(t, content, reported));
    r.id := gen_random_uuid();
    receipt := commitment_append(c, 'receipt.confirmed',
                   (content - 'transaction_id') || jsonb_build_object(
                       'id', r.id, 'transaction', t.id, 'country', caller_country(),
                       'currency', t.currency));
    INSERT INTO receipt_confirmation (id, transaction_id, commitment_id, country, ordinal, outcome,
                                      amount, value_date, treasury_reference, text,
                                      organisation_id, entry, recorded_at)
    SELECT r.id, t.id, c.id, caller_country(), count(*) + 1, content ->> 'outcome',
           (content ->> 'amount')::numeric, (content ->> 'value_date')::date,
           content ->> 'treasury_reference', content ->> 'text', caller_organisation(),
           receipt.entry, receipt.at
      FROM receipt_confirmation AS w
     WHERE w.transaction_id = t.id AND w.country = caller_country()
    RETURNING * INTO r;
    CALL commitment_follow(c.id, receipt);
    RETURN write_end(body, (201,
        json_build_object('receipt_confirmation', receipt_json(r),
                          'statement', statement_json(receipt))::text,
        NULL, '/v1/receipt-confirmations/' || r.id)::answer);
END
$$;
COMMENT ON FUNCTION receipt_confirm(jsonb) IS
    'The government of a recipient country confirms a disbursement, in full or in part, or states '
    'that it did not arrive or cannot be seen. A later statement replaces the earlier one.';

GRANT EXECUTE ON FUNCTION ownership_input_json(uuid), ownership_input_lock(uuid),
      statement_append(uuid, text, jsonb), ownership_answer_of(integer, uuid, ledger_receipt),
      position_faults(jsonb), position_lodge(ownership_input, jsonb),
      ownership_lodge(uuid, jsonb), ownership_supersede(uuid, jsonb),
      ownership_answer(uuid, jsonb), ownership_resolve(uuid, jsonb), receipt_state(text),
      disbursed_to(uuid, text), receipt_json(receipt_confirmation),
      receipt_faults(transaction, jsonb, numeric), receipt_confirm(jsonb)
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON PROCEDURE refuse_other_country(ownership_input),
      refuse_unless_state(ownership_input, text[], text),
      ownership_turn(ownership_input, ledger_receipt), commitment_follow(uuid, ledger_receipt)
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON FUNCTION ownership_input_json(uuid), receipt_state(text),
      disbursed_to(uuid, text), receipt_json(receipt_confirmation)
   TO aidledger_public, aidledger_scoped, aidledger_reporter;
