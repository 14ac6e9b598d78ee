-- What a model of the rules found in the service (tests/model): who may speak and when a clock runs,
-- what an ended commitment owes, and money to the last unit.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- ---------------------------------------------------------------- who may speak

-- A government that is asked, or that money was committed or paid to, speaks whatever has become of
-- the recipients since: or its silence would be none.
CREATE FUNCTION caller_is_asked(of_commitment uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM ownership_input AS i
                    WHERE i.commitment_id = of_commitment
                      AND i.country = caller_country()
                      AND i.state <> 'NOT_INVITED')
        OR EXISTS (SELECT FROM transaction AS t
                     JOIN allocation AS a ON a.transaction_id = t.id
                    WHERE t.commitment_id = of_commitment
                      AND a.country = caller_country());
END
$$;
COMMENT ON FUNCTION caller_is_asked(uuid) IS
    'Whether the caller''s government is asked for a position on the commitment, or a part of a '
    'transaction was for its country.';
GRANT EXECUTE ON FUNCTION caller_is_asked(uuid)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
CREATE POLICY commitment_advance_asked ON commitment FOR UPDATE TO aidledger_writer
    USING (published AND caller_is_asked(id));

-- A government may speak before a commitment is public, and the donor's time to answer runs from
-- then on.
CREATE POLICY commitment_read_clock ON commitment FOR SELECT TO aidledger_writer
    USING ((SELECT caller_has_role('clock')));
DROP POLICY commitment_advance_clock ON commitment;
CREATE POLICY commitment_advance_clock ON commitment FOR UPDATE TO aidledger_writer
    USING ((published AND (SELECT caller_keeps_clocks()))
           OR (SELECT caller_has_role('clock')));

CREATE POLICY commitment_revision_read_clock ON commitment_revision FOR SELECT TO aidledger_writer
    USING ((SELECT caller_has_role('clock')));
CREATE POLICY commitment_state_read_clock ON commitment_state FOR SELECT TO aidledger_writer
    USING ((SELECT caller_has_role('clock')));

-- ---------------------------------------------------------------- instalments

-- Of a commitment that has ended an instalment is settled or owes nothing any more, also when a case
-- that is still open takes something back or adds to it.
CREATE OR REPLACE PROCEDURE instalments_settle(of_commitment uuid, of_transaction uuid, settles jsonb,
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
       SET settled = i.settled + s.amount,
           ended = CASE WHEN i.schedule = c.schedule AND c.status IN ('CANCELLED', 'CLOSED')
                        THEN i.settled + s.amount < i.amount ELSE i.ended END
      FROM instalment_settlement AS s
      JOIN commitment AS c ON c.id = s.commitment_id
     WHERE s.entry = receipt.entry
       AND i.commitment_id = s.commitment_id
       AND i.schedule = s.schedule
       AND i.ordinal = s.ordinal;
END
$$;

-- A new promise is in the currency of the commitment, and what was paid of the old one in another
-- currency is no part of it.
CREATE OR REPLACE FUNCTION instalments_carried(c commitment, instalments jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT settlements_json(c.schedule + 1,
                            array_agg(p.ordinality::integer ORDER BY p.due_on, p.ordinality),
                            (SELECT coalesce(sum(i.settled), 0)
                               FROM instalment AS i
                              WHERE i.commitment_id = c.id AND i.schedule = c.schedule
                                AND i.currency = (
                                    SELECT r.currency
                                      FROM commitment_revision AS r
                                     WHERE r.commitment_id = c.id
                                       AND r.revision = c.revision)),
                            array_agg(p.amount ORDER BY p.due_on, p.ordinality), 1)
      FROM (SELECT e.ordinality, (e.value ->> 'amount')::numeric AS amount,
                   coalesce(e.value ->> 'period_end', e.value ->> 'period_start')::date AS due_on
              FROM jsonb_array_elements(instalments) WITH ORDINALITY AS e) AS p);
END
$$;

-- What is due first is paid first, so what is due last is taken back first.
CREATE OR REPLACE FUNCTION instalments_taken_back(c commitment, t transaction) RETURNS jsonb
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
        SELECT i.ordinal, i.due_on, i.settled, least(i.settled, greatest(coalesce((
                   SELECT sum(s.amount)
                     FROM instalment_settlement AS s
                    WHERE s.transaction_id IN (SELECT k.id FROM family AS k)
                      AND s.schedule = i.schedule AND s.ordinal = i.ordinal), 0), 0)) AS own
          FROM instalment AS i
         WHERE i.commitment_id = c.id AND i.schedule = c.schedule AND i.currency = t.currency),
    layer AS (
        SELECT h.ordinal, h.due_on, 1 AS turn, h.own AS capacity FROM held AS h
         UNION ALL
        SELECT h.ordinal, h.due_on, 2, h.settled - h.own FROM held AS h),
    taken AS (
        SELECT l.ordinal, p.part
          FROM (SELECT array_agg(w.ordinal ORDER BY w.turn, w.due_on DESC, w.ordinal DESC)
                           AS ordinals,
                       array_agg(w.capacity ORDER BY w.turn, w.due_on DESC, w.ordinal DESC)
                           AS capacities
                  FROM layer AS w) AS a
         CROSS JOIN poured(own - greatest(least(own, remaining), 0), a.capacities) AS p
         CROSS JOIN LATERAL (SELECT a.ordinals[p.place] AS ordinal) AS l)
    SELECT jsonb_agg(jsonb_build_object('schedule_version', c.schedule, 'instalment', w.ordinal,
                                        'amount', (-w.part)::text) ORDER BY w.ordinal)
      FROM (SELECT k.ordinal, sum(k.part) AS part FROM taken AS k GROUP BY k.ordinal) AS w);
END
$$;

-- A part of a payment is money too: no smaller unit than its currency has.
CREATE OR REPLACE FUNCTION settlement_faults(c commitment, content jsonb) RETURNS jsonb
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
                             UNION ALL
                            SELECT 'amount', m.value ->> 'rule', m.value ->> 'detail'
                              FROM jsonb_array_elements(amount_faults(
                                       '', s.value ->> 'amount', content ->> 'currency')) AS m
                            ) AS f (member, rule, detail)), '[]')
        || coalesce((SELECT fault('/settles', 'within_amount', format(
                                'It settles %s, more than the %s paid.', w.total,
                                content ->> 'amount'))
                       FROM (SELECT sum((e.value ->> 'amount')::numeric) AS total
                               FROM jsonb_array_elements(content -> 'settles') AS e) AS w
                      WHERE w.total > (content ->> 'amount')::numeric), '[]');
END
$$;

-- ---------------------------------------------------------------- splitting

-- Zeros at the end are no smaller unit: "0.0100" USD is one cent, and a cent is not split.
CREATE OR REPLACE FUNCTION split_amount(amount numeric, currency text, recipients jsonb, sectors jsonb,
                             ict_significance integer, ict_share numeric)
RETURNS TABLE (ordinal bigint, country text, region text, sector text, amount_part numeric,
               ict_part numeric, ict_ring smallint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH unit AS (
        SELECT greatest(scale(trim_scale(amount)), (SELECT u.minor_unit FROM currency AS u
                                         WHERE u.code = split_amount.currency)) AS scale),
    recipient AS (
        SELECT r.ordinality, r.value, p.part
          FROM unit
         CROSS JOIN largest_remainder(amount, unit.scale,
                   (SELECT array_agg((e.value ->> 'share')::numeric ORDER BY e.ordinality)
                      FROM jsonb_array_elements(recipients) WITH ORDINALITY AS e)) AS p
          JOIN jsonb_array_elements(recipients) WITH ORDINALITY AS r ON r.ordinality = p.ordinal),
    cell AS (
        SELECT r.ordinality AS recipient, s.ordinality AS sector_ordinal,
               r.value ->> 'country' AS country, r.value ->> 'region' AS region,
               s.value ->> 'code' AS sector, p.part AS amount
          FROM unit
         CROSS JOIN recipient AS r
         CROSS JOIN largest_remainder(r.part, unit.scale,
                   (SELECT array_agg((e.value ->> 'share')::numeric ORDER BY e.ordinality)
                      FROM jsonb_array_elements(sectors) WITH ORDINALITY AS e)) AS p
          JOIN jsonb_array_elements(sectors) WITH ORDINALITY AS s ON s.ordinality = p.ordinal),
    elsewhere AS (
        SELECT f.part, f.whole
          FROM ict_fraction_elsewhere(ict_significance, ict_share,
                   (SELECT coalesce(sum((e.value ->> 'share')::numeric)
                                        FILTER (WHERE is_ict_sector(e.value ->> 'code')), 0)
                      FROM jsonb_array_elements(sectors) AS e)) AS f)
    SELECT row_number() OVER (ORDER BY c.recipient, c.sector_ordinal),
           c.country, c.region, c.sector, c.amount, i.part,
           CASE WHEN i.part = 0 THEN NULL
                WHEN is_ict_sector(c.sector) THEN 1
                WHEN ict_significance = 2 THEN 2
                ELSE 3 END::smallint
      FROM cell AS c
     CROSS JOIN elsewhere AS e
     CROSS JOIN unit
     CROSS JOIN LATERAL (
           SELECT CASE WHEN is_ict_sector(c.sector) THEN c.amount
                       WHEN e.part = 0 THEN 0
                       ELSE (SELECT p.part
                               FROM largest_remainder(c.amount, unit.scale,
                                                      ARRAY[e.part, e.whole - e.part]) AS p
                              WHERE p.ordinal = 1) END AS part) AS i
     ORDER BY 1;
END
$$;

CREATE OR REPLACE FUNCTION allocate_alike(t transaction)
RETURNS TABLE (ordinal bigint, country text, region text, sector text, amount_part numeric,
               ict_part numeric, ict_ring smallint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH unit AS (
        SELECT greatest(scale(trim_scale(t.amount)), (SELECT u.minor_unit FROM currency AS u
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
