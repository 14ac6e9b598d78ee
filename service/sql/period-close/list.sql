-- GET /v1/period-closes
-- Closed periods of organisations' books, newest first, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    organisation   query   text      optional
-- $2    as_of          query   position  optional
-- $3    after          query   cursor    optional
-- $4    limit          query   limit     optional
WITH page AS (
    SELECT p.id, p.recorded_at, row_number() OVER (
               ORDER BY p.recorded_at DESC, p.id DESC) AS place
      FROM period_close AS p
      JOIN organisation AS o ON o.id = p.organisation_id
     WHERE ($1::text IS NULL OR $1 IN (o.identifier, o.id::text))
       AND ledger_holds(p.entry, as_of_position($2::text))
       AND ($3::text IS NULL
            OR (p.recorded_at, p.id) < (split_part($3, ' ', 1)::timestamptz,
                                        split_part($3, ' ', 2)::uuid))
     ORDER BY p.recorded_at DESC, p.id DESC
     LIMIT coalesce($4::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($2), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(period_close_json(p, as_of_position($2))
                                              ORDER BY g.place), '[]')
                       FROM page AS g
                       JOIN period_close AS p ON p.id = g.id
                      WHERE g.place <= coalesce($4, 50)),
           'tree_size', coalesce(as_of_position($2),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT to_char(g.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
               || ' ' || g.id
          FROM page AS g
         WHERE g.place = coalesce($4, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > g.place)) AS next
