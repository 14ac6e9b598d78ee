-- GET /v1/exchange-rate-sets
-- Sets of exchange rates by name, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    base     query   currency  optional
-- $2    method   query   code      optional
-- $3    as_of    query   position  optional
-- $4    after    query   cursor    optional
-- $5    limit    query   limit     optional
WITH asked AS (
    SELECT as_of_position($3::text) AS position),
page AS (
    SELECT s.id, s.name, row_number() OVER (ORDER BY s.name, s.id) AS place
      FROM exchange_rate_set AS s
     CROSS JOIN asked AS a
     WHERE ($1::text IS NULL OR s.base_currency = $1)
       AND ($2::text IS NULL OR s.method = $2)
       AND (s.entry IS NULL OR ledger_holds(s.entry, a.position))
       AND ($4::text IS NULL OR (s.name, s.id) > (substr($4, 38), left($4, 36)::uuid))
     ORDER BY s.name, s.id
     LIMIT coalesce($5::integer, 50) + 1)
SELECT 200 AS status, w.tree_size::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(exchange_rate_set_json(s, a.position)
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                       JOIN exchange_rate_set AS s ON s.id = p.id
                      WHERE p.place <= coalesce($5, 50)),
           'tree_size', w.tree_size) AS body,
       (SELECT p.id || ' ' || p.name
          FROM page AS p
         WHERE p.place = coalesce($5, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
  FROM asked AS a
 CROSS JOIN LATERAL (SELECT coalesce(a.position, (SELECT t.size FROM ledger_tree AS t))
                            AS tree_size) AS w
