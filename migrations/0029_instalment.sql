-- Promises and payments: which instalments a disbursement settles, which of them were missed; and
-- parts that follow what a record adjusts.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, 'public'
  FROM (VALUES ('transaction.recorded', ARRAY['settles', 'unscheduled']),
               ('schedule.recorded', ARRAY['settles']),
               ('instalment.missed', ARRAY['schedule_version', 'instalment', 'due_on', 'unpaid',
                                           'currency'])) AS v (kind, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

CREATE TABLE instalment (
    commitment_id uuid    NOT NULL
        CONSTRAINT instalment_commitment_id_known REFERENCES commitment (id)
        DEFERRABLE INITIALLY DEFERRED,
    schedule      integer NOT NULL,
    ordinal       integer NOT NULL,
    due_on        date    NOT NULL,
    amount        numeric NOT NULL,
    currency      text    NOT NULL
        CONSTRAINT instalment_currency_known REFERENCES currency (code),
    settled       numeric NOT NULL DEFAULT 0,
    missed        boolean NOT NULL DEFAULT false,
    ended         boolean NOT NULL DEFAULT false,
    state         text    NOT NULL GENERATED ALWAYS AS (
        CASE WHEN ended THEN 'ENDED'
             WHEN settled = amount THEN 'SETTLED'
             WHEN missed THEN 'MISSED'
             ELSE 'SCHEDULED' END) STORED,
    CONSTRAINT instalment_pkey PRIMARY KEY (commitment_id, schedule, ordinal),
    CONSTRAINT instalment_settled_within CHECK (settled BETWEEN 0 AND amount)
);
CREATE INDEX instalment_due_on ON instalment (due_on) WHERE state = 'SCHEDULED';
COMMENT ON TABLE instalment IS
    'Where each instalment of a commitment registered here stands now. The promise itself is in '
    'planned_disbursement, what settled it in instalment_settlement.';
COMMENT ON COLUMN instalment.due_on IS 'The last day of its period.';
COMMENT ON COLUMN instalment.settled IS 'What was paid of it, what was taken back left out.';
COMMENT ON COLUMN instalment.missed IS 'Whether its period ended before all of it was paid.';
COMMENT ON COLUMN instalment.ended IS
    'Whether a later version of the schedule replaced it, or the commitment ended.';
COMMENT ON CONSTRAINT instalment_settled_within ON instalment IS
    '/settles: No more is settled than the instalment promises, and no less than nothing.';

CREATE TABLE instalment_settlement (
    entry          uuid    NOT NULL
        CONSTRAINT instalment_settlement_entry_known REFERENCES ledger_entry (entry),
    ordinal        integer NOT NULL,
    commitment_id  uuid    NOT NULL
        CONSTRAINT instalment_settlement_commitment_id_known REFERENCES commitment (id)
        DEFERRABLE INITIALLY DEFERRED,
    schedule       integer NOT NULL,
    transaction_id uuid    CONSTRAINT instalment_settlement_transaction_id_known
                           REFERENCES transaction (id),
    amount         numeric NOT NULL,
    CONSTRAINT instalment_settlement_pkey PRIMARY KEY (entry, ordinal),
    CONSTRAINT instalment_settlement_amount_some CHECK (amount <> 0)
);
CREATE INDEX instalment_settlement_transaction_id ON instalment_settlement (transaction_id);
COMMENT ON TABLE instalment_settlement IS
    'What a disbursement settles of an instalment; negative where a record takes it back. Without '
    'a transaction: what earlier payments settle of a new version of the schedule.';
COMMENT ON CONSTRAINT instalment_settlement_amount_some ON instalment_settlement IS
    '/settles: A settlement is of some money.';

CREATE TABLE instalment_miss (
    commitment_id uuid        NOT NULL
        CONSTRAINT instalment_miss_commitment_id_known REFERENCES commitment (id),
    schedule      integer     NOT NULL,
    ordinal       integer     NOT NULL,
    due_on        date        NOT NULL,
    unpaid        numeric     NOT NULL,
    entry         uuid        NOT NULL
        CONSTRAINT instalment_miss_entry_known REFERENCES ledger_entry (entry),
    recorded_at   timestamptz NOT NULL,
    CONSTRAINT instalment_miss_pkey PRIMARY KEY (commitment_id, schedule, ordinal)
);
COMMENT ON TABLE instalment_miss IS
    'That the period of an instalment ended before it was paid in full. It may still be paid.';

DO $$
DECLARE
    of_table text;
BEGIN
    FOREACH of_table IN ARRAY ARRAY['instalment_settlement', 'instalment_miss']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable()',
                       of_table || '_kept', of_table);
    END LOOP;
    FOREACH of_table IN ARRAY ARRAY['instalment', 'instalment_settlement', 'instalment_miss']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', of_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', of_table);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (EXISTS (SELECT FROM commitment '
                       'AS c WHERE c.id = commitment_id))', of_table || '_read', of_table);
    END LOOP;
    FOREACH of_table IN ARRAY ARRAY['instalment', 'instalment_settlement']
    LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR INSERT WITH CHECK (EXISTS (SELECT FROM '
                       'commitment AS c WHERE c.id = commitment_id AND c.organisation_id = '
                       '(SELECT caller_organisation())))', of_table || '_make', of_table);
    END LOOP;
END
$$;
CREATE POLICY instalment_advance ON instalment FOR UPDATE
    USING ((SELECT caller_has_role('clock'))
           OR EXISTS (SELECT FROM commitment AS c
                       WHERE c.id = commitment_id
                         AND c.organisation_id = (SELECT caller_organisation())));
CREATE POLICY instalment_miss_make ON instalment_miss FOR INSERT TO aidledger_writer
    WITH CHECK ((SELECT caller_has_role('clock')));

-- ---------------------------------------------------------------- which instalments are meant

-- Filled one after the other: what the earlier ones hold is not there for the later ones.
CREATE FUNCTION poured(amount numeric, capacities numeric[])
RETURNS TABLE (place bigint, part numeric)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT w.place, w.part
      FROM (SELECT c.place, least(c.capacity, greatest(amount - coalesce(sum(c.capacity) OVER (
                       ORDER BY c.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0), 0))
                       AS part
              FROM unnest(capacities) WITH ORDINALITY AS c (capacity, place)) AS w
     WHERE w.part > 0
$$;
COMMENT ON FUNCTION poured(numeric, numeric[]) IS
    'An amount poured into places of these capacities, in their order; what is left over is not '
    'in it, and neither are places that get nothing.';

CREATE FUNCTION settlements_json(of_schedule integer, ordinals integer[], amount numeric,
                                 capacities numeric[], sign integer)
RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT jsonb_agg(jsonb_build_object(
               'schedule_version', of_schedule, 'instalment', ordinals[p.place],
               'amount', (sign * p.part)::text) ORDER BY ordinals[p.place])
      FROM poured(amount, capacities) AS p);
END
$$;
COMMENT ON FUNCTION settlements_json(integer, integer[], numeric, numeric[], integer) IS
    'What an amount settles of instalments in this order, as a statement says it; null for '
    'nothing.';

CREATE FUNCTION instalments_open(c commitment, in_currency text, paid numeric) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT settlements_json(c.schedule, array_agg(i.ordinal ORDER BY i.due_on, i.ordinal), paid,
                            array_agg(i.amount - i.settled ORDER BY i.due_on, i.ordinal), 1)
      FROM instalment AS i
     WHERE i.commitment_id = c.id AND i.schedule = c.schedule AND i.currency = in_currency);
END
$$;
COMMENT ON FUNCTION instalments_open(commitment, text, numeric) IS
    'What a payment settles when it does not say: what is due first, then what is due next.';

-- What was paid beyond the schedule is taken back first; then what the record and those it adjusts
-- have settled themselves, the last instalment first; then, if a later version of the schedule has
-- taken that over, of any.
CREATE FUNCTION instalments_taken_back(c commitment, t transaction) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    root      uuid := transaction_root(t.adjusts);
    remaining numeric;
    own       numeric;
BEGIN
    WITH RECURSIVE family AS (
        SELECT w.id, w.amount FROM transaction AS w WHERE w.id = root
         UNION ALL
        SELECT w.id, w.amount FROM family AS f JOIN transaction AS w ON w.adjusts = f.id)
    SELECT sum(f.amount) + t.amount,
           (SELECT coalesce(sum(s.amount), 0)
              FROM instalment_settlement AS s
             WHERE s.transaction_id IN (SELECT k.id FROM family AS k))
      INTO remaining, own
      FROM family AS f;
    RETURN (
    WITH RECURSIVE family AS (
        SELECT w.id FROM transaction AS w WHERE w.id = root
         UNION ALL
        SELECT w.id FROM family AS f JOIN transaction AS w ON w.adjusts = f.id),
    held AS (
        SELECT i.ordinal, i.settled, least(i.settled, greatest(coalesce((
                   SELECT sum(s.amount)
                     FROM instalment_settlement AS s
                    WHERE s.transaction_id IN (SELECT k.id FROM family AS k)
                      AND s.schedule = i.schedule AND s.ordinal = i.ordinal), 0), 0)) AS own
          FROM instalment AS i
         WHERE i.commitment_id = c.id AND i.schedule = c.schedule AND i.currency = t.currency),
    layer AS (
        SELECT h.ordinal, 1 AS turn, h.own AS capacity FROM held AS h
         UNION ALL
        SELECT h.ordinal, 2, h.settled - h.own FROM held AS h),
    taken AS (
        SELECT l.ordinal, p.part
          FROM (SELECT array_agg(w.ordinal ORDER BY w.turn, w.ordinal DESC) AS ordinals,
                       array_agg(w.capacity ORDER BY w.turn, w.ordinal DESC) AS capacities
                  FROM layer AS w) AS a
         CROSS JOIN poured(own - greatest(least(own, remaining), 0), a.capacities) AS p
         CROSS JOIN LATERAL (SELECT a.ordinals[p.place] AS ordinal) AS l)
    SELECT jsonb_agg(jsonb_build_object('schedule_version', c.schedule, 'instalment', w.ordinal,
                                        'amount', (-w.part)::text) ORDER BY w.ordinal)
      FROM (SELECT k.ordinal, sum(k.part) AS part FROM taken AS k GROUP BY k.ordinal) AS w);
END
$$;
COMMENT ON FUNCTION instalments_taken_back(commitment, transaction) IS
    'What a record that takes money back unsettles.';

CREATE FUNCTION settlement_of(c commitment, t transaction, content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF t.transaction_type <> '3' OR c.origin = 'imported' OR c.schedule IS NULL
       OR coalesce((content ->> 'unscheduled')::boolean, false) THEN
        RETURN NULL;
    END IF;
    IF content ? 'settles' THEN
        RETURN (
        SELECT jsonb_agg(s.value || jsonb_build_object('schedule_version', c.schedule)
                         ORDER BY (s.value ->> 'instalment')::integer)
          FROM jsonb_array_elements(content -> 'settles') AS s);
    END IF;
    IF t.amount < 0 THEN
        RETURN instalments_taken_back(c, t);
    END IF;
    RETURN instalments_open(c, t.currency, t.amount);
END
$$;
COMMENT ON FUNCTION settlement_of(commitment, transaction, jsonb) IS
    'What a disbursement settles of the newest schedule, as it says itself or by default; null for '
    'nothing.';

CREATE FUNCTION instalments_carried(c commitment, instalments jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT settlements_json(c.schedule + 1,
                            array_agg(p.ordinality::integer ORDER BY p.due_on, p.ordinality),
                            (SELECT coalesce(sum(i.settled), 0)
                               FROM instalment AS i
                              WHERE i.commitment_id = c.id AND i.schedule = c.schedule),
                            array_agg(p.amount ORDER BY p.due_on, p.ordinality), 1)
      FROM (SELECT e.ordinality, (e.value ->> 'amount')::numeric AS amount,
                   coalesce(e.value ->> 'period_end', e.value ->> 'period_start')::date AS due_on
              FROM jsonb_array_elements(instalments) WITH ORDINALITY AS e) AS p);
END
$$;
COMMENT ON FUNCTION instalments_carried(commitment, jsonb) IS
    'What earlier payments settle of a new version of the schedule: what is due first, first.';

CREATE FUNCTION settlement_faults(c commitment, content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT content ?| ARRAY['settles', 'unscheduled'] THEN
        RETURN '[]';
    END IF;
    IF content ->> 'transaction_type' <> '3' OR content ? 'adjusts' THEN
        RETURN fault('/settles', 'not_applicable',
                     'Only a disbursement that adjusts no other says what it settles; an adjusting '
                     'record follows the one it adjusts.');
    END IF;
    IF content ? 'settles' AND content ? 'unscheduled' THEN
        RETURN fault('/unscheduled', 'choice',
                     'A disbursement settles instalments or is unscheduled, not both.');
    END IF;
    RETURN coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('/settles/%s/%s', s.place - 1, f.member),
                         'rule', f.rule, 'detail', f.detail))
                       FROM (SELECT e.ordinality AS place, e.value,
                                    row_number() OVER (PARTITION BY e.value -> 'instalment'
                                                           ORDER BY e.ordinality) AS times
                               FROM jsonb_array_elements(content -> 'settles')
                                    WITH ORDINALITY AS e) AS s
                       LEFT JOIN instalment AS i
                         ON i.commitment_id = c.id AND i.schedule = c.schedule
                        AND i.ordinal = (s.value ->> 'instalment')::integer
                      CROSS JOIN LATERAL (
                            SELECT 'instalment', 'known_instalment', format(
                                       'The newest schedule has no instalment %s.',
                                       s.value ->> 'instalment')
                             WHERE i.ordinal IS NULL
                             UNION ALL
                            SELECT 'instalment', 'unique', 'It is listed before.'
                             WHERE s.times > 1
                             UNION ALL
                            SELECT 'instalment', 'same_currency', format(
                                       'The instalment is in %s.', i.currency)
                             WHERE i.currency <> content ->> 'currency'
                             UNION ALL
                            SELECT 'amount', 'positive', 'A settlement is greater than zero.'
                             WHERE (s.value ->> 'amount')::numeric <= 0
                             UNION ALL
                            SELECT 'amount', 'within_instalment', format(
                                       'Only %s %s of it are open.', i.amount - i.settled,
                                       i.currency)
                             WHERE (s.value ->> 'amount')::numeric > i.amount - i.settled
                            ) AS f (member, rule, detail)), '[]')
        || coalesce((SELECT fault('/settles', 'within_amount', format(
                                'It settles %s, more than the %s paid.', w.total,
                                content ->> 'amount'))
                       FROM (SELECT sum((e.value ->> 'amount')::numeric) AS total
                               FROM jsonb_array_elements(content -> 'settles') AS e) AS w
                      WHERE w.total > (content ->> 'amount')::numeric), '[]');
END
$$;
COMMENT ON FUNCTION settlement_faults(commitment, jsonb) IS
    'What is wrong with what a disbursement says that it settles.';

-- ---------------------------------------------------------------- keeping them

CREATE PROCEDURE instalments_promise(c commitment, made integer)
LANGUAGE plpgsql AS $$
BEGIN
    IF c.origin = 'imported' THEN
        RETURN;
    END IF;
    UPDATE instalment AS i
       SET ended = true
     WHERE i.commitment_id = c.id AND NOT i.ended;
    INSERT INTO instalment (commitment_id, schedule, ordinal, due_on, amount, currency)
    SELECT p.commitment_id, p.schedule, p.ordinal, coalesce(p.period_end, p.period_start), p.amount,
           p.currency
      FROM planned_disbursement AS p
     WHERE p.commitment_id = c.id AND p.schedule = made;
END
$$;
COMMENT ON PROCEDURE instalments_promise(commitment, integer) IS
    'Puts the instalments of a new version of the schedule in the place of the earlier ones. An '
    'import promises nothing here: its payments do not say what they settle.';

CREATE PROCEDURE instalments_settle(of_commitment uuid, of_transaction uuid, settles jsonb,
                                    receipt ledger_receipt)
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO instalment_settlement (entry, ordinal, commitment_id, schedule, transaction_id,
                                       amount)
    SELECT receipt.entry, (s.value ->> 'instalment')::integer, of_commitment,
           (s.value ->> 'schedule_version')::integer, of_transaction,
           (s.value ->> 'amount')::numeric
      FROM jsonb_array_elements(settles) AS s;
    UPDATE instalment AS i
       SET settled = i.settled + s.amount
      FROM instalment_settlement AS s
     WHERE s.entry = receipt.entry
       AND i.commitment_id = s.commitment_id
       AND i.schedule = s.schedule
       AND i.ordinal = s.ordinal;
END
$$;
COMMENT ON PROCEDURE instalments_settle(uuid, uuid, jsonb, ledger_receipt) IS
    'Records what a statement settles of instalments.';

CREATE PROCEDURE instalments_end(of_commitment uuid)
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE instalment AS i
       SET ended = true
     WHERE i.commitment_id = of_commitment AND NOT i.ended AND i.settled < i.amount;
END
$$;
COMMENT ON PROCEDURE instalments_end(uuid) IS
    'A commitment that has ended owes no instalment any more.';

CREATE OR REPLACE PROCEDURE commitment_turn(c commitment, receipt ledger_receipt)
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO commitment_state (commitment_id, version, status, published, revision, schedule,
                                  baseline_schedule, effective_date, entry)
    VALUES (c.id, c.version, c.status, c.published, c.revision, c.schedule, c.baseline_schedule,
            c.effective_date, receipt.entry);
    IF c.status IN ('CANCELLED', 'CLOSED') THEN
        CALL instalments_end(c.id);
    END IF;
END
$$;
COMMENT ON PROCEDURE commitment_turn(commitment, ledger_receipt) IS
    'Records the state a commitment turned into with this statement.';

CREATE OR REPLACE FUNCTION schedule_promise(c commitment, instalments jsonb, currency text,
                                            value_date date, receipt ledger_receipt)
RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    made integer := coalesce(c.schedule, 0) + 1;
BEGIN
    INSERT INTO planned_disbursement (commitment_id, schedule, ordinal, period_start, period_end,
                                      amount, currency, value_date, entry)
    SELECT c.id, made, p.ordinality, (p.value ->> 'period_start')::date,
           (p.value ->> 'period_end')::date, (p.value ->> 'amount')::numeric,
           coalesce(p.value ->> 'currency', schedule_promise.currency),
           coalesce((p.value ->> 'value_date')::date, schedule_promise.value_date), receipt.entry
      FROM jsonb_array_elements(instalments) WITH ORDINALITY AS p;
    CALL instalments_promise(c, made);
    RETURN made;
END
$$;
COMMENT ON FUNCTION schedule_promise(commitment, jsonb, text, date, ledger_receipt) IS
    'Records a further version of the forward schedule and returns its number.';

CREATE OR REPLACE FUNCTION transaction_append(c commitment, content jsonb) RETURNS commitment
LANGUAGE plpgsql AS $$
DECLARE
    t        transaction := jsonb_populate_record(NULL::transaction, content);
    due      date := receipt_deadline(c, t);
    settles  jsonb := settlement_of(c, t, content);
    revision commitment_revision;
    receipt  ledger_receipt;
BEGIN
    t.id := coalesce(t.id, gen_random_uuid());
    receipt := commitment_append(c, 'transaction.recorded',
                                 content || jsonb_build_object(
                                     'id', t.id, 'receipt_due_on', due, 'settles', settles));
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
    CALL instalments_settle(c.id, t.id, settles, receipt);
    RETURN commitment_advanced(c, receipt);
END
$$;
COMMENT ON FUNCTION transaction_append(commitment, jsonb) IS
    'Records one transaction of a commitment with its parts, and returns the commitment after it. '
    'Its entry is the one whose leaf hash is the commitment''s head.';

CREATE OR REPLACE FUNCTION transaction_record(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    c       commitment;
    content jsonb := jsonb_strip_nulls(body);
    t       transaction;
    e       ledger_entry;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    CALL refuse_unless_status(c, ARRAY['REGISTERED', 'EFFECTIVE'], 'paid out or corrected');
    CALL refuse_imported(c);
    CALL refuse_faults(transaction_faults(c.id, content) || settlement_faults(c, content));
    IF NOT content ? 'value_date' THEN
        content := content || jsonb_build_object('value_date', content -> 'transaction_date');
    END IF;
    c := transaction_append(c, content);
    CALL commitment_store(c);
    SELECT l.* INTO e FROM ledger_entry AS l WHERE l.aggregate = c.id AND l.version = c.version;
    SELECT w.* INTO t FROM transaction AS w WHERE w.entry = e.entry;
    RETURN write_end(body, (201,
        json_build_object(
            'transaction', transaction_json(t),
            'commitment', json_build_object('id', c.id, 'version', c.version),
            'statement', statement_json((e.entry, e.leaf_hash, e.at)::ledger_receipt))::text,
        NULL, format('/v1/commitments/%s/transactions/%s', c.id, t.id))::answer);
END
$$;
COMMENT ON FUNCTION transaction_record(uuid, jsonb) IS
    'Reports a payment or another movement of money on a commitment of the caller''s organisation.';

CREATE OR REPLACE FUNCTION schedule_record(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given       answer := write_begin(body);
    c           commitment;
    r           commitment_revision;
    instalments jsonb := body -> 'planned_disbursements';
    carried     jsonb;
    receipt     ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    CALL refuse_unless_status(c, ARRAY['REGISTERED', 'EFFECTIVE'], 'rescheduled');
    CALL refuse_imported(c);
    SELECT w.* INTO r
      FROM commitment_revision AS w
     WHERE w.commitment_id = c.id AND w.revision = c.revision;
    CALL refuse_faults(instalment_faults('/planned_disbursements', instalments, r.currency)
        || schedule_total_fault('/planned_disbursements', instalments, r.amount, r.currency));
    carried := instalments_carried(c, instalments);
    receipt := commitment_append(c, 'schedule.recorded', jsonb_build_object(
                   'schedule_version', coalesce(c.schedule, 0) + 1,
                   'planned_disbursements', (
                       SELECT coalesce(jsonb_agg(p.value || jsonb_build_object(
                                  'currency', r.currency, 'value_date', r.commitment_date)
                                  ORDER BY p.ordinality), '[]')
                         FROM jsonb_array_elements(instalments) WITH ORDINALITY AS p),
                   'settles', carried,
                   'reason', body -> 'reason'));
    c.schedule := schedule_promise(c, instalments, r.currency, r.commitment_date, receipt);
    CALL instalments_settle(c.id, NULL, carried, receipt);
    c := commitment_advanced(c, receipt);
    CALL commitment_turn(c, receipt);
    CALL commitment_store(c);
    RETURN write_end(body, (201,
        json_build_object('schedule', schedule_json(c.id, c.schedule),
                          'statement', statement_json(receipt))::text,
        c.version::text, format('/v1/commitments/%s/schedule', c.id))::answer);
END
$$;
COMMENT ON FUNCTION schedule_record(uuid, jsonb) IS
    'Promises a further version of the forward schedule; the earlier ones stay as promised.';

CREATE PROCEDURE instalment_pass(of_commitment uuid, of_ordinal integer)
LANGUAGE plpgsql AS $$
DECLARE
    c       commitment := commitment_lock(of_commitment);
    i       instalment;
    receipt ledger_receipt;
BEGIN
    SELECT w.* INTO i
      FROM instalment AS w
     WHERE w.commitment_id = c.id AND w.schedule = c.schedule AND w.ordinal = of_ordinal;
    IF i.state = 'SCHEDULED' AND i.due_on < today() THEN
        receipt := commitment_append(c, 'instalment.missed', jsonb_build_object(
                       'schedule_version', i.schedule, 'instalment', i.ordinal,
                       'due_on', i.due_on, 'unpaid', (i.amount - i.settled)::text,
                       'currency', i.currency));
        INSERT INTO instalment_miss (commitment_id, schedule, ordinal, due_on, unpaid, entry,
                                     recorded_at)
        VALUES (c.id, i.schedule, i.ordinal, i.due_on, i.amount - i.settled, receipt.entry,
                receipt.at);
        UPDATE instalment AS u
           SET missed = true
         WHERE u.commitment_id = c.id AND u.schedule = i.schedule AND u.ordinal = i.ordinal;
        CALL commitment_follow(c.id, receipt);
    END IF;
END
$$;
COMMENT ON PROCEDURE instalment_pass(uuid, integer) IS
    'States that the period of an instalment has ended before it was paid, if it has.';

-- What was promised and paid before there were settlements.
INSERT INTO instalment (commitment_id, schedule, ordinal, due_on, amount, currency, settled, ended)
SELECT p.commitment_id, p.schedule, p.ordinal, coalesce(p.period_end, p.period_start), p.amount,
       p.currency, 0, p.schedule < c.schedule OR c.status IN ('CANCELLED', 'CLOSED')
  FROM planned_disbursement AS p
  JOIN commitment AS c ON c.id = p.commitment_id
 WHERE c.origin = 'registered';

-- ---------------------------------------------------------------- parts

CREATE FUNCTION allocate_alike(t transaction)
RETURNS TABLE (ordinal bigint, country text, region text, sector text, amount_part numeric,
               ict_part numeric, ict_ring smallint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH unit AS (
        SELECT greatest(scale(t.amount), (SELECT u.minor_unit FROM currency AS u
                                           WHERE u.code = t.currency)) AS scale),
    original AS (
        SELECT a.*, row_number() OVER (ORDER BY a.ordinal) AS place
          FROM allocation AS a
         WHERE a.transaction_id = t.adjusts),
    part AS (
        SELECT p.ordinal AS place, p.part
          FROM unit
         CROSS JOIN largest_remainder(t.amount, unit.scale, (
                   SELECT array_agg(abs(o.amount) ORDER BY o.place) FROM original AS o)) AS p
         WHERE (SELECT sum(abs(o.amount)) FROM original AS o) > 0)
    SELECT o.place, o.country, o.region, o.sector, p.part, i.part,
           CASE WHEN i.part <> 0 THEN o.ict_ring END
      FROM original AS o
      JOIN part AS p ON p.place = o.place
     CROSS JOIN unit
     CROSS JOIN LATERAL (
           SELECT coalesce((SELECT w.part
                              FROM largest_remainder(p.part, unit.scale,
                                       ARRAY[abs(o.ict_amount),
                                             abs(o.amount) - abs(o.ict_amount)]) AS w
                             WHERE w.ordinal = 1 AND o.amount <> 0), 0) AS part) AS i
     ORDER BY o.place;
END
$$;
COMMENT ON FUNCTION allocate_alike(transaction) IS
    'The parts of a record in proportion to those of the record it adjusts: taken back whole, it '
    'is exactly those; no rows when there is nothing to go by.';

-- A record that adjusts an earlier one is split as that one is, whatever the shares of the
-- commitment are by then: otherwise some of it would stay behind with others.
CREATE OR REPLACE FUNCTION allocate(of_transaction transaction, revision commitment_revision)
RETURNS TABLE (ordinal bigint, country text, region text, sector text, amount_part numeric,
               ict_part numeric, ict_ring smallint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF of_transaction.adjusts IS NOT NULL THEN
        RETURN QUERY
        SELECT p.*
          FROM transaction AS o
         CROSS JOIN allocate_alike(of_transaction) AS p
         WHERE o.id = of_transaction.adjusts
           AND (o.recipient_country, o.recipient_region, o.sector)
               IS NOT DISTINCT FROM (of_transaction.recipient_country,
                                     of_transaction.recipient_region, of_transaction.sector);
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;
    RETURN QUERY
    SELECT s.*
      FROM split_amount(
               of_transaction.amount, of_transaction.currency,
               CASE WHEN of_transaction.recipient_country IS NOT NULL
                    THEN jsonb_build_array(jsonb_build_object(
                             'country', of_transaction.recipient_country, 'share', '100'))
                    WHEN of_transaction.recipient_region IS NOT NULL
                    THEN jsonb_build_array(jsonb_build_object(
                             'region', of_transaction.recipient_region, 'share', '100'))
                    ELSE parts_with_share(revision.recipients) END,
               CASE WHEN of_transaction.sector IS NOT NULL
                    THEN jsonb_build_array(jsonb_build_object(
                             'code', of_transaction.sector, 'share', '100'))
                    ELSE parts_with_share(revision.sectors) END,
               revision.ict_significance, revision.ict_share) AS s;
END
$$;
COMMENT ON FUNCTION allocate(transaction, commitment_revision) IS
    'The parts of a transaction: those of the record it adjusts, or by its own recipient and '
    'sector, or else by those of its commitment as it stood.';

CREATE FUNCTION commitment_taken_back(c commitment, amount numeric, in_currency text,
                                      description text, reason text)
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
                 'description', description, 'adjusts', t.id, 'reason', reason));
        owed := owed - part;
    END LOOP;
    RETURN c;
END
$$;
COMMENT ON FUNCTION commitment_taken_back(commitment, numeric, text, text, text) IS
    'Takes back so much of what is committed by records of IATI type 2, the newest first, each '
    'with the exact parts of what it takes back; returns the commitment after them.';

CREATE OR REPLACE FUNCTION commitment_decommitted(c commitment, amount numeric, in_currency text,
                                                 reason text)
RETURNS commitment
LANGUAGE plpgsql AS $$
BEGIN
    RETURN commitment_taken_back(c, amount, in_currency, 'Cancellation', reason);
END
$$;
COMMENT ON FUNCTION commitment_decommitted(commitment, numeric, text, text) IS
    'Takes back what is committed and not paid by records of IATI type 2 that add up to it, and '
    'returns the commitment after them.';

CREATE FUNCTION commitment_committed(of_commitment uuid, in_currency text) RETURNS numeric
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((SELECT b.committed
                       FROM commitment_balance(of_commitment) AS b
                      WHERE b.currency = in_currency), 0);
END
$$;
COMMENT ON FUNCTION commitment_committed(uuid, text) IS 'What is committed in a currency.';

CREATE FUNCTION commitment_splits_anew(old commitment_revision, new jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (new ->> 'currency') <> old.currency
        OR (new -> 'recipients') IS DISTINCT FROM old.recipients
        OR (new -> 'sectors') IS DISTINCT FROM old.sectors
        OR (new ->> 'ict_significance')::integer IS DISTINCT FROM old.ict_significance
        OR (new ->> 'ict_share')::numeric IS DISTINCT FROM old.ict_share;
END
$$;
COMMENT ON FUNCTION commitment_splits_anew(commitment_revision, jsonb) IS
    'Whether an amendment changes into which parts the committed amount is split.';

CREATE OR REPLACE FUNCTION commitment_amended(c commitment) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    old        commitment_revision;
    content    jsonb;
    again      boolean;
    invited    jsonb;
    receipt    ledger_receipt;
    difference numeric;
    reason     text := amendment_reason(c);
BEGIN
    CALL refuse_unless_status(c, ARRAY['REGISTERED', 'EFFECTIVE'], 'amended');
    SELECT r.* INTO old
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.registered_revision;
    SELECT commitment_content(r) INTO content
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.amendment;
    again := commitment_asks_again(old, content);
    IF again THEN
        invited := ownership_deadlines(c.id, content -> 'recipients');
    END IF;
    receipt := commitment_append(c, 'commitment.amended', content || jsonb_build_object(
                   'reason', reason, 'asked_again', again, 'invited', invited));
    c := commitment_advanced(c, receipt);
    c.amendment := NULL;
    c.revision := commitment_revise(c, content, true, receipt);
    c.registered_revision := c.revision;
    CALL commitment_turn(c, receipt);
    IF again THEN
        CALL ownership_invite(c, 'INVITED', true, invited, receipt);
    END IF;
    -- What was committed before stays as it was recorded; what changes is a record of its own.
    -- Where the parts change, the whole is taken back and committed anew, or it would stay with
    -- those who are no recipients any more.
    IF commitment_splits_anew(old, content) THEN
        c := commitment_taken_back(c, commitment_committed(c.id, old.currency), old.currency,
                                   'Amendment', reason);
        c := transaction_append(c, commitment_adjustment(content, (content ->> 'amount')::numeric,
                                                         content ->> 'currency'));
    ELSE
        difference := (content ->> 'amount')::numeric - old.amount;
        IF difference <> 0 THEN
            c := transaction_append(c, commitment_adjustment(content, difference, old.currency));
        END IF;
    END IF;
    CALL commitment_store(c);
    RETURN commitment_answer(200, c, receipt);
END
$$;
COMMENT ON FUNCTION commitment_amended(commitment) IS
    'Puts the pending amendment in force: restates the content, asks the recipients again when it '
    'matters, and records the change of the amount.';

-- ---------------------------------------------------------------- what is read

CREATE FUNCTION disbursement_states(of_transaction uuid, as_of bigint)
RETURNS TABLE (country text, state text, amount numeric, due_on date, case_due_on date,
               confirmation_id uuid)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF as_of IS NULL THEN
        RETURN QUERY
        SELECT d.country, d.state, d.amount, d.due_on, d.case_due_on, d.confirmation_id
          FROM disbursement_receipt AS d
         WHERE d.transaction_id = of_transaction;
        RETURN;
    END IF;
    RETURN QUERY
    SELECT d.country, coalesce(c.state, CASE WHEN l.entry IS NOT NULL THEN 'UNCONFIRMED'
                                             ELSE 'REPORTED' END),
           reported_to(d.transaction_id, d.country, version_at(d.commitment_id, as_of)),
           NULL::date,
           CASE WHEN c.state IN ('DISCREPANT', 'DENIED', 'ESCALATED') THEN c.case_due_on END, c.id
      FROM disbursement_receipt AS d
      LEFT JOIN receipt_lapse AS l
        ON l.transaction_id = d.transaction_id AND l.country = d.country
       AND ledger_holds(l.entry, as_of)
      LEFT JOIN LATERAL (
           SELECT r.id, r.case_due_on, (confirmation_at(r, as_of)).state AS state
             FROM receipt_confirmation AS r
            WHERE r.transaction_id = d.transaction_id
              AND r.country = d.country
              AND ledger_holds(r.entry, as_of)
            ORDER BY r.ordinal DESC
            LIMIT 1) AS c ON true
     WHERE d.transaction_id = of_transaction;
END
$$;
COMMENT ON FUNCTION disbursement_states(uuid, bigint) IS
    'Where a disbursement stands with each country as of a ledger position, or now. By when it is '
    'to be confirmed is told for now only.';

CREATE FUNCTION transaction_json(t transaction, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', t.id, 'commitment_id', t.commitment_id,
        'asserted_by', organisation_reference(t.organisation_id),
        'transaction_type', t.transaction_type, 'ref', t.ref,
        'transaction_date', t.transaction_date, 'value_date', t.value_date,
        'amount', t.amount::text, 'currency', t.currency, 'description', t.description,
        'provider_org', t.provider_org, 'receiver_org', t.receiver_org,
        'recipient_country', t.recipient_country, 'recipient_region', t.recipient_region,
        'sector', t.sector, 'disbursement_channel', t.disbursement_channel,
        'flow_type', t.flow_type, 'finance_type', t.finance_type, 'aid_type', t.aid_type,
        'tied_status', t.tied_status, 'adjusts', t.adjusts, 'reason', t.reason,
        'parts', (SELECT coalesce(json_agg(json_build_object(
                             'country', a.country, 'region', a.region, 'sector', a.sector,
                             'amount', a.amount::text, 'ict_amount', a.ict_amount::text,
                             'ict_ring', a.ict_ring)
                             ORDER BY a.ordinal), '[]')
                    FROM allocation AS a WHERE a.transaction_id = t.id),
        'receipts', (SELECT coalesce(json_agg(json_build_object(
                                'country', d.country, 'state', d.state, 'amount', d.amount::text,
                                'due_on', d.due_on, 'case_due_on', d.case_due_on,
                                'confirmation_id', d.confirmation_id)
                                ORDER BY d.country COLLATE "C"), '[]')
                       FROM disbursement_states(t.id, as_of) AS d),
        'settles', (SELECT coalesce(json_agg(json_build_object(
                               'schedule_version', s.schedule, 'instalment', s.ordinal,
                               'amount', s.amount::text) ORDER BY s.ordinal), '[]')
                      FROM instalment_settlement AS s WHERE s.transaction_id = t.id),
        'entry', t.entry, 'recorded_at', rfc3339(t.recorded_at)));
END
$$;
COMMENT ON FUNCTION transaction_json(transaction, bigint) IS
    'A transaction as documents show it, as of a ledger position or now.';

CREATE OR REPLACE FUNCTION transaction_json(t transaction) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN transaction_json(t, NULL);
END
$$;
COMMENT ON FUNCTION transaction_json(transaction) IS 'The transaction as it stands now.';

CREATE FUNCTION instalments_at(of_commitment uuid, of_schedule integer, as_of bigint)
RETURNS TABLE (ordinal integer, settled numeric, state text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF as_of IS NULL THEN
        RETURN QUERY
        SELECT i.ordinal, i.settled, i.state
          FROM instalment AS i
         WHERE i.commitment_id = of_commitment AND i.schedule = of_schedule;
        RETURN;
    END IF;
    RETURN QUERY
    SELECT i.ordinal, s.settled,
           CASE WHEN w.schedule > of_schedule
                     OR (w.status IN ('CANCELLED', 'CLOSED') AND s.settled < i.amount)
                THEN 'ENDED'
                WHEN s.settled = i.amount THEN 'SETTLED'
                WHEN m.entry IS NOT NULL THEN 'MISSED'
                ELSE 'SCHEDULED' END
      FROM instalment AS i
     CROSS JOIN LATERAL (
           SELECT coalesce(sum(k.amount), 0) AS settled
             FROM instalment_settlement AS k
            WHERE k.commitment_id = i.commitment_id
              AND k.schedule = i.schedule
              AND k.ordinal = i.ordinal
              AND ledger_holds(k.entry, as_of)) AS s
     CROSS JOIN LATERAL (
           SELECT v.schedule, v.status
             FROM commitment_state AS v
            WHERE v.commitment_id = i.commitment_id AND ledger_holds(v.entry, as_of)
            ORDER BY v.version DESC
            LIMIT 1) AS w
      LEFT JOIN instalment_miss AS m
        ON m.commitment_id = i.commitment_id AND m.schedule = i.schedule
       AND m.ordinal = i.ordinal AND ledger_holds(m.entry, as_of)
     WHERE i.commitment_id = of_commitment AND i.schedule = of_schedule;
END
$$;
COMMENT ON FUNCTION instalments_at(uuid, integer, bigint) IS
    'What is settled of the instalments of a schedule version and where they stand, as of a ledger '
    'position or now.';

CREATE FUNCTION instalments_json(of_commitment uuid, of_schedule integer, as_of bigint)
RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(json_agg(json_build_object(
               'instalment', p.ordinal, 'period_start', p.period_start,
               'period_end', p.period_end, 'amount', p.amount::text, 'currency', p.currency,
               'value_date', p.value_date, 'settled', i.settled::text, 'state', i.state)
               ORDER BY p.ordinal), '[]')
      FROM planned_disbursement AS p
      LEFT JOIN instalments_at(of_commitment, of_schedule, as_of) AS i ON i.ordinal = p.ordinal
     WHERE p.commitment_id = of_commitment AND p.schedule = of_schedule);
END
$$;
COMMENT ON FUNCTION instalments_json(uuid, integer, bigint) IS
    'The instalments of one schedule version with what was paid of them and where they stand, as of '
    'a ledger position or now; null for an import, whose payments do not say.';

CREATE OR REPLACE FUNCTION schedule_json(of_commitment uuid, of_schedule integer) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'commitment_id', of_commitment, 'schedule_version', of_schedule,
        'planned_disbursements', instalments_json(of_commitment, of_schedule, NULL)));
END
$$;

GRANT SELECT ON instalment, instalment_settlement, instalment_miss
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT INSERT ON instalment, instalment_settlement, instalment_miss TO aidledger_writer;
GRANT INSERT ON instalment_settlement TO aidledger_importer;
GRANT UPDATE (settled, missed, ended) ON instalment TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON FUNCTION poured(numeric, numeric[]),
      settlements_json(integer, integer[], numeric, numeric[], integer),
      instalments_open(commitment, text, numeric),
      instalments_taken_back(commitment, transaction),
      settlement_of(commitment, transaction, jsonb), allocate_alike(transaction)
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON PROCEDURE instalments_promise(commitment, integer),
      instalments_settle(uuid, uuid, jsonb, ledger_receipt), instalments_end(uuid)
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON FUNCTION instalments_carried(commitment, jsonb),
      settlement_faults(commitment, jsonb),
      commitment_taken_back(commitment, numeric, text, text, text),
      commitment_committed(uuid, text), commitment_splits_anew(commitment_revision, jsonb)
   TO aidledger_writer;
GRANT EXECUTE ON PROCEDURE instalment_pass(uuid, integer) TO aidledger_writer;
GRANT EXECUTE ON FUNCTION instalments_json(uuid, integer, bigint),
      instalments_at(uuid, integer, bigint), disbursement_states(uuid, bigint),
      transaction_json(transaction, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
