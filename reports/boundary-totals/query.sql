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
    SELECT m.* FROM report_memberships() AS m),
flow AS MATERIALIZED (
    SELECT f.*, s.country AS source_country, coalesce(s.identifier, s.id::text) AS source_name,
           coalesce(d.identifier, d.id::text) AS destination_name
      FROM report_flows($7::text, $8::uuid) AS f
      JOIN transaction AS t ON t.id = f.transaction_id
                           AND (t.in_kind IS NOT NULL) = coalesce($9::boolean, false)
      LEFT JOIN organisation AS s ON s.id = f.source
      LEFT JOIN organisation AS d ON d.id = f.destination
     WHERE ($4::text IS NULL OR $4 IN (s.identifier, s.id::text))
       AND ($5::text IS NULL OR f.sector = $5)
       AND ($6::integer IS NULL OR extract(year FROM f.transaction_date) = $6)),
inside AS MATERIALIZED (
    SELECT d.country, d.day
      FROM boundary AS b
     CROSS JOIN (SELECT f.country, f.transaction_date AS day FROM flow AS f
                  UNION
                 SELECT f.source_country, f.transaction_date FROM flow AS f) AS d
     WHERE d.country = ANY (b.countries)
        OR EXISTS (SELECT FROM membership AS m
                    WHERE m.country = d.country
                      AND m.country_group = ANY (b.groups)
                      AND m.valid_from <= d.day
                      AND m.valid_to > d.day)),
placed AS MATERIALIZED (
    SELECT f.*,
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
movement AS (
    SELECT 'set' AS scope, NULL AS member,
           CASE WHEN p.sources = '{}' THEN 'incoming'
                WHEN p.destinations = '{}' THEN 'outgoing'
                ELSE 'internal' END AS direction, p.*
      FROM placed AS p
     WHERE p.counted AND p.sources || p.destinations <> '{}'
     UNION ALL
    SELECT 'member', p.destinations[1],
           CASE WHEN p.destinations && p.sources THEN 'internal' ELSE 'incoming' END, p.*
      FROM placed AS p
     WHERE p.counted AND cardinality(p.destinations) = 1
     UNION ALL
    SELECT 'member', s.name, 'outgoing', p.*
      FROM placed AS p
     CROSS JOIN unnest(p.sources) AS s (name)
     WHERE p.counted AND s.name <> ALL (p.destinations)
     UNION ALL
    SELECT 'shared', NULL, CASE WHEN p.sources = '{}' THEN 'incoming' ELSE 'internal' END, p.*
      FROM placed AS p
     WHERE p.counted AND cardinality(p.destinations) > 1),
missing AS (
    SELECT jsonb_agg(to_jsonb(m)) AS notes
      FROM (SELECT v.currency, v.transaction_type AS type,
                   count(DISTINCT v.transaction_id) AS transactions, sum(v.stated) AS amount
              FROM movement AS v
             WHERE v.scope = 'set' AND v.amount = 'NaN'
             GROUP BY v.currency, v.transaction_type) AS m),
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
SELECT v.scope, v.member, extract(year FROM v.transaction_date)::integer AS year, v.currency,
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
 GROUP BY v.scope, v.member, year, v.currency, u.minor_unit
WINDOW place AS (
     ORDER BY array_position(ARRAY['set', 'member', 'shared'], v.scope), v.member COLLATE "C",
              extract(year FROM v.transaction_date)::integer, v.currency COLLATE "C")
 ORDER BY row_number() OVER place
