-- GET /v1/reports/reconciliation
-- Which disbursements recipient governments confirm, what they differ by and why, and how long it took.
-- kind  report
-- lane  report
-- role  public
-- $1    donor      query   text      optional
-- $2    country    query   country   optional
-- $3    currency   query   currency  optional
-- $4    rate_set   query   uuid      optional
-- $5    in_kind    query   boolean   optional
WITH receipt AS MATERIALIZED (
    SELECT r.*, coalesce(o.identifier, o.id::text) AS donor_key, o.name AS donor_name,
           r.received_on - r.value_date AS lag
      FROM report_receipts($3::text, $4::uuid, report_scope($1::text, $2::text), $2) AS r
      JOIN organisation AS o ON o.id = r.donor
     WHERE r.in_kind = coalesce($5::boolean, false)),
missing AS (
    SELECT jsonb_agg(to_jsonb(m)) AS notes
      FROM (SELECT r.stated_currency AS currency, '3' AS type,
                   count(DISTINCT r.transaction_id) AS transactions, sum(r.stated) AS amount
              FROM receipt AS r
             WHERE r.amount = 'NaN'
             GROUP BY r.stated_currency) AS m),
told AS (
    SELECT r.donor_key, r.donor_name, r.country, r.currency,
           count(*) FILTER (WHERE r.invited) AS disbursements,
           count(*) FILTER (WHERE NOT r.invited) AS not_invited,
           sum(r.amount) FILTER (WHERE r.invited) AS reported,
           count(*) FILTER (WHERE r.invited AND r.due) AS due,
           sum(r.amount) FILTER (WHERE r.invited AND r.due) AS due_amount,
           count(*) FILTER (WHERE r.invited AND r.due AND r.state = 'CONFIRMED') AS confirmed,
           sum(r.amount) FILTER (WHERE r.invited AND r.due AND r.state = 'CONFIRMED')
               AS confirmed_amount,
           count(*) FILTER (WHERE r.outcome IS NOT NULL) AS answered,
           sum(r.amount) FILTER (WHERE r.outcome IS NOT NULL) AS answered_amount,
           sum(r.difference) AS discrepancy,
           sum(r.difference) FILTER (WHERE r.reason = 'timing') AS timing,
           sum(r.difference) FILTER (WHERE r.reason = 'fx') AS fx,
           sum(r.difference) FILTER (WHERE r.reason = 'fee') AS fee,
           sum(r.difference) FILTER (WHERE r.reason = 'in_kind') AS given_in_kind,
           sum(r.difference) FILTER (WHERE r.reason = 'wrong_account') AS wrong_account,
           sum(r.difference) FILTER (WHERE r.reason = 'split') AS split,
           sum(r.difference) FILTER (WHERE r.reason = 'error') AS error,
           sum(r.difference) FILTER (WHERE r.reason = 'not_received') AS not_received,
           sum(r.difference) FILTER (WHERE r.reason = 'unexplained') AS unexplained,
           count(*) FILTER (WHERE r.outcome = 'not_visible') AS not_visible,
           sum(r.amount) FILTER (WHERE r.outcome = 'not_visible') AS not_visible_amount,
           count(r.lag) AS dated,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY r.lag) AS lag_median,
           percentile_disc(0.9) WITHIN GROUP (ORDER BY r.lag) AS lag_p90
      FROM receipt AS r
     GROUP BY r.donor_key, r.donor_name, r.country, r.currency)
SELECT t.donor_key AS donor, t.donor_name, t.country, t.currency, t.disbursements,
       t.not_invited AS disbursements_not_invited,
       report_sum(t.reported, u.minor_unit, $3) AS reported_amount,
       t.due AS disbursements_due, report_sum(t.due_amount, u.minor_unit, $3) AS due_amount,
       t.confirmed, report_sum(t.confirmed_amount, u.minor_unit, $3) AS confirmed_amount,
       report_rate(t.confirmed, t.due) AS confirmation_rate,
       report_share(t.confirmed_amount, t.due_amount) AS confirmation_rate_value,
       t.answered, report_sum(t.answered_amount, u.minor_unit, $3) AS answered_amount,
       report_sum(t.discrepancy, u.minor_unit, $3) AS discrepancy,
       report_share(t.discrepancy, t.answered_amount) AS discrepancy_rate,
       report_sum(t.timing, u.minor_unit, $3) AS timing,
       report_sum(t.fx, u.minor_unit, $3) AS fx,
       report_sum(t.fee, u.minor_unit, $3) AS fee,
       report_sum(t.given_in_kind, u.minor_unit, $3) AS given_in_kind,
       report_sum(t.wrong_account, u.minor_unit, $3) AS wrong_account,
       report_sum(t.split, u.minor_unit, $3) AS split,
       report_sum(t.error, u.minor_unit, $3) AS error,
       report_sum(t.not_received, u.minor_unit, $3) AS not_received,
       report_sum(t.unexplained, u.minor_unit, $3) AS unexplained,
       report_sum(t.not_visible_amount, u.minor_unit, $3) AS not_visible,
       t.not_visible AS disbursements_not_visible,
       report_rate(t.not_visible, t.disbursements) AS visibility_gap,
       report_share(t.not_visible_amount, t.reported) AS visibility_gap_value,
       t.dated AS receipts_dated, t.lag_median, t.lag_p90,
       CASE WHEN row_number() OVER place = 1 THEN report_conversion($3, $4) END AS method,
       CASE WHEN row_number() OVER place = 1
            THEN report_conversion_limits($3, $4, (SELECT m.notes FROM missing AS m)) END
           AS limitations
  FROM (VALUES (true)) AS always
  LEFT JOIN told AS t ON true
  LEFT JOIN currency AS u ON u.code = t.currency
WINDOW place AS (ORDER BY t.donor_key COLLATE "C", t.country COLLATE "C", t.currency COLLATE "C")
 ORDER BY row_number() OVER place
