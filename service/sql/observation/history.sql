-- GET /v1/observations/{id}/history
-- All that the same side said of the same indicator, country and year, newest first, now or as of
-- a position.
-- kind  list
-- lane  list
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
-- $3    after    query   cursor    optional
-- $4    limit    query   limit     optional
WITH one AS (
    SELECT o.*
      FROM observation AS o
     WHERE o.id = $1::uuid
       AND ledger_holds(o.entry, as_of_position($2::text))),
page AS (
    SELECT o.id, o.ordinal, row_number() OVER (ORDER BY o.ordinal DESC) AS place
      FROM one
      JOIN observation AS o
        ON (o.country, o.indicator, o.year, o.origin)
           = (one.country, one.indicator, one.year, one.origin)
     WHERE ledger_holds(o.entry, as_of_position($2))
       AND ($3::text IS NULL OR o.ordinal < $3::integer)
     ORDER BY o.ordinal DESC
     LIMIT coalesce($4::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($2), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(observation_json(o, as_of_position($2))
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                       JOIN observation AS o ON o.id = p.id
                      WHERE p.place <= coalesce($4, 50)),
           'tree_size', coalesce(as_of_position($2),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT p.ordinal::text
          FROM page AS p
         WHERE p.place = coalesce($4, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
  FROM one
