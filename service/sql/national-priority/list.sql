-- GET /v1/national-priorities
-- What recipient governments want aid for, the newest statement first, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    country  query   country   optional
-- $2    on       query   date      optional
-- $3    as_of    query   position  optional
-- $4    after    query   cursor    optional
-- $5    limit    query   limit     optional
WITH page AS (
    SELECT s.id, s.recorded_at, row_number() OVER (
               ORDER BY s.recorded_at DESC, s.id DESC) AS place
      FROM priority_statement AS s
     WHERE ($1::text IS NULL OR s.country = $1)
       AND ($2::date IS NULL OR s.id = priorities_on(s.country, $2, as_of_position($3::text)))
       AND ledger_holds(s.entry, as_of_position($3))
       AND ($4::text IS NULL
            OR (s.recorded_at, s.id) < (split_part($4, ' ', 1)::timestamptz,
                                        split_part($4, ' ', 2)::uuid))
     ORDER BY s.recorded_at DESC, s.id DESC
     LIMIT coalesce($5::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($3), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(priorities_json(s, as_of_position($3))
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                       JOIN priority_statement AS s ON s.id = p.id
                      WHERE p.place <= coalesce($5, 50)),
           'tree_size', coalesce(as_of_position($3),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT to_char(p.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
               || ' ' || p.id
          FROM page AS p
         WHERE p.place = coalesce($5, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
