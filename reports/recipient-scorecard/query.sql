-- GET /v1/reports/recipient-scorecard
-- Every measure of a recipient country, over all its donors or of one that is named.
-- kind  report
-- lane  report
-- role  public
-- $1    country    query   country   optional
-- $2    donor      query   text      optional
-- $3    currency   query   currency  optional
-- $4    rate_set   query   uuid      optional
WITH card AS MATERIALIZED (
    SELECT s.*, n.name AS country_name
      FROM report_scorecard('recipient', $3::text, $4::uuid, $2::text, $1::text) AS s
      JOIN country AS n ON n.code = s.party),
missing AS (
    SELECT jsonb_agg(to_jsonb(m)) AS notes
      FROM (SELECT p.currency, p.transaction_type AS type,
                   count(DISTINCT p.transaction_id) AS transactions, sum(p.stated) AS amount
              FROM report_parts_in($3, $4, report_scope($2, $1), $1) AS p
             WHERE $3 IS NOT NULL AND p.amount = 'NaN' AND p.country IS NOT NULL
             GROUP BY p.currency, p.transaction_type) AS m)
SELECT c.party AS country, c.country_name, c.measure, c.currency,
       report_figure(c.numerator, u.minor_unit, c.kind, false, $3) AS numerator,
       report_figure(c.denominator, u.minor_unit, c.kind, false, $3) AS denominator,
       report_figure(c.value, u.minor_unit, c.kind, true, $3) AS value,
       report_unit(c.kind) AS unit,
       CASE WHEN c.value IS NULL OR c.value = 'NaN' THEN c.reason END AS null_reason,
       CASE WHEN row_number() OVER place = 1 THEN report_conversion($3, $4) END AS method,
       CASE WHEN row_number() OVER place = 1
            THEN report_conversion_limits($3, $4, (SELECT m.notes FROM missing AS m)) END
           AS limitations
  FROM (VALUES (true)) AS always
  LEFT JOIN card AS c ON true
  LEFT JOIN currency AS u ON u.code = c.currency
WINDOW place AS (ORDER BY c.party COLLATE "C", c.place, c.currency COLLATE "C")
 ORDER BY row_number() OVER place
