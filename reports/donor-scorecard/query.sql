-- GET /v1/reports/donor-scorecard
-- Every measure of a donor: money, ICT, predictability, ownership, reconciliation, tying, timeliness.
-- kind  report
-- lane  report
-- role  public
-- $1    donor      query   text      optional
-- $2    currency   query   currency  optional
-- $3    rate_set   query   uuid      optional
WITH card AS MATERIALIZED (
    SELECT s.*, coalesce(o.identifier, o.id::text) AS donor_key, o.name AS donor_name
      FROM report_scorecard('donor', $2::text, $3::uuid, $1::text) AS s
      JOIN organisation AS o ON o.id::text = s.party),
missing AS (
    SELECT jsonb_agg(to_jsonb(m)) AS notes
      FROM (SELECT p.currency, p.transaction_type AS type,
                   count(DISTINCT p.transaction_id) AS transactions, sum(p.stated) AS amount
              FROM report_parts_in($2, $3, report_scope($1, NULL)) AS p
             WHERE $2 IS NOT NULL AND p.amount = 'NaN'
             GROUP BY p.currency, p.transaction_type) AS m)
SELECT c.donor_key AS donor, c.donor_name, c.measure, c.currency,
       report_figure(c.numerator, u.minor_unit, c.kind, false, $2) AS numerator,
       report_figure(c.denominator, u.minor_unit, c.kind, false, $2) AS denominator,
       report_figure(c.value, u.minor_unit, c.kind, true, $2) AS value,
       report_unit(c.kind) AS unit,
       CASE WHEN c.value IS NULL OR c.value = 'NaN' THEN c.reason END AS null_reason,
       CASE WHEN row_number() OVER place = 1 THEN report_conversion($2, $3) END AS method,
       CASE WHEN row_number() OVER place = 1
            THEN report_conversion_limits($2, $3, (SELECT m.notes FROM missing AS m)) END
           AS limitations
  FROM (VALUES (true)) AS always
  LEFT JOIN card AS c ON true
  LEFT JOIN currency AS u ON u.code = c.currency
WINDOW place AS (ORDER BY c.donor_key COLLATE "C", c.place, c.currency COLLATE "C")
 ORDER BY row_number() OVER place
