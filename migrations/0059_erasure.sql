-- Erasure: what was stated in private can be taken out of the database again, by a statement of
-- record that says so. The leaf stays as it is: without its salt, what it holds of the value tells
-- nothing, not even to whoever guesses right.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- ---------------------------------------------------------------- what can be erased

ALTER TABLE ledger_field
    ADD COLUMN erasable text NOT NULL DEFAULT 'never',
    ADD CONSTRAINT ledger_field_erasable_known CHECK (
        erasable IN ('never', 'always', 'settled')),
    ADD CONSTRAINT ledger_field_erasable_private CHECK (
        exposure = 'private' OR erasable = 'never');
COMMENT ON COLUMN ledger_field.erasable IS
    'Whether the value can be erased. Free text can, for it may speak of persons: always, or, where '
    'something still to come needs it, once that is settled. Money, dates, codes and references to '
    'other records are never erased: they are no personal data, and other facts rest on them.';
COMMENT ON CONSTRAINT ledger_field_erasable_known ON ledger_field IS
    'A field can be erased never, always, or once what needs it is settled.';
COMMENT ON CONSTRAINT ledger_field_erasable_private ON ledger_field IS
    'What stands in a leaf in the clear cannot be erased.';

UPDATE ledger_field AS u
   SET erasable = v.erasable
  FROM (VALUES
       -- Needed while the content is a draft, or an amendment that waits for approval.
       ('commitment.drafted', ARRAY['title', 'ict_reason', 'in_kind'], 'settled'),
       ('commitment.edited', ARRAY['title', 'ict_reason', 'in_kind'], 'settled'),
       ('commitment.amendment_proposed', ARRAY['title', 'ict_reason', 'in_kind', 'reason'],
        'settled'),
       ('commitment.drafted', ARRAY['narrative', 'agreement_reference'], 'always'),
       ('commitment.edited', ARRAY['narrative', 'agreement_reference'], 'always'),
       ('commitment.amendment_proposed', ARRAY['narrative', 'agreement_reference'], 'always'),
       -- Needed while the submission waits: registering tells it.
       ('commitment.submitted', ARRAY['distinct_from'], 'settled'),
       ('commitment.returned', ARRAY['reason'], 'always'),
       ('commitment.amendment_returned', ARRAY['reason'], 'always'),
       ('third_party.observed', ARRAY['ground', 'text', 'place', 'evidence'], 'always'),
       ('treasury.received', ARRAY['agreement_reference', 'ref', 'provider', 'note'], 'always'),
       -- Needed until the row is withdrawn: the next upload knows it by this.
       ('treasury.received', ARRAY['treasury_reference'], 'settled'),
       ('treasury.rejected', ARRAY['reason'], 'always'),
       ('treasury.withdrawn', ARRAY['reason'], 'always')) AS v (kind, fields, erasable)
 WHERE u.kind = v.kind AND u.field = ANY (v.fields);

INSERT INTO ledger_field (kind, field, exposure)
SELECT 'ledger.erased', f.field, 'public'
  FROM unnest(ARRAY['entry', 'fields', 'reason', 'legal_basis', 'requested_on']) AS f (field);

CREATE TABLE ledger_erasure (
    entry   uuid NOT NULL CONSTRAINT ledger_erasure_entry_known REFERENCES ledger_entry (entry),
    field   text NOT NULL,
    erasure uuid NOT NULL CONSTRAINT ledger_erasure_erasure_known REFERENCES ledger_entry (entry),
    CONSTRAINT ledger_erasure_pkey PRIMARY KEY (entry, field)
);
COMMENT ON TABLE ledger_erasure IS
    'Private fields whose salt and value are gone, and the statement by which they went.';
CREATE TRIGGER ledger_erasure_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_erasure
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();

CREATE FUNCTION is_erased(of_entry uuid, of_field text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM ledger_erasure AS x
                    WHERE x.entry = of_entry AND x.field = of_field);
END
$$;
COMMENT ON FUNCTION is_erased(uuid, text) IS 'Whether a private field of a statement is erased.';

CREATE FUNCTION erased_json(of_entry uuid) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(json_agg(json_build_object('field', x.field, 'erasure', x.erasure)
                             ORDER BY x.field), '[]')
      FROM ledger_erasure AS x
     WHERE x.entry = of_entry);
END
$$;
COMMENT ON FUNCTION erased_json(uuid) IS
    'The erased fields of a statement, each with the entry of the statement that erased it.';

CREATE FUNCTION private_json(leaf bytea) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(json_agg(k.name ORDER BY k.name COLLATE "C"), '[]')
      FROM json_object_keys(convert_from(leaf, 'UTF8')::json -> 'private') AS k (name));
END
$$;
COMMENT ON FUNCTION private_json(bytea) IS 'The names of the private fields of a leaf.';

-- ---------------------------------------------------------------- records that let go

-- Records are never changed, with this one exception: the owner, who never logs in, empties columns
-- of a statement whose erasure it has just recorded. Two triggers hold each table to that: one asks
-- who and whether, the other looks at every row that was touched.
CREATE FUNCTION record_is_erasable() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF tg_op <> 'TRUNCATE' AND current_user = 'aidledger_owner'
       AND EXISTS (SELECT FROM ledger_erasure AS x
                    WHERE x.entry = caller_setting('erasing')::uuid) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'AL409',
        MESSAGE = format('Records of %s are never changed or removed; a correction is a new '
                         'statement.', tg_table_name);
END
$$;
COMMENT ON FUNCTION record_is_erasable() IS
    'Trigger: refuses UPDATE, DELETE and TRUNCATE on a table of record, but for an erasure that is '
    'on record itself.';

CREATE FUNCTION record_is_emptied() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    was      jsonb := to_jsonb(old);
    stands   jsonb := CASE tg_op WHEN 'UPDATE' THEN to_jsonb(new) ELSE '{}' END;
    of_entry uuid := was ->> 'entry';
    changed  text;
BEGIN
    IF tg_table_name = 'third_party_account' THEN
        SELECT o.entry INTO of_entry
          FROM third_party_observation AS o
         WHERE o.id = (was ->> 'observation_id')::uuid;
    END IF;
    IF tg_op = 'DELETE' AND is_erased(of_entry, 'distinct_from') THEN
        RETURN NULL;
    END IF;
    SELECT k.name INTO changed
      FROM jsonb_object_keys(was) AS k (name)
     WHERE was -> k.name IS DISTINCT FROM stands -> k.name
       AND NOT (is_erased(of_entry, k.name)
                AND stands -> k.name IN ('null', '"erased"', '[]'))
     LIMIT 1;
    IF changed IS NOT NULL THEN
        RAISE EXCEPTION 'an erasure would change "%" of %', changed, tg_table_name;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION record_is_emptied() IS
    'Trigger: an erasure empties the columns it names, to null, "erased" or [], and no other.';

DO $$
DECLARE
    record_table text;
BEGIN
    FOREACH record_table IN ARRAY ARRAY['commitment_revision', 'commitment_distinction',
                                        'third_party_account', 'treasury_receipt_state',
                                        'treasury_rejection']
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %I', record_table || '_kept', record_table);
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_erasable()',
                       record_table || '_kept', record_table);
        EXECUTE format('CREATE TRIGGER %I AFTER UPDATE OR DELETE ON %I '
                       'FOR EACH ROW EXECUTE FUNCTION record_is_emptied()',
                       record_table || '_emptied', record_table);
    END LOOP;
    -- Row-level security is forced on the owner too. It sees the rows of others, answers that are
    -- kept for them included, only while it erases.
    FOREACH record_table IN ARRAY ARRAY['ledger_secret', 'idempotency', 'commitment',
                                        'commitment_state', 'commitment_revision',
                                        'commitment_distinction', 'third_party_account',
                                        'treasury_receipt', 'treasury_receipt_state',
                                        'treasury_rejection']
    LOOP
        EXECUTE format('CREATE POLICY %I ON %I TO aidledger_owner '
                       'USING ((SELECT caller_setting(''erasing'')) IS NOT NULL)',
                       record_table || '_erase', record_table);
    END LOOP;
END
$$;

-- ---------------------------------------------------------------- who may, and what stands against it

CREATE FUNCTION may_erase(e ledger_entry) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN caller_has_role('steward')
        OR (e.organisation_id = caller_organisation()
            AND caller_has_role(CASE split_part(e.kind, '.', 1)
                                WHEN 'commitment' THEN 'donor_approver'
                                WHEN 'treasury' THEN 'recipient_signatory'
                                WHEN 'third_party' THEN 'stakeholder' END));
END
$$;
COMMENT ON FUNCTION may_erase(ledger_entry) IS
    'Whether the caller may erase what a statement says in private: the steward, and whoever '
    'answers for the organisation that stated it.';

CREATE FUNCTION erasure_faults(e ledger_entry, body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    private jsonb := convert_from(e.leaf, 'UTF8')::jsonb -> 'private';
BEGIN
    RETURN coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('/fields/%s', f.place - 1),
                         'rule', CASE WHEN f.times > 1 THEN 'unique' ELSE 'private' END,
                         'detail', CASE WHEN f.times > 1 THEN 'It is listed before.'
                                        ELSE 'The statement has no private field of this name.' END)
                         ORDER BY f.place)
                       FROM (SELECT w.name, w.place,
                                    row_number() OVER (PARTITION BY w.name ORDER BY w.place)
                                        AS times
                               FROM jsonb_array_elements_text(body -> 'fields')
                                    WITH ORDINALITY AS w (name, place)) AS f
                      WHERE f.times > 1 OR NOT private ? f.name), '[]')
        || CASE WHEN (body ->> 'requested_on')::date > today()
                THEN fault('/requested_on', 'not_in_future', 'It was asked for on a day that has '
                                                             'come.')
                ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION erasure_faults(ledger_entry, jsonb) IS
    'What is wrong with what an erasure asks for.';

CREATE FUNCTION is_awaited(e ledger_entry) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE e.kind
           WHEN 'commitment.submitted' THEN EXISTS (
                SELECT FROM commitment AS c
                 WHERE c.id = e.aggregate AND c.status = 'SUBMITTED'
                   AND NOT EXISTS (SELECT FROM ledger_entry AS w
                                    WHERE w.aggregate = c.id AND w.kind = e.kind
                                      AND w.version > e.version))
           WHEN 'treasury.received' THEN EXISTS (
                SELECT FROM treasury_receipt AS r
                 WHERE r.id = e.aggregate AND r.state <> 'WITHDRAWN')
           ELSE EXISTS (
                SELECT FROM commitment AS c
                  JOIN commitment_revision AS r
                    ON r.commitment_id = c.id AND r.revision IN (c.revision, c.amendment)
                 WHERE c.id = e.aggregate AND r.entry = e.entry) END;
END
$$;
COMMENT ON FUNCTION is_awaited(ledger_entry) IS
    'Whether something still to come needs what a statement says: the approval of a draft, a '
    'submission or an amendment, or the next upload of a treasury.';

CREATE FUNCTION stands_in_public(e ledger_entry, of_field text, said jsonb) RETURNS uuid
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce(
    (SELECT s.entry
       FROM ledger_entry AS s
      CROSS JOIN LATERAL (SELECT ledger_public(s.leaf)::jsonb -> of_field) AS p (value)
      WHERE s.aggregate = e.aggregate
        AND (p.value = said
             OR (jsonb_typeof(p.value) = 'array' AND jsonb_typeof(said) = 'array'
                 AND EXISTS (SELECT FROM jsonb_array_elements(
                                         CASE jsonb_typeof(said) WHEN 'array' THEN said END) AS one
                              WHERE p.value @> jsonb_build_array(one.value))))
      ORDER BY s.version
      LIMIT 1),
    (SELECT c.entry
       FROM treasury_receipt_state AS w
       JOIN receipt_confirmation AS c ON c.id = w.confirmation_id
      WHERE e.kind = 'treasury.received' AND of_field = 'treasury_reference'
        AND w.receipt_id = e.aggregate
        AND position(said #>> '{}' IN c.treasury_reference) > 0
      ORDER BY w.version
      LIMIT 1));
END
$$;
COMMENT ON FUNCTION stands_in_public(ledger_entry, text, jsonb) IS
    'The statement that says in the clear what a private field says, or a part of it; null when '
    'none does.';

CREATE PROCEDURE refuse_unerasable(e ledger_entry, of_field text)
LANGUAGE plpgsql AS $$
DECLARE
    erasable text;
    other    uuid;
BEGIN
    SELECT x.erasure INTO other
      FROM ledger_erasure AS x
     WHERE x.entry = e.entry AND x.field = of_field;
    IF FOUND THEN
        CALL refuse_conflict(format('"%s" is erased already, by /v1/ledger/entries/%s.', of_field,
                                    other));
    END IF;
    SELECT f.erasable INTO STRICT erasable
      FROM ledger_field AS f
     WHERE f.kind = e.kind AND f.field = of_field;
    IF erasable = 'never' THEN
        CALL refuse_conflict(format('"%s" is no free text: other facts rest on it, and it is never '
                                    'erased.', of_field));
    END IF;
    SELECT stands_in_public(e, of_field, s.value::jsonb) INTO other
      FROM ledger_secret AS s
     WHERE s.entry = e.entry AND s.field = of_field;
    IF other IS NOT NULL THEN
        CALL refuse_conflict(format('What "%s" says stands in the clear in /v1/ledger/entries/%s, '
                                    'and what was published cannot be erased.', of_field, other));
    END IF;
    IF erasable = 'settled' AND is_awaited(e) THEN
        CALL refuse_conflict(format('"%s" is needed for what is still to come. State anew without '
                                    'it, or settle what waits for it, and erase it then.',
                                    of_field));
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_unerasable(ledger_entry, text) IS
    'Ends the request when a private field of a statement cannot be erased, or not now.';

-- ---------------------------------------------------------------- erasing

CREATE PROCEDURE erasure_hold(e ledger_entry)
LANGUAGE plpgsql AS $$
BEGIN
    CASE split_part(e.kind, '.', 1)
    WHEN 'commitment' THEN
        PERFORM FROM commitment AS c WHERE c.id = e.aggregate FOR UPDATE;
    WHEN 'treasury' THEN
        PERFORM FROM treasury_receipt AS r WHERE r.id = e.aggregate FOR UPDATE;
    ELSE
        CALL aggregate_hold(e.aggregate);
    END CASE;
END
$$;
COMMENT ON PROCEDURE erasure_hold(ledger_entry) IS
    'Holds what the statement is about, in the way of those who make statements about it.';

CREATE FUNCTION said_texts(of_entry uuid, fields text[]) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
    SELECT DISTINCT trim(BOTH '"' FROM l.value::text)
      FROM ledger_secret AS s
     CROSS JOIN LATERAL json_leaves(s.value::jsonb) AS l
     WHERE s.entry = of_entry AND s.field = ANY (fields) AND jsonb_typeof(l.value) = 'string');
END
$$;
COMMENT ON FUNCTION said_texts(uuid, text[]) IS
    'Every text in private fields of a statement, as it would stand in the JSON of an answer.';

-- A title, a reason and the words of an observation cannot be absent: they read "erased".
CREATE PROCEDURE erase_copies(e ledger_entry, fields text[])
LANGUAGE plpgsql AS $$
BEGIN
    CASE e.kind
    WHEN 'commitment.drafted', 'commitment.edited', 'commitment.amendment_proposed' THEN
        UPDATE commitment_revision AS u
           SET title = CASE WHEN 'title' = ANY (fields) THEN 'erased' ELSE u.title END,
               ict_reason = CASE WHEN 'ict_reason' = ANY (fields) THEN 'erased'
                                 ELSE u.ict_reason END,
               narrative = CASE WHEN 'narrative' = ANY (fields) THEN NULL ELSE u.narrative END,
               agreement_reference = CASE WHEN 'agreement_reference' = ANY (fields) THEN NULL
                                          ELSE u.agreement_reference END,
               in_kind = CASE WHEN 'in_kind' = ANY (fields) THEN NULL ELSE u.in_kind END
         WHERE u.commitment_id = e.aggregate AND u.entry = e.entry;
    WHEN 'commitment.submitted' THEN
        DELETE FROM commitment_distinction AS d WHERE d.entry = e.entry;
    WHEN 'third_party.observed' THEN
        UPDATE third_party_account AS u
           SET ground = CASE WHEN 'ground' = ANY (fields) THEN 'erased' ELSE u.ground END,
               text = CASE WHEN 'text' = ANY (fields) THEN 'erased' ELSE u.text END,
               place = CASE WHEN 'place' = ANY (fields) THEN 'erased' ELSE u.place END,
               evidence = CASE WHEN 'evidence' = ANY (fields) THEN '[]' ELSE u.evidence END
         WHERE u.observation_id = e.aggregate;
    WHEN 'treasury.received' THEN
        UPDATE treasury_receipt AS u
           SET treasury_reference = CASE WHEN 'treasury_reference' = ANY (fields) THEN 'erased'
                                         ELSE u.treasury_reference END,
               agreement_reference = CASE WHEN 'agreement_reference' = ANY (fields) THEN NULL
                                          ELSE u.agreement_reference END,
               ref = CASE WHEN 'ref' = ANY (fields) THEN NULL ELSE u.ref END,
               provider = CASE WHEN 'provider' = ANY (fields) THEN NULL ELSE u.provider END
         WHERE u.id = e.aggregate;
    WHEN 'treasury.rejected' THEN
        UPDATE treasury_rejection AS u
           SET reason = 'erased'
         WHERE u.receipt_id = e.aggregate AND u.entry = e.entry;
    WHEN 'treasury.withdrawn' THEN
        UPDATE treasury_receipt_state AS u
           SET reason = NULL
         WHERE u.receipt_id = e.aggregate AND u.entry = e.entry;
    ELSE
        -- A reason for returning stands in no table but that of the secrets.
        NULL;
    END CASE;
END
$$;
COMMENT ON PROCEDURE erase_copies(ledger_entry, text[]) IS
    'Empties what state tables hold of private fields of a statement.';

-- What the aggregate's row repeats of its newest statement, and what is made from its content.
CREATE PROCEDURE erasure_advance(e ledger_entry, receipt ledger_receipt)
LANGUAGE plpgsql AS $$
DECLARE
    c commitment;
BEGIN
    UPDATE treasury_receipt AS u SET version = u.version + 1 WHERE u.id = e.aggregate;
    SELECT w.* INTO c FROM commitment AS w WHERE w.id = e.aggregate;
    IF FOUND THEN
        CALL commitment_store(commitment_advanced(c, receipt));
    END IF;
END
$$;
COMMENT ON PROCEDURE erasure_advance(ledger_entry, ledger_receipt) IS
    'Raises the version of what the statement was about, and remakes its document.';

-- The hash of a body is as good as the body to whoever guesses it. An answer is looked up by when and
-- by whom its statement was made: the index keeps that short however many answers there are.
CREATE INDEX idempotency_answered_at ON idempotency (principal_id, answered_at);
CREATE PROCEDURE erase_answers(e ledger_entry, texts text[])
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE idempotency AS u
       SET fingerprint = '',
           answer = (410, format('This request was carried out: it is the statement '
                                 '/v1/ledger/entries/%s. What it was answered has been erased '
                                 'since. Do not send it again.', s.entry), NULL, NULL)::answer
      FROM ledger_entry AS s
     WHERE s.aggregate = e.aggregate AND s.version >= e.version
       AND u.principal_id = s.actor
       AND u.answered_at BETWEEN s.at - interval '5 minutes' AND s.at + interval '5 minutes'
       AND position(s.entry::text IN (u.answer).body) > 0
       AND (s.entry = e.entry
            OR EXISTS (SELECT FROM unnest(texts) AS t (said)
                        WHERE position(t.said IN (u.answer).body) > 0));
    -- The answer to an upload names its rows and no statement, and later uploads name them again.
    UPDATE idempotency AS u
       SET fingerprint = '',
           answer = (410, 'This upload was carried out. What it was answered has been erased since, '
                          'for a row of it was. Do not send it again.', NULL, NULL)::answer
     WHERE e.kind = 'treasury.received'
       AND u.route = 'POST /v1/treasury-receipts'
       AND u.principal_id IN (SELECT p.id
                                FROM treasury_receipt AS r
                                JOIN principal AS p ON p.country = r.country
                               WHERE r.id = e.aggregate)
       AND position(e.aggregate::text IN (u.answer).body) > 0;
END
$$;
COMMENT ON PROCEDURE erase_answers(ledger_entry, text[]) IS
    'Takes erased words out of the answers that are kept for retries, with the fingerprint of the '
    'request that said them.';

-- The one function that runs with the owner's rights. Nobody else may change a record, read what
-- another organisation holds in private, or touch an answer kept for somebody else; and whoever
-- calls it erases nothing without the statement that says so, for it makes both.
CREATE FUNCTION ledger_erased(of_entry uuid, body jsonb) RETURNS ledger_receipt
LANGUAGE plpgsql SECURITY DEFINER SET search_path = aidledger, pg_temp AS $$
DECLARE
    e       ledger_entry;
    fields  text[];
    texts   text[];
    name    text;
    receipt ledger_receipt;
BEGIN
    SELECT w.* INTO e FROM ledger_entry AS w WHERE w.entry = of_entry;
    IF NOT FOUND THEN
        CALL refuse_missing('statement');
    END IF;
    IF NOT may_erase(e) THEN
        CALL refuse_forbidden('It is for the steward to erase this, or for the approver, signatory '
                              'or stakeholder of the organisation that stated it.');
    END IF;
    CALL refuse_faults(erasure_faults(e, body));
    PERFORM set_config('aidledger.erasing', e.entry::text, true);
    CALL erasure_hold(e);
    fields := ARRAY(SELECT jsonb_array_elements_text(body -> 'fields'));
    FOREACH name IN ARRAY fields LOOP
        CALL refuse_unerasable(e, name);
    END LOOP;
    receipt := aggregate_append(e.aggregate, 'ledger.erased',
                                body || jsonb_build_object('entry', e.entry));
    INSERT INTO ledger_erasure (entry, field, erasure)
    SELECT e.entry, f.name, receipt.entry FROM unnest(fields) AS f (name);
    texts := said_texts(e.entry, fields);
    DELETE FROM ledger_secret AS s WHERE s.entry = e.entry AND s.field = ANY (fields);
    CALL erase_copies(e, fields);
    CALL erasure_advance(e, receipt);
    CALL erase_answers(e, texts);
    PERFORM set_config('aidledger.erasing', '', true);
    RETURN receipt;
END
$$;
COMMENT ON FUNCTION ledger_erased(uuid, jsonb) IS
    'States that private fields of a statement are erased, and erases them: salts and values, what '
    'state tables and documents hold of them, and the answers kept for retries.';

CREATE FUNCTION ledger_erase(of_entry uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    receipt := ledger_erased(of_entry, body);
    RETURN write_end(body, (201,
        json_build_object('erasure', json_build_object(
                              'entry', of_entry, 'fields', body -> 'fields',
                              'reason', body -> 'reason', 'legal_basis', body -> 'legal_basis',
                              'requested_on', body -> 'requested_on'),
                          'statement', statement_json(receipt))::text,
        NULL, '/v1/ledger/entries/' || receipt.entry)::answer);
END
$$;
COMMENT ON FUNCTION ledger_erase(uuid, jsonb) IS
    'Erases private fields of a statement for good.';

-- ---------------------------------------------------------------- what knows of erasures

CREATE OR REPLACE FUNCTION write_begin(body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    known idempotency;
BEGIN
    IF NOT key_is_live(caller_setting('key')::uuid) THEN
        RAISE EXCEPTION USING ERRCODE = 'AL401', MESSAGE = 'The key has expired or was revoked.';
    END IF;
    IF caller_setting('idempotency_key') IS NULL THEN
        RETURN NULL;
    END IF;
    -- The second of two racing requests waits here until the first has committed or failed, and
    -- then sees its answer, for each statement of this function reads a new snapshot.
    PERFORM pg_advisory_xact_lock(hashtextextended(
        concat_ws(' ', caller_principal(), caller_setting('route'),
                  caller_setting('idempotency_key')), 0));
    SELECT i.* INTO known
      FROM idempotency AS i
     WHERE i.principal_id = caller_principal()
       AND i.route = caller_setting('route')
       AND i.key = caller_setting('idempotency_key');
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    -- Nobody can tell any more whether it says the same, and nothing may be recorded twice.
    IF (known.answer).status = 410 THEN
        RAISE EXCEPTION USING ERRCODE = 'AL410', MESSAGE = (known.answer).body;
    END IF;
    IF known.fingerprint <> body_fingerprint(body) THEN
        RAISE EXCEPTION USING ERRCODE = 'ALKEY',
            MESSAGE = 'This Idempotency-Key was used before with another body. Use a new key for '
                      'a new request.';
    END IF;
    RETURN known.answer;
END
$$;
COMMENT ON COLUMN idempotency.fingerprint IS
    'SHA-256 of the body; empty once what the body said is erased.';

CREATE OR REPLACE FUNCTION history_json(of_entry uuid) RETURNS json
LANGUAGE sql STABLE
AS $$
    SELECT json_build_object(
        'version', e.version, 'kind', e.kind, 'at', rfc3339(e.at),
        'organisation', organisation_reference(e.organisation_id), 'actor', e.actor,
        'entry', e.entry, 'leaf_hash', encode(e.leaf_hash, 'hex'),
        'leaf_index', (SELECT l.leaf_index FROM ledger_leaf AS l WHERE l.entry = e.entry),
        'public', ledger_public(e.leaf),
        'private', (SELECT json_object_agg(s.field, s.value::json ORDER BY s.field)
                      FROM ledger_secret AS s
                     WHERE s.entry = e.entry),
        'erased', erased_json(e.entry))
      FROM ledger_entry AS e
     WHERE e.entry = of_entry
$$;

CREATE OR REPLACE FUNCTION treasury_rows(body jsonb, of_country text)
RETURNS TABLE (place bigint, row_ treasury_receipt, note text, times bigint, known uuid,
               differs boolean)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT e.ordinality, w, e.value ->> 'note',
           row_number() OVER (PARTITION BY e.value ->> 'treasury_reference' ORDER BY e.ordinality),
           coalesce(same.id, live.id), same.id IS NULL AND live.id IS NOT NULL
      FROM jsonb_array_elements(body) WITH ORDINALITY AS e
     CROSS JOIN LATERAL jsonb_populate_record(NULL::treasury_receipt,
                    e.value || jsonb_build_object('country', of_country, 'state', 'OPEN')) AS w
      LEFT JOIN LATERAL (
           SELECT k.id
             FROM treasury_receipt AS k
            WHERE k.country = of_country
              AND k.treasury_reference = w.treasury_reference
              AND (k.amount, k.currency, k.value_date)
                  IS NOT DISTINCT FROM (w.amount, w.currency, w.value_date)
              -- The books go on saying what is erased here: it stays the same row.
              AND (k.agreement_reference IS NOT DISTINCT FROM w.agreement_reference
                   OR is_erased(k.entry, 'agreement_reference'))
              AND (k.ref IS NOT DISTINCT FROM w.ref OR is_erased(k.entry, 'ref'))
              AND (k.provider IS NOT DISTINCT FROM w.provider OR is_erased(k.entry, 'provider'))
            ORDER BY k.state = 'WITHDRAWN', k.recorded_at DESC
            LIMIT 1) AS same ON true
      LEFT JOIN treasury_receipt AS live
        ON live.country = of_country AND live.treasury_reference = w.treasury_reference
       AND live.state <> 'WITHDRAWN'
     ORDER BY e.ordinality;
END
$$;

GRANT SELECT ON ledger_erasure
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer, aidledger_keeper;
GRANT EXECUTE ON FUNCTION erased_json(uuid), private_json(bytea), is_erased(uuid, text)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT EXECUTE ON FUNCTION ledger_erased(uuid, jsonb), ledger_erase(uuid, jsonb),
      record_is_erasable(), record_is_emptied()
   TO aidledger_writer;
