-- GET /v1/reports/untied-aid-bridge
-- From the first definition of untied aid to the second, cause by cause.
-- kind  report
-- lane  report
-- role  public
-- $1    donor      query   text      optional
-- $2    country    query   country   optional
-- $3    year       query   year      optional
-- $4    currency   query   currency  optional
-- $5    rate_set   query   uuid      optional
-- $6    in_kind    query   boolean   optional
WITH part AS MATERIALIZED (
    SELECT p.*, coalesce(o.identifier, o.id::text) AS donor_key, o.name AS donor_name,
           extract(year FROM p.transaction_date)::integer AS year,
           p.left_out IN ('students', 'refugees') AS moved
      FROM report_tying($4::text, $5::uuid, report_scope($1::text, $2::text), $2,
                        daterange(make_date($3::integer, 1, 1), make_date($3 + 1, 1, 1))) AS p
      JOIN organisation AS o ON o.id = p.donor
     WHERE p.in_kind = coalesce($6::boolean, false)),
missing AS (
    SELECT jsonb_agg(to_jsonb(m)) AS notes
      FROM (SELECT p.currency, '2' AS type, count(DISTINCT p.transaction_id) AS transactions,
                   sum(p.stated) AS amount
              FROM part AS p
             WHERE p.amount = 'NaN'
             GROUP BY p.currency) AS m),
-- Each part of the money, once in every step in which it counts, as what it counts there.
step AS (
    SELECT p.donor_key, p.donor_name, p.country, p.year, p.currency, s.*
      FROM part AS p
     CROSS JOIN LATERAL (VALUES
           (1, 'definition_1', CASE WHEN p.moved THEN p.said ELSE p.tying END, p.amount),
           (2, 'students', p.said, CASE WHEN p.left_out = 'students' THEN -p.amount END),
           (2, 'students', 'disregarded', CASE WHEN p.left_out = 'students' THEN p.amount END),
           (3, 'refugees', p.said, CASE WHEN p.left_out = 'refugees' THEN -p.amount END),
           (3, 'refugees', 'disregarded', CASE WHEN p.left_out = 'refugees' THEN p.amount END),
           (4, 'definition_2', p.tying, p.amount)) AS s (place, step, tying, amount)),
told AS (
    SELECT s.donor_key, s.donor_name, s.country, s.year, s.currency, s.place, s.step,
           coalesce(sum(s.amount) FILTER (WHERE s.tying = 'untied'), 0) AS untied,
           coalesce(sum(s.amount) FILTER (WHERE s.tying = 'partially_tied'), 0) AS partially_tied,
           coalesce(sum(s.amount) FILTER (WHERE s.tying = 'tied'), 0) AS tied,
           coalesce(sum(s.amount) FILTER (WHERE s.tying = 'unreported'), 0) AS unreported,
           coalesce(sum(s.amount) FILTER (WHERE s.tying = 'disregarded'), 0) AS disregarded
      FROM step AS s
     GROUP BY s.donor_key, s.donor_name, s.country, s.year, s.currency, s.place, s.step)
SELECT t.donor_key AS donor, t.donor_name, t.country, t.year, t.currency, t.step,
       report_sum(t.untied, u.minor_unit, $4) AS untied,
       report_sum(t.partially_tied, u.minor_unit, $4) AS partially_tied,
       report_sum(t.tied, u.minor_unit, $4) AS tied,
       report_sum(t.unreported, u.minor_unit, $4) AS tied_unreported,
       report_sum(t.disregarded, u.minor_unit, $4) AS disregarded,
       CASE WHEN t.place IN (1, 4)
            THEN report_share(t.untied, t.untied + t.partially_tied + t.tied) END AS untied_rate,
       CASE WHEN t.place IN (1, 4)
            THEN report_share(t.unreported, t.untied + t.partially_tied + t.tied + t.unreported)
            END AS unreported_rate,
       CASE WHEN row_number() OVER place = 1 THEN report_conversion($4, $5) END AS method,
       CASE WHEN row_number() OVER place = 1
            THEN report_conversion_limits($4, $5, (SELECT m.notes FROM missing AS m)) END
           AS limitations
  FROM (VALUES (true)) AS always
  LEFT JOIN told AS t ON true
  LEFT JOIN currency AS u ON u.code = t.currency
WINDOW place AS (ORDER BY t.donor_key COLLATE "C", t.country COLLATE "C", t.year,
                          t.currency COLLATE "C", t.place)
 ORDER BY row_number() OVER place
