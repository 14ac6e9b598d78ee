-- What the report on reconciliation counts, and what reports on money share: factors to convert with,
-- and exact rates of amounts.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE FUNCTION report_share(part numeric, whole numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN whole > 0 AND whole <> 'NaN' AND part IS DISTINCT FROM 'NaN'
                THEN round(coalesce(part, 0) * 100 / whole, 2)::text END
$$;
COMMENT ON FUNCTION report_share(numeric, numeric) IS
    'One amount in percent of another, with two decimals; null, never 0 or 100, when there is '
    'nothing to divide by or one of them has no rate.';

CREATE FUNCTION report_factor(target text, of_set uuid, stated text, day date,
                              OUT currency text, OUT numerator numeric, OUT denominator numeric)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF target IS NULL AND of_set IS NULL THEN
        currency := stated;
        numerator := 1;
        denominator := 1;
        RETURN;
    END IF;
    SELECT f.numerator, f.denominator INTO numerator, denominator
      FROM exchange_factor(of_set, stated, day, target) AS f;
    currency := CASE WHEN numerator IS NULL THEN stated ELSE target END;
END
$$;
COMMENT ON FUNCTION report_factor(text, uuid, text, date) IS
    'What a report multiplies and divides amounts of a currency and a day with, and the currency '
    'they are in then: one and one when nothing is converted; null, and the currency stays, when '
    'the set has no rate.';

CREATE FUNCTION report_converts(target text, of_set uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF target IS NOT NULL OR of_set IS NOT NULL THEN
        PERFORM report_rate_set(target, of_set);
        RETURN true;
    END IF;
    RETURN false;
END
$$;
COMMENT ON FUNCTION report_converts(text, uuid) IS
    'Whether a report converts; it ends here when what it is to convert with is not known.';

CREATE FUNCTION report_receipts(target text, of_set uuid)
RETURNS TABLE (transaction_id uuid, commitment_id uuid, donor uuid, country text,
               transaction_date date, value_date date, in_kind boolean, currency text,
               amount numeric, stated_currency text, stated numeric, invited boolean, due boolean,
               confirmation_id uuid, state text, outcome text, reason text, received numeric,
               received_on date, difference numeric)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM report_converts(target, of_set);
    RETURN QUERY
    WITH RECURSIVE part AS MATERIALIZED (
        SELECT t.id, t.commitment_id, t.organisation_id, t.transaction_date, t.value_date,
               t.in_kind IS NOT NULL AS in_kind, t.currency, t.adjusts,
               (t.recorded_at AT TIME ZONE 'UTC')::date AS reported_on, a.country,
               sum(a.amount) AS amount
          FROM ledger_leaf AS l
          JOIN transaction AS t ON t.entry = l.entry
          JOIN allocation AS a ON a.transaction_id = t.id
         WHERE l.leaf_index < report_position()
           AND t.transaction_type = '3'
           AND a.country IS NOT NULL
         GROUP BY t.id, a.country),
    -- A correction may itself be corrected: what it all comes down to is the first record.
    correction AS (
        SELECT DISTINCT p.id, p.adjusts AS corrected FROM part AS p WHERE p.adjusts IS NOT NULL
         UNION
        SELECT k.id, t.adjusts
          FROM correction AS k
          JOIN transaction AS t ON t.id = k.corrected
         WHERE t.adjusts IS NOT NULL),
    corrected AS (
        SELECT k.corrected AS id, p.country, sum(p.amount) AS amount
          FROM correction AS k
          JOIN part AS p ON p.id = k.id
         GROUP BY k.corrected, p.country),
    confirmed AS (
        SELECT DISTINCT ON (r.transaction_id, r.country) r.*
          FROM ledger_leaf AS l
          JOIN receipt_confirmation AS r ON r.entry = l.entry
         WHERE l.leaf_index < report_position()
         ORDER BY r.transaction_id, r.country, r.ordinal DESC),
    standing AS (
        SELECT DISTINCT ON (s.confirmation_id) s.confirmation_id, s.state
          FROM ledger_leaf AS l
          JOIN receipt_confirmation_state AS s ON s.entry = l.entry
         WHERE l.leaf_index < report_position()
         ORDER BY s.confirmation_id, s.version DESC),
    explained AS (
        SELECT DISTINCT ON (x.confirmation_id) x.confirmation_id, x.reason_code
          FROM ledger_leaf AS l
          JOIN receipt_explanation AS x ON x.entry = l.entry
         WHERE l.leaf_index < report_position()
         ORDER BY x.confirmation_id, l.leaf_index DESC),
    taken_up AS (
        SELECT k.commitment_id, k.country,
               min(k.day) FILTER (WHERE c.origin = 'imported') AS since
          FROM (SELECT i.commitment_id, i.country, (e.at AT TIME ZONE 'UTC')::date AS day
                  FROM ledger_leaf AS l
                  JOIN ownership_state AS s ON s.entry = l.entry AND s.state <> 'NOT_INVITED'
                  JOIN ownership_input AS i ON i.id = s.input_id
                  JOIN ledger_entry AS e ON e.entry = l.entry
                 WHERE l.leaf_index < report_position()
                 UNION ALL
                SELECT r.commitment_id, r.country, (r.recorded_at AT TIME ZONE 'UTC')::date
                  FROM confirmed AS r) AS k
          JOIN commitment AS c ON c.id = k.commitment_id
         GROUP BY k.commitment_id, k.country),
    factor AS MATERIALIZED (
        SELECT d.stated, d.day, f.currency, f.numerator, f.denominator
          FROM (SELECT DISTINCT p.currency AS stated, p.value_date AS day
                  FROM part AS p WHERE p.adjusts IS NULL) AS d
         CROSS JOIN LATERAL report_factor(target, of_set, d.stated, d.day) AS f),
    told AS (
        SELECT p.*, p.amount + coalesce(k.amount, 0) AS remaining, c.id AS confirmation_id,
               s.state, c.outcome, x.reason_code, c.amount AS received, c.value_date AS received_on,
               u.commitment_id IS NOT NULL AS invited,
               greatest(p.transaction_date, p.reported_on, u.since)
                   < (SELECT report_day()) - 60 AS due
          FROM part AS p
          LEFT JOIN corrected AS k ON k.id = p.id AND k.country = p.country
          LEFT JOIN confirmed AS c ON c.transaction_id = p.id AND c.country = p.country
          LEFT JOIN standing AS s ON s.confirmation_id = c.id
          LEFT JOIN explained AS x ON x.confirmation_id = c.id
          LEFT JOIN taken_up AS u ON u.commitment_id = p.commitment_id AND u.country = p.country
         WHERE p.adjusts IS NULL)
    SELECT d.id, d.commitment_id, d.organisation_id, d.country, d.transaction_date, d.value_date,
           d.in_kind, f.currency, report_amount(d.remaining, f.numerator, f.denominator),
           d.currency, d.remaining, d.invited, d.due, d.confirmation_id, d.state, d.outcome,
           CASE WHEN d.outcome IS NULL THEN NULL
                WHEN d.outcome = 'not_visible' THEN 'not_visible'
                ELSE coalesce(d.reason_code, CASE d.outcome WHEN 'not_received' THEN 'not_received'
                                                            ELSE 'unexplained' END) END,
           d.received, d.received_on,
           CASE WHEN d.outcome IS NOT NULL
                THEN report_amount(abs(d.remaining - coalesce(d.received, 0)), f.numerator,
                                   f.denominator) END
      FROM told AS d
      JOIN factor AS f ON f.stated = d.currency AND f.day = d.value_date
     WHERE d.remaining <> 0;
END
$$;
COMMENT ON FUNCTION report_receipts(text, uuid) IS
    'The disbursements to each country up to the report''s position, those taken back whole left '
    'out: what is reported with all corrections, and what the government said of it last. '
    '"invited" leaves out imports that the government has not taken up; "due" are those whose 60 '
    'days for a receipt have passed. "amount" and "difference" are converted when a currency and '
    'a rate set are named, "stated" and "received" never; the difference is taken in the original '
    'currency first. What is not visible differs with the whole amount.';

GRANT EXECUTE ON FUNCTION report_share(numeric, numeric), report_factor(text, uuid, text, date),
      report_converts(text, uuid), report_receipts(text, uuid)
   TO aidledger_reporter;
