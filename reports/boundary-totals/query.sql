-- GET /v1/reports/boundary-totals
-- Money that enters a set of countries and organisations, stays in it, or leaves it.
-- kind  report
-- lane  report
-- role  public
-- $1    countries      query   text      optional
-- $2    groups         query   text      optional
-- $3    organisations  query   text      optional
-- $4    donor          query   text      optional
-- $5    sector         query   code      optional
-- $6    year           query   year      optional
-- $7    currency       query   currency  optional
-- $8    rate_set       query   uuid      optional
-- $9    in_kind        query   boolean   optional
WITH boundary AS MATERIALIZED (
    SELECT b.* FROM report_boundary($1::text, $2::text, $3::text) AS b),
membership AS MATERIALIZED (
    SELECT m.*
      FROM boundary AS b
     CROSS JOIN report_memberships() AS m
     WHERE m.country_group = ANY (b.groups)),
flow AS MATERIALIZED (
    SELECT f.transaction_id, f.transaction_type, f.measure, f.transaction_date, f.currency,
           f.amount, f.stated, f.source, f.destination, f.country, f.counted,
           s.country AS source_country, coalesce(s.identifier, s.id::text) AS source_name,
           coalesce(d.identifier, d.id::text) AS destination_name
      FROM report_flows($7::text, $8::uuid) AS f
      LEFT JOIN organisation AS s ON s.id = f.source
      LEFT JOIN organisation AS d ON d.id = f.destination
     WHERE f.given_in_kind = coalesce($9::boolean, false)
       AND ($4::text IS NULL OR $4 IN (s.identifier, s.id::text))
       AND ($5::text IS NULL OR f.sector = $5)
       AND ($6::integer IS NULL OR extract(year FROM f.transaction_date) = $6)),
day AS MATERIALIZED (
    SELECT f.country, f.transaction_date AS day FROM flow AS f
     UNION
    SELECT f.source_country, f.transaction_date FROM flow AS f),
inside AS MATERIALIZED (
    SELECT d.country, d.day
      FROM day AS d
      JOIN boundary AS b ON d.country = ANY (b.countries)
     UNION
    SELECT d.country, d.day
      FROM day AS d
      JOIN membership AS m
        ON m.country = d.country AND m.valid_from <= d.day AND m.valid_to > d.day),
placed AS MATERIALIZED (
    SELECT f.transaction_id, f.transaction_type, f.measure, f.currency, f.amount, f.stated,
           f.counted, extract(year FROM f.transaction_date)::integer AS year,
           array_remove(ARRAY[CASE WHEN f.source = ANY (b.organisations) THEN f.source_name END,
                              s.country], NULL) AS sources,
           array_remove(ARRAY[CASE WHEN f.destination = ANY (b.organisations)
                                   THEN f.destination_name END, d.country], NULL) AS destinations
      FROM boundary AS b
     CROSS JOIN flow AS f
      LEFT JOIN inside AS s
        ON s.country = f.source_country AND s.day = f.transaction_date
      LEFT JOIN inside AS d
        ON d.country = f.country AND d.day = f.transaction_date),
-- What is added up before it is told in each scope in which it counts.
summed AS MATERIALIZED (
    SELECT p.sources, p.destinations, p.measure, p.year, p.currency, sum(p.amount) AS amount
      FROM placed AS p
     WHERE p.counted AND p.sources || p.destinations <> '{}'
     GROUP BY p.sources, p.destinations, p.measure, p.year, p.currency),
movement AS (
    SELECT 'set' AS scope, NULL AS member,
           CASE WHEN p.sources = '{}' THEN 'incoming'
                WHEN p.destinations = '{}' THEN 'outgoing'
                ELSE 'internal' END AS direction, p.*
      FROM summed AS p
     UNION ALL
    SELECT 'member', p.destinations[1],
           CASE WHEN p.destinations && p.sources THEN 'internal' ELSE 'incoming' END, p.*
      FROM summed AS p
     WHERE cardinality(p.destinations) = 1
     UNION ALL
    SELECT 'member', s.name, 'outgoing', p.*
      FROM summed AS p
     CROSS JOIN unnest(p.sources) AS s (name)
     WHERE s.name <> ALL (p.destinations)
     UNION ALL
    SELECT 'shared', NULL, CASE WHEN p.sources = '{}' THEN 'incoming' ELSE 'internal' END, p.*
      FROM summed AS p
     WHERE cardinality(p.destinations) > 1),
missing AS (
    SELECT jsonb_agg(to_jsonb(m)) AS notes
      FROM (SELECT p.currency, p.transaction_type AS type,
                   count(DISTINCT p.transaction_id) AS transactions, sum(p.stated) AS amount
              FROM placed AS p
             WHERE p.counted AND p.sources || p.destinations <> '{}' AND p.amount = 'NaN'
             GROUP BY p.currency, p.transaction_type) AS m),
uncounted AS (
    SELECT jsonb_agg(format('Not counted: %s transactions of type %s in %s, in which a receiver '
                            'tells of money and its provider does so too, or is not named by its '
                            'activity.', m.transactions, m.transaction_type, m.currency)
                     ORDER BY m.currency COLLATE "C", m.transaction_type::integer) AS notes
      FROM (SELECT p.currency, p.transaction_type,
                   count(DISTINCT p.transaction_id) AS transactions
              FROM placed AS p
             WHERE NOT p.counted AND p.sources || p.destinations <> '{}'
             GROUP BY p.currency, p.transaction_type) AS m)
SELECT v.scope, v.member, v.year, v.currency,
       report_sum(sum(v.amount) FILTER (
                      WHERE v.direction = 'incoming' AND v.measure = 'committed'),
                  u.minor_unit, $7) AS incoming_committed,
       report_sum(sum(v.amount) FILTER (
                      WHERE v.direction = 'internal' AND v.measure = 'committed'),
                  u.minor_unit, $7) AS internal_committed,
       report_sum(sum(v.amount) FILTER (
                      WHERE v.direction = 'outgoing' AND v.measure = 'committed'),
                  u.minor_unit, $7) AS outgoing_committed,
       report_sum(sum(v.amount) FILTER (WHERE v.direction = 'incoming' AND v.measure = 'paid'),
                  u.minor_unit, $7) AS incoming_paid,
       report_sum(sum(v.amount) FILTER (WHERE v.direction = 'internal' AND v.measure = 'paid'),
                  u.minor_unit, $7) AS internal_paid,
       report_sum(sum(v.amount) FILTER (WHERE v.direction = 'outgoing' AND v.measure = 'paid'),
                  u.minor_unit, $7) AS outgoing_paid,
       CASE WHEN row_number() OVER place = 1 THEN report_conversion($7, $8) END AS method,
       CASE WHEN row_number() OVER place = 1
            THEN coalesce((SELECT n.notes FROM uncounted AS n), '[]')
                 || coalesce(report_conversion_limits($7, $8,
                                                      (SELECT m.notes FROM missing AS m)), '[]')
            END AS limitations
  FROM (VALUES (true)) AS always
  LEFT JOIN movement AS v ON true
  LEFT JOIN currency AS u ON u.code = v.currency
 GROUP BY v.scope, v.member, v.year, v.currency, u.minor_unit
WINDOW place AS (
     ORDER BY array_position(ARRAY['set', 'member', 'shared'], v.scope), v.member COLLATE "C",
              v.year, v.currency COLLATE "C")
 ORDER BY row_number() OVER place
