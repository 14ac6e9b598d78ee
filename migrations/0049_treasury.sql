-- What a government's treasury received, row by row as its books have it, and the disbursements that
-- each row may be. A person decides: nothing is confirmed by itself.
--
-- Rows are private to their country and to auditors, confirmed ones too. A treasury's books hold money
-- that is no aid, and names of people and accounts; what others may know of a row is what its
-- government says in confirming a disbursement, and that is a statement of its own.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, v.exposure
  FROM (VALUES ('treasury.received', 'public', ARRAY['id', 'country']),
               ('treasury.received', 'private', ARRAY['treasury_reference', 'agreement_reference',
                                                      'ref', 'provider', 'amount', 'currency',
                                                      'value_date', 'note']),
               ('treasury.confirmed', 'public', ARRAY['transaction', 'confirmation', 'amount',
                                                      'currency']),
               ('treasury.rejected', 'private', ARRAY['transaction', 'reason']),
               ('treasury.withdrawn', 'private', ARRAY['reason'])) AS v (kind, exposure, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

CREATE TABLE treasury_receipt (
    id                  uuid    NOT NULL CONSTRAINT treasury_receipt_pkey PRIMARY KEY,
    country             text    NOT NULL
        CONSTRAINT treasury_receipt_country_known REFERENCES country (code),
    treasury_reference  text    NOT NULL,
    agreement_reference text,
    ref                 text,
    provider            text,
    amount              numeric NOT NULL,
    currency            text    NOT NULL
        CONSTRAINT treasury_receipt_currency_known REFERENCES currency (code),
    value_date          date    NOT NULL,
    state               text    NOT NULL,
    transaction_id      uuid    CONSTRAINT treasury_receipt_transaction_id_known
                                REFERENCES transaction (id),
    confirmation_id     uuid    CONSTRAINT treasury_receipt_confirmation_id_known
                                REFERENCES receipt_confirmation (id),
    version             integer NOT NULL,
    organisation_id     uuid    NOT NULL
        CONSTRAINT treasury_receipt_organisation_id_known REFERENCES organisation (id),
    entry               uuid    NOT NULL
        CONSTRAINT treasury_receipt_entry_known REFERENCES ledger_entry (entry),
    recorded_at         timestamptz NOT NULL,
    CONSTRAINT treasury_receipt_amount_positive CHECK (amount > 0),
    CONSTRAINT treasury_receipt_state_known CHECK (state IN ('OPEN', 'CONFIRMED', 'WITHDRAWN')),
    CONSTRAINT treasury_receipt_confirmation_id_given CHECK (
        (state = 'CONFIRMED') = (confirmation_id IS NOT NULL)
        AND (transaction_id IS NULL) = (confirmation_id IS NULL))
);
CREATE UNIQUE INDEX treasury_receipt_reference_unique
    ON treasury_receipt (country, treasury_reference) WHERE state <> 'WITHDRAWN';
CREATE INDEX treasury_receipt_country ON treasury_receipt (country, value_date DESC, id DESC);
CREATE INDEX treasury_receipt_confirmation_id ON treasury_receipt (confirmation_id)
 WHERE confirmation_id IS NOT NULL;
COMMENT ON TABLE treasury_receipt IS
    'Money that the treasury of a country received, one row of its books each, and where it stands '
    'now. Its note may name people and accounts: it is kept beside the ledger only, where it can '
    'be erased, and is read by the organisation that uploaded it and by auditors.';
COMMENT ON COLUMN treasury_receipt.ref IS 'The payment''s reference as the payer gave it.';
COMMENT ON COLUMN treasury_receipt.provider IS 'Who paid, as the books name it.';
COMMENT ON COLUMN treasury_receipt.state IS
    'An open row reads PROPOSED when a disbursement has its agreement and reference, else '
    'UNMATCHED.';
COMMENT ON CONSTRAINT treasury_receipt_amount_positive ON treasury_receipt IS
    '/amount: An amount received is greater than zero.';
COMMENT ON CONSTRAINT treasury_receipt_state_known ON treasury_receipt IS
    '/state: The state is one of the known ones.';
COMMENT ON CONSTRAINT treasury_receipt_confirmation_id_given ON treasury_receipt IS
    'A confirmed row names its disbursement and the confirmation, and no other row does.';

CREATE TABLE treasury_receipt_state (
    receipt_id      uuid    NOT NULL
        CONSTRAINT treasury_receipt_state_receipt_id_known REFERENCES treasury_receipt (id),
    version         integer NOT NULL,
    state           text    NOT NULL,
    transaction_id  uuid    CONSTRAINT treasury_receipt_state_transaction_id_known
                            REFERENCES transaction (id),
    confirmation_id uuid    CONSTRAINT treasury_receipt_state_confirmation_id_known
                            REFERENCES receipt_confirmation (id),
    amount          numeric,
    reason          text,
    entry           uuid    NOT NULL
        CONSTRAINT treasury_receipt_state_entry_known REFERENCES ledger_entry (entry),
    CONSTRAINT treasury_receipt_state_pkey PRIMARY KEY (receipt_id, version),
    CONSTRAINT treasury_receipt_state_state_known CHECK (
        state IN ('OPEN', 'CONFIRMED', 'WITHDRAWN')),
    CONSTRAINT treasury_receipt_state_amount_positive CHECK (amount > 0),
    CONSTRAINT treasury_receipt_state_reason_length CHECK (char_length(reason) BETWEEN 1 AND 2000)
);
CREATE INDEX treasury_receipt_state_transaction_id ON treasury_receipt_state (transaction_id)
 WHERE transaction_id IS NOT NULL;
COMMENT ON TABLE treasury_receipt_state IS
    'The states a row of a treasury went through, for reading it as of a ledger position.';
COMMENT ON COLUMN treasury_receipt_state.amount IS
    'How much of the disbursement the row confirms, in the currency of the disbursement.';
COMMENT ON CONSTRAINT treasury_receipt_state_state_known ON treasury_receipt_state IS
    '/state: The state is one of the known ones.';
COMMENT ON CONSTRAINT treasury_receipt_state_amount_positive ON treasury_receipt_state IS
    '/amount: An amount received is greater than zero.';
COMMENT ON CONSTRAINT treasury_receipt_state_reason_length ON treasury_receipt_state IS
    '/reason: A reason has 1 to 2,000 characters.';

CREATE TABLE treasury_rejection (
    receipt_id      uuid        NOT NULL
        CONSTRAINT treasury_rejection_receipt_id_known REFERENCES treasury_receipt (id),
    transaction_id  uuid        NOT NULL
        CONSTRAINT treasury_rejection_transaction_id_known REFERENCES transaction (id),
    reason          text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT treasury_rejection_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT treasury_rejection_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT treasury_rejection_pkey PRIMARY KEY (receipt_id, transaction_id),
    CONSTRAINT treasury_rejection_reason_length CHECK (char_length(reason) BETWEEN 1 AND 2000)
);
COMMENT ON TABLE treasury_rejection IS
    'That a row of a treasury is not the disbursement that it looks like, and why.';
COMMENT ON CONSTRAINT treasury_rejection_reason_length ON treasury_rejection IS
    '/reason: A reason has 1 to 2,000 characters.';

ALTER TABLE treasury_receipt ENABLE ROW LEVEL SECURITY;
ALTER TABLE treasury_receipt FORCE ROW LEVEL SECURITY;
CREATE POLICY treasury_receipt_read ON treasury_receipt FOR SELECT
    USING (country = (SELECT caller_country()) OR (SELECT caller_reads_all()));
CREATE POLICY treasury_receipt_upload ON treasury_receipt FOR INSERT
    WITH CHECK (country = (SELECT caller_country())
                AND organisation_id = (SELECT caller_organisation()));
CREATE POLICY treasury_receipt_advance ON treasury_receipt FOR UPDATE
    USING (country = (SELECT caller_country()));
DO $$
DECLARE
    record_table text;
BEGIN
    FOREACH record_table IN ARRAY ARRAY['treasury_receipt_state', 'treasury_rejection']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable()',
                       record_table || '_kept', record_table);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', record_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', record_table);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (EXISTS (SELECT FROM '
                       'treasury_receipt AS r WHERE r.id = receipt_id))',
                       record_table || '_read', record_table);
        EXECUTE format('CREATE POLICY %I ON %I FOR INSERT WITH CHECK (EXISTS (SELECT FROM '
                       'treasury_receipt AS r WHERE r.id = receipt_id '
                       'AND r.country = (SELECT caller_country())))',
                       record_table || '_make', record_table);
    END LOOP;
END
$$;

-- A column of its own: behind row-level security an index of agreement_key(ref) would not be used, for
-- the function is not known to keep its arguments to itself.
ALTER TABLE transaction
    ADD COLUMN ref_key text GENERATED ALWAYS AS (agreement_key(ref)) STORED;
COMMENT ON COLUMN transaction.ref_key IS
    'The reference without what people write differently: case, spaces, dashes, slashes.';
CREATE INDEX transaction_ref_key ON transaction (ref_key) WHERE ref_key IS NOT NULL;
CREATE INDEX transaction_disbursed ON transaction (currency, value_date)
 WHERE transaction_type = '3' AND adjusts IS NULL;

-- ---------------------------------------------------------------- what a row may be

CREATE FUNCTION treasury_at(of_receipt uuid, as_of bigint) RETURNS treasury_receipt_state
LANGUAGE plpgsql STABLE AS $$
DECLARE
    s treasury_receipt_state;
BEGIN
    SELECT w.* INTO s
      FROM treasury_receipt_state AS w
     WHERE w.receipt_id = of_receipt AND ledger_holds(w.entry, as_of)
     ORDER BY w.version DESC
     LIMIT 1;
    RETURN s;
END
$$;
COMMENT ON FUNCTION treasury_at(uuid, bigint) IS
    'Where a row of a treasury stands as of a ledger position, or now.';

CREATE FUNCTION treasury_confirmed(of_transaction uuid, of_country text, as_of bigint)
RETURNS numeric
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(sum(w.amount), 0)
      FROM (SELECT DISTINCT s.receipt_id
              FROM treasury_receipt_state AS s
              JOIN treasury_receipt AS r ON r.id = s.receipt_id
             WHERE s.transaction_id = of_transaction AND r.country = of_country) AS k
     CROSS JOIN treasury_at(k.receipt_id, as_of) AS w
     WHERE w.state = 'CONFIRMED');
END
$$;
COMMENT ON FUNCTION treasury_confirmed(uuid, text, bigint) IS
    'How much of a disbursement rows of the treasury confirm, as of a ledger position or now.';

CREATE FUNCTION agreement_at(of_commitment uuid, as_of bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT r.agreement_reference
      FROM commitment_state AS s
      JOIN commitment_revision AS r
        ON r.commitment_id = s.commitment_id AND r.revision = s.revision
     WHERE s.commitment_id = of_commitment AND ledger_holds(s.entry, as_of)
     ORDER BY s.version DESC
     LIMIT 1);
END
$$;
COMMENT ON FUNCTION agreement_at(uuid, bigint) IS
    'The agreement that a commitment names as of a ledger position, or now.';

CREATE FUNCTION treasury_disbursements(r treasury_receipt, as_of bigint, furthest integer)
RETURNS TABLE (id uuid, commitment_id uuid, ref text, agreement text, provider text[],
               currency text, value_date date, amount_left numeric)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT t.id, t.commitment_id, t.ref_key,
           agreement_key(coalesce(t.agreement_reference, agreement_at(t.commitment_id, as_of))),
           ARRAY[agreement_key(o.identifier), agreement_key(o.name),
                 agreement_key(t.provider_org ->> 'ref'), agreement_key(t.provider_org ->> 'name')],
           t.currency, t.value_date,
           reported_to(t.id, r.country, version_at(t.commitment_id, as_of))
               - treasury_confirmed(t.id, r.country, as_of)
      FROM (SELECT v.id
              FROM transaction AS v
             WHERE v.transaction_type = '3' AND v.adjusts IS NULL
               AND v.ref_key = agreement_key(r.ref)
             UNION
            SELECT v.id
              FROM transaction AS v
             WHERE furthest > 1
               AND v.transaction_type = '3' AND v.adjusts IS NULL
               AND v.currency = r.currency
               AND v.value_date BETWEEN r.value_date - 30 AND r.value_date + 30) AS n
      JOIN transaction AS t ON t.id = n.id
      JOIN disbursement_receipt AS d ON d.transaction_id = t.id AND d.country = r.country
      JOIN organisation AS o ON o.id = t.organisation_id
     CROSS JOIN LATERAL (
           SELECT (SELECT (confirmation_at(w, as_of)).state
                     FROM receipt_confirmation AS w
                    WHERE w.transaction_id = t.id AND w.country = r.country
                      AND ledger_holds(w.entry, as_of)
                    ORDER BY w.ordinal DESC
                    LIMIT 1) AS state) AS c
     WHERE ledger_holds(t.entry, as_of)
       AND coalesce(c.state, 'REPORTED') NOT IN ('CONFIRMED', 'RECONCILED')
       AND NOT EXISTS (SELECT FROM treasury_rejection AS x
                        WHERE x.receipt_id = r.id AND x.transaction_id = t.id
                          AND ledger_holds(x.entry, as_of));
END
$$;
COMMENT ON FUNCTION treasury_disbursements(treasury_receipt, bigint, integer) IS
    'Disbursements to the country that are not confirmed yet and that a row was not told from, as '
    'of a ledger position or now: those with its reference and, beyond the first rule, those '
    'within 30 days in its currency. What other rows confirm of one is not left of it any more.';

-- Planned once for all: behind row-level security a plan takes longer to make than to carry out.
CREATE FUNCTION treasury_matches(r treasury_receipt, as_of bigint, furthest integer)
RETURNS TABLE (transaction_id uuid, commitment_id uuid, rule integer, score integer,
               grounds text[], currency text, amount_left numeric, days integer)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    IF furthest = 1 AND NOT EXISTS (SELECT FROM transaction AS t
                                     WHERE t.ref_key = agreement_key(r.ref)) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH compared AS (
        SELECT d.id, d.commitment_id, d.currency, d.amount_left,
               abs(d.value_date - r.value_date) AS days,
               coalesce(d.agreement = agreement_key(r.agreement_reference), false) AS agreement,
               coalesce(d.ref = agreement_key(r.ref), false) AS reference,
               d.currency = r.currency AND d.amount_left = r.amount AS amount,
               d.currency = r.currency
                   AND abs(d.amount_left - r.amount) * 200 <= d.amount_left AS nearly,
               coalesce(agreement_key(r.provider) = ANY (d.provider), false) AS provider
          FROM treasury_disbursements(r, as_of, furthest) AS d
         WHERE d.amount_left > 0),
    ruled AS (
        SELECT c.*, CASE WHEN c.agreement AND c.reference THEN 1
                         WHEN c.agreement AND c.amount AND c.days <= 10 THEN 2
                         WHEN c.provider AND c.nearly AND c.days <= 30 THEN 3 END AS rule
          FROM compared AS c)
    SELECT m.id, m.commitment_id, m.rule, g.score::integer, g.grounds, m.currency, m.amount_left,
           m.days
      FROM ruled AS m
     CROSS JOIN LATERAL (
           SELECT sum(v.points) AS score,
                  array_agg(v.name ORDER BY v.points DESC, v.name) AS grounds
             FROM (VALUES ('agreement', 35, m.agreement), ('reference', 30, m.reference),
                          ('amount', 15, m.amount),
                          ('amount_within_tolerance', 8, m.nearly AND NOT m.amount),
                          ('provider', 10, m.provider), ('date_within_10_days', 10, m.days <= 10),
                          ('date_within_30_days', 5, m.days BETWEEN 11 AND 30))
                  AS v (name, points, holds)
            WHERE v.holds) AS g
     WHERE m.rule <= furthest
     ORDER BY m.rule, g.score DESC, m.id
     LIMIT 20;
END
$$;
COMMENT ON FUNCTION treasury_matches(treasury_receipt, bigint, integer) IS
    'The disbursements that a row may be, by the first rule that holds: 1 agreement and reference; '
    '2 agreement, amount in the original currency, dates within 10 days; 3 provider, amount within '
    '0.5 percent, dates within 30 days. Score, 0 to 100: agreement 35, reference 30, amount 15 (8 '
    'within 0.5 percent), provider 10, dates 10 (5 within 30 days).';

CREATE FUNCTION treasury_matches_json(r treasury_receipt, as_of bigint, nearest integer,
                                      furthest integer) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(json_agg(json_build_object(
               'transaction_id', m.transaction_id, 'commitment_id', m.commitment_id,
               'rule', m.rule, 'score', m.score, 'grounds', to_json(m.grounds),
               'currency', m.currency, 'amount_left', m.amount_left::text,
               'days_apart', m.days) ORDER BY m.rule, m.score DESC, m.transaction_id), '[]')
      FROM treasury_matches(r, as_of, furthest) AS m
     WHERE m.rule >= nearest);
END
$$;
COMMENT ON FUNCTION treasury_matches_json(treasury_receipt, bigint, integer, integer) IS
    'The disbursements that a row may be by these rules, as documents show them.';

CREATE FUNCTION treasury_reading(r treasury_receipt, as_of bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    state text := (treasury_at(r.id, as_of)).state;
BEGIN
    RETURN CASE WHEN state <> 'OPEN' THEN state
                WHEN EXISTS (SELECT FROM treasury_matches(r, as_of, 1)) THEN 'PROPOSED'
                ELSE 'UNMATCHED' END;
END
$$;
COMMENT ON FUNCTION treasury_reading(treasury_receipt, bigint) IS
    'The state of a row as documents show it: an open one is proposed or unmatched.';

CREATE FUNCTION treasury_json(r treasury_receipt, as_of bigint, candidates boolean) RETURNS json
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', r.id, 'country', r.country, 'treasury_reference', r.treasury_reference,
        'agreement_reference', r.agreement_reference, 'ref', r.ref, 'provider', r.provider,
        'amount', r.amount::text, 'currency', r.currency, 'value_date', r.value_date,
        'note', (SELECT n.value::jsonb #>> '{}'
                   FROM ledger_secret AS n
                  WHERE n.entry = r.entry AND n.field = 'note'),
        'state', CASE WHEN s.state <> 'OPEN' THEN s.state
                      WHEN json_array_length(p.proposals) > 0 THEN 'PROPOSED'
                      ELSE 'UNMATCHED' END,
        'transaction_id', s.transaction_id, 'confirmation_id', s.confirmation_id,
        'confirmed_amount', s.amount::text, 'withdrawal_reason', s.reason,
        'proposals', p.proposals,
        'candidates', CASE WHEN NOT candidates THEN NULL
                           WHEN s.state = 'OPEN' THEN treasury_matches_json(r, as_of, 2, 3)
                           ELSE '[]' END,
        'rejections', (SELECT coalesce(json_agg(json_build_object(
                                  'transaction_id', x.transaction_id, 'reason', x.reason,
                                  'rejected_by', organisation_reference(x.organisation_id),
                                  'entry', x.entry, 'rejected_at', rfc3339(x.recorded_at))
                                  ORDER BY x.recorded_at, x.transaction_id), '[]')
                         FROM treasury_rejection AS x
                        WHERE x.receipt_id = r.id AND ledger_holds(x.entry, as_of)),
        'uploaded_by', organisation_reference(r.organisation_id),
        'entry', r.entry, 'recorded_at', rfc3339(r.recorded_at))
      FROM treasury_at(r.id, as_of) AS s
     CROSS JOIN LATERAL (
           SELECT CASE WHEN s.state = 'OPEN' THEN treasury_matches_json(r, as_of, 1, 1)
                       ELSE '[]' END AS proposals) AS p);
END
$$;
COMMENT ON FUNCTION treasury_json(treasury_receipt, bigint, boolean) IS
    'A row of a treasury as documents show it, as of a ledger position or now; candidates, by the '
    'second and third rule, when they are asked for.';

-- ---------------------------------------------------------------- what is written

CREATE FUNCTION treasury_rows(body jsonb, of_country text)
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
              AND (k.agreement_reference, k.ref, k.provider, k.amount, k.currency, k.value_date)
                  IS NOT DISTINCT FROM (w.agreement_reference, w.ref, w.provider, w.amount,
                                        w.currency, w.value_date)
            ORDER BY k.state = 'WITHDRAWN', k.recorded_at DESC
            LIMIT 1) AS same ON true
      LEFT JOIN treasury_receipt AS live
        ON live.country = of_country AND live.treasury_reference = w.treasury_reference
       AND live.state <> 'WITHDRAWN'
     ORDER BY e.ordinality;
END
$$;
COMMENT ON FUNCTION treasury_rows(jsonb, text) IS
    'The rows of an upload in their order: the receipt each would be, how often its reference '
    'stands up to it, the row that is recorded already, withdrawn or not, and whether that one '
    'says something else.';

CREATE FUNCTION treasury_faults(body jsonb, of_country text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((
    SELECT jsonb_agg(f.value ORDER BY w.place, f.ordinality)
      FROM treasury_rows(body, of_country) AS w
     CROSS JOIN LATERAL jsonb_array_elements(
               CASE WHEN w.times > 1
                    THEN fault(format('/%s/treasury_reference', w.place - 1), 'unique',
                               'The reference stands before in the same upload.')
                    WHEN w.differs
                    THEN fault(format('/%s/treasury_reference', w.place - 1), 'said_before', format(
                             'The receipt %s has this reference and says something else; withdraw '
                             'that one first.', w.known)) ELSE '[]' END
               || CASE WHEN EXISTS (SELECT FROM currency AS c
                                     WHERE c.code = (w.row_).currency) THEN '[]'
                       ELSE fault(format('/%s/currency', w.place - 1), 'codelist', format(
                                '"%s" is no currency; see /v1/codelists/Currency.',
                                (w.row_).currency)) END
               || CASE WHEN (w.row_).amount > 0 THEN '[]'
                       ELSE fault(format('/%s/amount', w.place - 1), 'positive',
                                  'An amount received is greater than zero.') END
               || amount_faults(format('/%s/amount', w.place - 1), (w.row_).amount::text,
                                (w.row_).currency)
               || CASE WHEN (w.row_).value_date <= today() THEN '[]'
                       ELSE fault(format('/%s/value_date', w.place - 1), 'not_in_future',
                                  'What arrived has arrived.') END)
           WITH ORDINALITY AS f), '[]');
END
$$;
COMMENT ON FUNCTION treasury_faults(jsonb, text) IS
    'What is wrong with the rows of an upload; pointers count the rows below the header line '
    'from 0.';

CREATE FUNCTION treasury_receive(r treasury_receipt, note text) RETURNS treasury_receipt
LANGUAGE plpgsql AS $$
DECLARE
    receipt ledger_receipt;
BEGIN
    r.id := gen_random_uuid();
    r.version := 1;
    r.organisation_id := caller_organisation();
    receipt := ledger_append('treasury.received', r.organisation_id, r.id, 1, NULL,
                   jsonb_build_object(
                       'id', r.id, 'country', r.country,
                       'treasury_reference', r.treasury_reference,
                       'agreement_reference', r.agreement_reference, 'ref', r.ref,
                       'provider', r.provider, 'amount', r.amount::text, 'currency', r.currency,
                       'value_date', r.value_date, 'note', note));
    r.entry := receipt.entry;
    r.recorded_at := receipt.at;
    INSERT INTO treasury_receipt SELECT r.*;
    INSERT INTO treasury_receipt_state (receipt_id, version, state, entry)
    VALUES (r.id, 1, 'OPEN', r.entry);
    RETURN r;
END
$$;
COMMENT ON FUNCTION treasury_receive(treasury_receipt, text) IS
    'Records one row of a treasury, a statement of its own: it is confirmed, withdrawn and erased '
    'by itself.';

CREATE FUNCTION treasury_upload(body jsonb, dry_run boolean) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given  answer := write_begin(body);
    w      record;
    r      treasury_receipt;
    told   jsonb := '[]';
    result text;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    -- One upload of a country after the other, or two of the same would both be new.
    PERFORM pg_advisory_xact_lock(hashtextextended(
        concat_ws(' ', 'aidledger treasury', caller_country()), 0));
    CALL refuse_faults(treasury_faults(body, caller_country()));
    FOR w IN SELECT v.* FROM treasury_rows(body, caller_country()) AS v ORDER BY v.place
    LOOP
        r := w.row_;
        IF w.known IS NOT NULL THEN
            SELECT k.* INTO r FROM treasury_receipt AS k WHERE k.id = w.known;
        ELSIF NOT dry_run THEN
            r := treasury_receive(r, w.note);
        END IF;
        told := told || jsonb_build_object(
            'row', w.place, 'treasury_reference', r.treasury_reference,
            'result', CASE WHEN w.known IS NULL THEN 'received' ELSE 'known' END,
            'id', r.id,
            'state', CASE WHEN r.state <> 'OPEN' THEN r.state
                          WHEN EXISTS (SELECT FROM treasury_matches(r, NULL, 1)) THEN 'PROPOSED'
                          ELSE 'UNMATCHED' END);
    END LOOP;
    given := (200, jsonb_build_object(
                       'dry_run', dry_run,
                       'received', jsonb_array_length(jsonb_path_query_array(
                                       told, '$[*] ? (@.result == "received")')),
                       'known', jsonb_array_length(jsonb_path_query_array(
                                    told, '$[*] ? (@.result == "known")')),
                       'rows', told)::text, NULL, NULL)::answer;
    -- A trial leaves nothing behind, so its key is good for the upload itself.
    RETURN CASE WHEN dry_run THEN given ELSE write_end(body, given) END;
END
$$;
COMMENT ON FUNCTION treasury_upload(jsonb, boolean) IS
    'Records the rows of a treasury, all or none. A row that is recorded already is told and not '
    'recorded again, a withdrawn one neither: the next upload of the same books changes nothing. A '
    'trial says what would be and records nothing.';

-- What a row may be changes with the disbursements that others report: the tag of a read goes on after
-- the version with a digest, and nobody has to decide anew for that.
CREATE PROCEDURE refuse_stale_reading(version integer)
LANGUAGE plpgsql AS $$
BEGIN
    IF version::text <> ALL (SELECT split_part(m.tag, '.', 1)
                               FROM regexp_split_to_table(caller_setting('if_match'), ',')
                                    AS m (tag)) THEN
        CALL refuse_stale(version);
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_stale_reading(integer) IS
    'Ends the request when its If-Match names no reading of this version.';

CREATE FUNCTION treasury_lock(of_receipt uuid) RETURNS treasury_receipt
LANGUAGE plpgsql AS $$
DECLARE
    r treasury_receipt;
BEGIN
    SELECT w.* INTO r FROM treasury_receipt AS w WHERE w.id = of_receipt FOR UPDATE;
    IF NOT FOUND THEN
        CALL refuse_missing('treasury receipt');
    END IF;
    CALL refuse_stale_reading(r.version);
    RETURN r;
END
$$;
COMMENT ON FUNCTION treasury_lock(uuid) IS
    'The row, held by this transaction, If-Match included.';

CREATE PROCEDURE refuse_unless_open(r treasury_receipt, deed text)
LANGUAGE plpgsql AS $$
BEGIN
    IF r.state <> 'OPEN' THEN
        CALL refuse_conflict(format('A treasury receipt that is %s cannot be %s.', r.state, deed));
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_unless_open(treasury_receipt, text) IS
    'Ends the request when the row is confirmed or withdrawn.';

CREATE FUNCTION treasury_turn(r treasury_receipt, receipt ledger_receipt, amount numeric,
                              reason text) RETURNS treasury_receipt
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE treasury_receipt AS u
       SET state = r.state, transaction_id = r.transaction_id,
           confirmation_id = r.confirmation_id, version = u.version + 1
     WHERE u.id = r.id
    RETURNING u.* INTO r;
    INSERT INTO treasury_receipt_state (receipt_id, version, state, transaction_id,
                                        confirmation_id, amount, reason, entry)
    VALUES (r.id, r.version, r.state, r.transaction_id, r.confirmation_id, amount, reason,
            receipt.entry);
    RETURN r;
END
$$;
COMMENT ON FUNCTION treasury_turn(treasury_receipt, ledger_receipt, numeric, text) IS
    'Records the state a row turned into with this statement.';

CREATE FUNCTION treasury_answer(r treasury_receipt, receipt ledger_receipt) RETURNS answer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (200, json_build_object(
                     'treasury_receipt', treasury_json(r, NULL, false),
                     'receipt_confirmation', (SELECT receipt_json(c)
                                                FROM receipt_confirmation AS c
                                               WHERE c.id = r.confirmation_id),
                     'statement', statement_json(receipt))::text,
            r.version::text, NULL)::answer;
END
$$;
COMMENT ON FUNCTION treasury_answer(treasury_receipt, ledger_receipt) IS
    'The answer to a statement about a row: the row, its confirmation and the ledger entry.';

-- The request is answered, and its conditions are met, by the larger statement.
CREATE FUNCTION receipt_confirm_within(body jsonb) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
    key      text := coalesce(caller_setting('idempotency_key'), '');
    if_match text := coalesce(caller_setting('if_match'), '');
    made     answer;
BEGIN
    PERFORM set_config('aidledger.idempotency_key', '', true),
            set_config('aidledger.if_match', '', true);
    made := receipt_confirm(body);
    PERFORM set_config('aidledger.idempotency_key', key, true),
            set_config('aidledger.if_match', if_match, true);
    RETURN (made.body::jsonb #>> '{receipt_confirmation,id}')::uuid;
END
$$;
COMMENT ON FUNCTION receipt_confirm_within(jsonb) IS
    'Confirms a disbursement as a part of another statement and returns the confirmation''s id.';

CREATE PROCEDURE refuse_confirmed(of_transaction uuid, of_country text)
LANGUAGE plpgsql AS $$
DECLARE
    d       disbursement_receipt;
    by_hand boolean;
BEGIN
    SELECT w.* INTO d
      FROM disbursement_receipt AS w
     WHERE w.transaction_id = of_transaction AND w.country = of_country;
    IF d.state IN ('CONFIRMED', 'RECONCILED') THEN
        CALL refuse_conflict(format('The disbursement is %s: see /v1/receipt-confirmations/%s.',
                                    d.state, d.confirmation_id));
    END IF;
    by_hand := NOT EXISTS (SELECT FROM treasury_receipt AS r
                            WHERE r.confirmation_id = d.confirmation_id);
    IF by_hand AND ((SELECT c.amount FROM receipt_confirmation AS c
                      WHERE c.id = d.confirmation_id) IS NOT NULL
                    OR treasury_confirmed(of_transaction, of_country, NULL) > 0) THEN
        CALL refuse_conflict(format('What is in force, /v1/receipt-confirmations/%s, was not '
                                    'stated from treasury receipts: an amount that it counts '
                                    'could count twice. State anew what arrived at '
                                    '/v1/receipt-confirmations.', d.confirmation_id));
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_confirmed(uuid, text) IS
    'Ends the request when a row would confirm a disbursement that is confirmed, or add to an '
    'amount that was not stated from rows.';

CREATE FUNCTION treasury_amount_faults(r treasury_receipt, t transaction, body jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN t.currency = r.currency AND body ? 'amount'
                THEN fault('/amount', 'not_applicable',
                           'The receipt is in the currency of the disbursement: its amount counts.')
                WHEN t.currency <> r.currency AND NOT body ? 'amount'
                THEN fault('/amount', 'required', format(
                         'The disbursement is in %s, the receipt in %s: say what amount in %s '
                         'arrived.', t.currency, r.currency, t.currency)) ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION treasury_amount_faults(treasury_receipt, transaction, jsonb) IS
    'Whether what a row confirms of a disbursement is said once, in the disbursement''s currency.';

CREATE FUNCTION treasury_statement(r treasury_receipt, t transaction, counted numeric,
                                   body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT jsonb_strip_nulls(jsonb_build_object(
               'transaction_id', t.id, 'outcome', body -> 'outcome', 'text', body -> 'text',
               'amount', (treasury_confirmed(t.id, r.country, NULL) + counted)::text,
               'currency', t.currency, 'value_date', max(w.value_date),
               'treasury_reference', left(string_agg(w.treasury_reference, ', '
                                              ORDER BY w.value_date, w.treasury_reference), 200)))
      FROM treasury_receipt AS w
     WHERE w.id = r.id
        OR (w.transaction_id = t.id AND w.country = r.country AND w.state = 'CONFIRMED'));
END
$$;
COMMENT ON FUNCTION treasury_statement(treasury_receipt, transaction, numeric, jsonb) IS
    'What a government says of a disbursement that arrived in one row or in several: the sum of '
    'the rows, the day of the last one.';

CREATE FUNCTION treasury_confirm(of_receipt uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    r       treasury_receipt;
    t       transaction;
    amount  numeric;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    r := treasury_lock(of_receipt);
    CALL refuse_unless_open(r, 'confirmed');
    SELECT w.* INTO t FROM transaction AS w WHERE w.id = (body ->> 'transaction_id')::uuid;
    IF NOT FOUND THEN
        CALL refuse_faults(fault('/transaction_id', 'known_transaction',
                                 'There is no transaction with this id.'));
    END IF;
    -- Once the commitment is held, no other row confirms any of it.
    PERFORM commitment_lock(t.commitment_id);
    CALL refuse_confirmed(t.id, r.country);
    CALL refuse_faults(treasury_amount_faults(r, t, body));
    amount := coalesce((body ->> 'amount')::numeric, r.amount);
    r.confirmation_id := receipt_confirm_within(treasury_statement(r, t, amount, body));
    r.state := 'CONFIRMED';
    r.transaction_id := t.id;
    receipt := aggregate_append(r.id, 'treasury.confirmed', jsonb_build_object(
                   'transaction', t.id, 'confirmation', r.confirmation_id,
                   'amount', amount::text, 'currency', t.currency));
    r := treasury_turn(r, receipt, amount, NULL);
    RETURN write_end(body, treasury_answer(r, receipt));
END
$$;
COMMENT ON FUNCTION treasury_confirm(uuid, jsonb) IS
    'A person confirms that a row is a disbursement, or a part of it. The government''s statement '
    'about the disbursement then counts all rows that confirm it.';

CREATE FUNCTION treasury_reject(of_receipt uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    r       treasury_receipt;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    r := treasury_lock(of_receipt);
    CALL refuse_unless_open(r, 'told from a disbursement');
    IF NOT EXISTS (SELECT FROM treasury_matches(r, NULL, 3) AS m
                    WHERE m.transaction_id = (body ->> 'transaction_id')::uuid) THEN
        CALL refuse_faults(fault('/transaction_id', 'proposed',
                                 'No such disbursement is proposed or a candidate.'));
    END IF;
    receipt := aggregate_append(r.id, 'treasury.rejected', jsonb_build_object(
                   'transaction', body -> 'transaction_id', 'reason', body -> 'reason'));
    INSERT INTO treasury_rejection (receipt_id, transaction_id, reason, organisation_id, entry,
                                    recorded_at)
    VALUES (r.id, (body ->> 'transaction_id')::uuid, body ->> 'reason', caller_organisation(),
            receipt.entry, receipt.at);
    UPDATE treasury_receipt AS u
       SET version = u.version + 1
     WHERE u.id = r.id
    RETURNING u.* INTO r;
    RETURN write_end(body, treasury_answer(r, receipt));
END
$$;
COMMENT ON FUNCTION treasury_reject(uuid, jsonb) IS
    'A person says that a row is not the disbursement that it looks like.';

CREATE FUNCTION treasury_withdraw(of_receipt uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    r       treasury_receipt;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    r := treasury_lock(of_receipt);
    IF r.state = 'WITHDRAWN' THEN
        CALL refuse_unless_open(r, 'withdrawn');
    END IF;
    IF r.state = 'CONFIRMED' THEN
        PERFORM commitment_lock(t.commitment_id) FROM transaction AS t WHERE t.id = r.transaction_id;
        IF EXISTS (SELECT FROM disbursement_receipt AS d
                     JOIN treasury_receipt AS w ON w.confirmation_id = d.confirmation_id
                    WHERE d.transaction_id = r.transaction_id AND d.country = r.country) THEN
            CALL refuse_conflict('What your government says of the disbursement counts this '
                                 'receipt. State anew what arrived at /v1/receipt-confirmations, '
                                 'then withdraw it.');
        END IF;
    END IF;
    receipt := aggregate_append(r.id, 'treasury.withdrawn', body);
    r.state := 'WITHDRAWN';
    r.transaction_id := NULL;
    r.confirmation_id := NULL;
    r := treasury_turn(r, receipt, NULL, body ->> 'reason');
    RETURN write_end(body, treasury_answer(r, receipt));
END
$$;
COMMENT ON FUNCTION treasury_withdraw(uuid, jsonb) IS
    'The row was no receipt. One that a statement in force counts is withdrawn after that one.';

GRANT SELECT ON treasury_receipt, treasury_receipt_state, treasury_rejection
   TO aidledger_scoped, aidledger_writer;
GRANT INSERT ON treasury_receipt, treasury_receipt_state, treasury_rejection TO aidledger_writer;
GRANT UPDATE (state, transaction_id, confirmation_id, version) ON treasury_receipt
   TO aidledger_writer;
GRANT EXECUTE ON FUNCTION treasury_at(uuid, bigint), treasury_confirmed(uuid, text, bigint),
      agreement_at(uuid, bigint), treasury_disbursements(treasury_receipt, bigint, integer),
      treasury_matches(treasury_receipt, bigint, integer),
      treasury_matches_json(treasury_receipt, bigint, integer, integer),
      treasury_reading(treasury_receipt, bigint), treasury_json(treasury_receipt, bigint, boolean)
   TO aidledger_scoped, aidledger_writer;
GRANT EXECUTE ON FUNCTION treasury_rows(jsonb, text), treasury_faults(jsonb, text),
      treasury_receive(treasury_receipt, text), treasury_upload(jsonb, boolean),
      treasury_lock(uuid), treasury_turn(treasury_receipt, ledger_receipt, numeric, text),
      treasury_answer(treasury_receipt, ledger_receipt), receipt_confirm_within(jsonb),
      treasury_amount_faults(treasury_receipt, transaction, jsonb),
      treasury_statement(treasury_receipt, transaction, numeric, jsonb),
      treasury_confirm(uuid, jsonb), treasury_reject(uuid, jsonb), treasury_withdraw(uuid, jsonb)
   TO aidledger_writer;
GRANT EXECUTE ON PROCEDURE refuse_stale_reading(integer),
      refuse_unless_open(treasury_receipt, text),
      refuse_confirmed(uuid, text)
   TO aidledger_writer;
