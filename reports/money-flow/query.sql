-- GET /v1/reports/money-flow
-- Where money comes from, which groups its countries are in, and which pillars it serves, each amount once.
-- kind  report
-- lane  report
-- role  public
-- $1    donor      query   text      optional
-- $2    country    query   country   optional
-- $3    version    query   code      optional
-- $4    year       query   year      optional
-- $5    currency   query   currency  optional
-- $6    rate_set   query   uuid      optional
-- $7    in_kind    query   boolean   optional
WITH part AS MATERIALIZED (
    SELECT p.commitment_id, p.donor, p.country, p.transaction_type, p.transaction_date, p.currency,
           p.transaction_id, p.amount, p.stated
      FROM report_parts_in($5::text, $6::uuid, report_scope($1::text, $2::text), $2, ARRAY['2', '3'],
                           daterange(make_date($4::integer, 1, 1), make_date($4 + 1, 1, 1))) AS p
     WHERE p.in_kind = coalesce($7::boolean, false)),
missing AS (
    SELECT jsonb_agg(to_jsonb(m)) AS notes
      FROM (SELECT p.currency, p.transaction_type AS type,
                   count(DISTINCT p.transaction_id) AS transactions, sum(p.stated) AS amount
              FROM part AS p
             WHERE p.amount = 'NaN'
             GROUP BY p.currency, p.transaction_type) AS m),
membership AS MATERIALIZED (
    SELECT m.country, m.valid_from, m.valid_to, g.place, g.code
      FROM report_memberships() AS m
      JOIN (VALUES (1, 'LDC'), (2, 'SIDS'), (3, 'LLDC'), (4, 'EIT')) AS g (place, code)
        ON g.code = m.country_group),
standing AS MATERIALIZED (
    SELECT w.country, w.transaction_date,
           coalesce(string_agg(w.code, ' + ' ORDER BY w.place), 'no group') AS country_groups
      FROM (SELECT DISTINCT p.country, p.transaction_date, m.place, m.code
              FROM (SELECT DISTINCT p.country, p.transaction_date FROM part AS p
                     WHERE p.country IS NOT NULL) AS p
              LEFT JOIN membership AS m
                ON m.country = p.country AND m.valid_from <= p.transaction_date
               AND m.valid_to > p.transaction_date) AS w
     GROUP BY w.country, w.transaction_date),
-- What is split over pillars: once for each commitment, country and standing.
money AS MATERIALIZED (
    SELECT p.commitment_id, p.donor, p.country, coalesce(s.country_groups, 'no country') AS country_groups,
           p.currency, p.transaction_type, sum(p.amount) AS amount
      FROM part AS p
      LEFT JOIN standing AS s ON s.country = p.country AND s.transaction_date = p.transaction_date
     GROUP BY p.commitment_id, p.donor, p.country, s.country_groups, p.currency, p.transaction_type),
-- The pillars that a commitment is linked to, of the newest version in which it is linked to any.
pillar AS MATERIALIZED (
    SELECT k.commitment_id, i.framework_version || ' ' || i.item AS serves, i.place, k.share,
           rank() OVER (PARTITION BY k.commitment_id ORDER BY v.ordinal DESC) AS age
      FROM report_links($2, report_scope($1, $2)) AS k
      JOIN framework_version AS v ON v.framework = k.framework AND v.version = k.framework_version
      JOIN report_items('C11', $3::text) AS i
        ON i.framework = k.framework AND i.framework_version = k.framework_version AND i.item = k.item
     WHERE i.kind = 'pillar'),
-- Where its money goes: shares, and the rest of 100, which is not linked or is with a link of no share.
goal AS MATERIALIZED (
    SELECT w.commitment_id, array_agg(w.serves ORDER BY w.place) AS serves,
           array_agg(w.weight ORDER BY w.place) AS weights
      FROM (SELECT r.commitment_id, r.serves, r.place, r.share AS weight
              FROM pillar AS r WHERE r.age = 1 AND r.share > 0
             UNION ALL
            SELECT r.commitment_id,
                   CASE WHEN bool_or(r.share IS NULL) THEN 'linked without a share'
                        ELSE 'rest of what is linked' END,
                   2147483647, 100 - coalesce(sum(r.share), 0)
              FROM pillar AS r WHERE r.age = 1
             GROUP BY r.commitment_id
            HAVING coalesce(sum(r.share), 0) < 100) AS w
     GROUP BY w.commitment_id),
split AS (
    SELECT m.donor, m.country, m.country_groups, m.currency, m.transaction_type,
           coalesce(g.serves[q.ordinal], 'linked to none') AS serves, q.part
      FROM money AS m
      LEFT JOIN goal AS g ON g.commitment_id = m.commitment_id
      LEFT JOIN currency AS u ON u.code = m.currency
     CROSS JOIN LATERAL (
           SELECT 1 AS ordinal, m.amount AS part WHERE g.commitment_id IS NULL
            UNION ALL
           SELECT r.ordinal, r.part
             FROM largest_remainder(m.amount, greatest(u.minor_unit, scale(trim_scale(m.amount))),
                                    g.weights) AS r
            WHERE g.commitment_id IS NOT NULL AND $5 IS NULL
            UNION ALL
           SELECT w.ordinality, m.amount * w.weight / 100
             FROM unnest(g.weights) WITH ORDINALITY AS w (weight, ordinality)
            WHERE g.commitment_id IS NOT NULL AND $5 IS NOT NULL) AS q),
told AS (
    SELECT coalesce(o.identifier, o.id::text) AS donor,
           o.name AS donor_name, s.country, s.country_groups, s.serves, s.currency, u.minor_unit,
           coalesce(sum(s.part) FILTER (WHERE s.transaction_type = '2'), 0) AS committed,
           coalesce(sum(s.part) FILTER (WHERE s.transaction_type = '3'), 0) AS disbursed
      FROM split AS s
      JOIN organisation AS o ON o.id = s.donor
      LEFT JOIN currency AS u ON u.code = s.currency
     GROUP BY o.id, s.country, s.country_groups, s.serves, s.currency, u.minor_unit)
SELECT t.donor, t.donor_name, t.country, t.country_groups, t.serves, t.currency,
       report_sum(t.committed, t.minor_unit, $5) AS committed,
       report_sum(t.disbursed, t.minor_unit, $5) AS disbursed,
       CASE WHEN row_number() OVER place = 1 THEN report_conversion($5, $6) END AS method,
       CASE WHEN row_number() OVER place = 1
            THEN report_conversion_limits($5, $6, (SELECT m.notes FROM missing AS m)) END
           AS limitations
  FROM (SELECT report_framework('C11', $3)) AS always (framework)
  LEFT JOIN told AS t ON always.framework IS NOT NULL
WINDOW place AS (
     ORDER BY t.donor COLLATE "C", t.country COLLATE "C", t.country_groups COLLATE "C",
              t.serves COLLATE "C", t.currency COLLATE "C")
 ORDER BY row_number() OVER place
