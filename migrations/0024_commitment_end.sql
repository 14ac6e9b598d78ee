-- How a commitment pauses and ends: suspend and resume, cancel, close.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
VALUES ('commitment.suspended', 'reason', 'public'),
       ('commitment.resumed', 'reason', 'public'),
       ('commitment.cancelled', 'reason', 'public'),
       ('commitment.cancelled', 'undisbursed', 'public'),
       ('commitment.cancelled', 'currency', 'public');

CREATE PROCEDURE refuse_own_writing(c commitment, deed text)
LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT o.four_eyes FROM organisation AS o WHERE o.id = c.organisation_id)
       AND (c.submitted_by = caller_principal()
            OR EXISTS (SELECT FROM commitment_revision AS r
                        WHERE r.commitment_id = c.id
                          AND NOT r.published
                          AND r.maker = caller_principal())) THEN
        RAISE EXCEPTION USING ERRCODE = 'ALEYE',
            MESSAGE = format('Your organisation asks for four eyes: who wrote or submitted it '
                             'cannot have it %s. Another approver has to.', deed);
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_own_writing(commitment, text) IS
    'Ends the request when four eyes are asked for and the caller wrote or submitted anything of '
    'the commitment: what one person drew up, another ends.';

CREATE FUNCTION commitment_lock_to_turn(of_commitment uuid, allowed text[], deed text)
RETURNS commitment
LANGUAGE plpgsql AS $$
DECLARE
    c commitment := commitment_lock_own(of_commitment);
BEGIN
    CALL refuse_own_writing(c, deed);
    CALL refuse_unless_status(c, allowed, deed);
    CALL refuse_imported(c);
    RETURN c;
END
$$;
COMMENT ON FUNCTION commitment_lock_to_turn(uuid, text[], text) IS
    'The commitment, held, for an approver who may turn it from one of these states.';

CREATE PROCEDURE refuse_pending_amendment(c commitment)
LANGUAGE plpgsql AS $$
BEGIN
    IF c.amendment IS NOT NULL THEN
        CALL refuse_conflict(format('The commitment is %s, and an amendment is waiting for '
                                    'approval; have it registered or returned first.', c.status));
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_pending_amendment(commitment) IS
    'Ends the request while an amendment waits.';

CREATE FUNCTION commitment_turned(c commitment, to_status text, kind text, content jsonb)
RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    receipt ledger_receipt := commitment_append(c, kind, content);
BEGIN
    c := commitment_advanced(c, receipt);
    c.status := to_status;
    CALL commitment_turn(c, receipt);
    CALL commitment_store(c);
    RETURN commitment_answer(200, c, receipt);
END
$$;
COMMENT ON FUNCTION commitment_turned(commitment, text, text, jsonb) IS
    'Turns a commitment into another state by one statement.';

CREATE FUNCTION commitment_suspend(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given answer := write_begin(body);
    c     commitment;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_to_turn(of_commitment, ARRAY['EFFECTIVE'], 'suspended');
    RETURN write_end(body, commitment_turned(c, 'SUSPENDED', 'commitment.suspended', body));
END
$$;
COMMENT ON FUNCTION commitment_suspend(uuid, jsonb) IS
    'Nothing is paid, amended or scheduled on a commitment until it is resumed.';

CREATE FUNCTION commitment_resume(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given answer := write_begin(body);
    c     commitment;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_to_turn(of_commitment, ARRAY['SUSPENDED'], 'resumed');
    RETURN write_end(body, commitment_turned(c, 'EFFECTIVE', 'commitment.resumed', body));
END
$$;
COMMENT ON FUNCTION commitment_resume(uuid, jsonb) IS 'A suspended commitment goes on.';

CREATE FUNCTION commitment_balance(of_commitment uuid)
RETURNS TABLE (currency text, committed numeric, paid numeric)
LANGUAGE sql STABLE
AS $$
    SELECT t.currency,
           coalesce(sum(t.amount) FILTER (WHERE t.transaction_type = '2'), 0),
           coalesce(sum(t.amount) FILTER (WHERE t.transaction_type IN ('3', '4', '7', '8')), 0)
      FROM transaction AS t
     WHERE t.commitment_id = of_commitment
     GROUP BY t.currency
$$;
COMMENT ON FUNCTION commitment_balance(uuid) IS
    'What is committed (IATI type 2) and what has gone out for it, per currency: disbursements '
    '(3), expenditure (4), reimbursements (7), purchases of equity (8).';

CREATE FUNCTION commitment_undisbursed(of_commitment uuid, in_currency text) RETURNS numeric
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((SELECT greatest(b.committed - greatest(b.paid, 0), 0)
                       FROM commitment_balance(of_commitment) AS b
                      WHERE b.currency = in_currency), 0);
END
$$;
COMMENT ON FUNCTION commitment_undisbursed(uuid, text) IS
    'What is committed in a currency and not paid in it; never less than nothing.';

-- No rate turns one currency into another here: what a payment in another currency leaves of the
-- commitment only the donor can say.
CREATE FUNCTION cancellation_faults(of_commitment uuid, in_currency text, body jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    most      numeric := commitment_undisbursed(of_commitment, in_currency);
    elsewhere text;
BEGIN
    SELECT string_agg(b.paid || ' ' || b.currency, ', ' ORDER BY b.currency) INTO elsewhere
      FROM commitment_balance(of_commitment) AS b
     WHERE b.currency <> in_currency AND b.paid <> 0;
    RETURN CASE WHEN elsewhere IS NOT NULL AND NOT body ? 'undisbursed'
                THEN fault('/undisbursed', 'required', format(
                         'As %s were paid, say how much of the commitment in %s is undisbursed.',
                         elsewhere, in_currency)) ELSE '[]' END
        || CASE WHEN elsewhere IS NULL AND body ? 'undisbursed'
                THEN fault('/undisbursed', 'not_applicable', format(
                         'It follows from the records: %s %s.', most, in_currency))
                ELSE '[]' END
        || CASE WHEN (body ->> 'undisbursed')::numeric > most
                THEN fault('/undisbursed', 'within_commitment', format(
                         'No more than %s %s are committed and not paid.', most, in_currency))
                ELSE '[]' END
        || amount_faults('/undisbursed', body ->> 'undisbursed', in_currency);
END
$$;
COMMENT ON FUNCTION cancellation_faults(uuid, text, jsonb) IS
    'Whether a cancellation names the undisbursed part where it has to, and only there.';

-- Record by record, the newest first: one that is taken back whole takes its exact parts with it, so
-- that nothing stays committed to anybody where nothing was paid. What is left of the last one is
-- split as the commitment is.
CREATE FUNCTION commitment_decommitted(c commitment, amount numeric, in_currency text, reason text)
RETURNS commitment
LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    owed  numeric := amount;
    part  numeric;
    t     transaction;
BEGIN
    FOR t IN
        SELECT w.*
          FROM transaction AS w
          JOIN ledger_entry AS e ON e.entry = w.entry
         WHERE w.commitment_id = c.id
           AND w.transaction_type = '2'
           AND w.currency = in_currency
         ORDER BY e.version DESC
    LOOP
        EXIT WHEN owed = 0;
        part := least(t.amount, owed);
        c := transaction_append(c, jsonb_build_object(
                 'transaction_type', '2', 'transaction_date', today, 'value_date', today,
                 'amount', (-part)::text, 'currency', in_currency,
                 'description', 'Cancellation', 'adjusts', t.id, 'reason', reason));
        owed := owed - part;
    END LOOP;
    RETURN c;
END
$$;
COMMENT ON FUNCTION commitment_decommitted(commitment, numeric, text, text) IS
    'Takes back what is committed and not paid by records of IATI type 2 that add up to it, and '
    'returns the commitment after them.';

CREATE FUNCTION commitment_cancel(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given       answer := write_begin(body);
    c           commitment;
    in_currency text;
    undisbursed numeric;
    receipt     ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_to_turn(of_commitment, ARRAY['REGISTERED', 'EFFECTIVE', 'SUSPENDED'],
                                 'cancelled');
    CALL refuse_pending_amendment(c);
    SELECT r.currency INTO in_currency
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.revision;
    CALL refuse_faults(cancellation_faults(c.id, in_currency, body));
    undisbursed := coalesce((body ->> 'undisbursed')::numeric,
                            commitment_undisbursed(c.id, in_currency));
    receipt := commitment_append(c, 'commitment.cancelled', jsonb_build_object(
                   'reason', body -> 'reason', 'undisbursed', undisbursed::text,
                   'currency', in_currency));
    c := commitment_advanced(c, receipt);
    c.status := 'CANCELLED';
    CALL commitment_turn(c, receipt);
    c := commitment_decommitted(c, undisbursed, in_currency, body ->> 'reason');
    CALL commitment_store(c);
    RETURN write_end(body, commitment_answer(200, c, receipt));
END
$$;
COMMENT ON FUNCTION commitment_cancel(uuid, jsonb) IS
    'Ends a commitment before it is fulfilled. What was not paid is decommitted by further '
    'records, so that no more stays committed than was paid; where more was paid, nothing is.';

CREATE FUNCTION unsettled_disbursements(of_commitment uuid)
RETURNS TABLE (transaction_id uuid, country text, state text)
LANGUAGE sql STABLE
AS $$
    SELECT d.id, d.country, d.state
      FROM (SELECT t.id, t.transaction_date, a.country, coalesce((
                       SELECT confirmation_state(r.id)
                         FROM receipt_confirmation AS r
                        WHERE r.transaction_id = t.id AND r.country = a.country
                        ORDER BY r.ordinal DESC
                        LIMIT 1), 'REPORTED') AS state
              FROM transaction AS t
             CROSS JOIN LATERAL (
                   SELECT DISTINCT w.country
                     FROM allocation AS w
                    WHERE w.transaction_id = t.id AND w.country IS NOT NULL) AS a
             WHERE t.commitment_id = of_commitment
               AND t.transaction_type = '3'
               AND t.adjusts IS NULL
               AND reported_to(t.id, a.country, NULL) <> 0) AS d
     WHERE d.state IN ('REPORTED', 'OFF_TREASURY')
     ORDER BY d.transaction_date, d.id, d.country
$$;
COMMENT ON FUNCTION unsettled_disbursements(uuid) IS
    'Disbursements to a country, those taken back left out, that are neither confirmed nor '
    'reconciled nor in a case. Money for a region has no government to ask.';

CREATE PROCEDURE refuse_unsettled(c commitment)
LANGUAGE plpgsql AS $$
DECLARE
    named text;
    more  integer;
BEGIN
    -- A problem's sentence is short; who settles these four sees the next ones.
    SELECT string_agg(format('%s to %s is %s', u.transaction_id, u.country, u.state), '; '
                      ORDER BY u.place) FILTER (WHERE u.place <= 4),
           count(*) - 4
      INTO named, more
      FROM unsettled_disbursements(c.id) WITH ORDINALITY
           AS u (transaction_id, country, state, place);
    IF named IS NOT NULL THEN
        CALL refuse_conflict(format('A commitment that is %s is closed when each disbursement is '
                                    'confirmed, reconciled or in a case: %s%s.', c.status, named,
                                    CASE WHEN more > 0
                                         THEN format('; and %s more', more) END));
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_unsettled(commitment) IS
    'Ends the request when a disbursement is neither confirmed nor in a case, and names it.';

CREATE FUNCTION commitment_close(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given answer := write_begin(body);
    c     commitment;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_to_turn(of_commitment, ARRAY['EFFECTIVE'], 'closed');
    CALL refuse_pending_amendment(c);
    CALL refuse_unsettled(c);
    RETURN write_end(body, commitment_turned(c, 'CLOSED', 'commitment.closed', '{}'));
END
$$;
COMMENT ON FUNCTION commitment_close(uuid, jsonb) IS
    'Ends a commitment on which every disbursement is confirmed, reconciled or in a case. Cases go '
    'on after it.';

GRANT EXECUTE ON FUNCTION commitment_lock_to_turn(uuid, text[], text),
      commitment_turned(commitment, text, text, jsonb), commitment_suspend(uuid, jsonb),
      commitment_resume(uuid, jsonb), commitment_balance(uuid),
      commitment_undisbursed(uuid, text), cancellation_faults(uuid, text, jsonb),
      commitment_decommitted(commitment, numeric, text, text), commitment_cancel(uuid, jsonb),
      unsettled_disbursements(uuid), commitment_close(uuid, jsonb)
   TO aidledger_writer;
GRANT EXECUTE ON PROCEDURE refuse_own_writing(commitment, text),
      refuse_pending_amendment(commitment), refuse_unsettled(commitment)
   TO aidledger_writer;
