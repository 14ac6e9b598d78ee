-- GET /v1/observations
-- What is observed of ICT indicators, newest statement first, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    indicator  query   code      optional
-- $2    country    query   country   optional
-- $3    year       query   year      optional
-- $4    origin     query   code      optional
-- $5    state      query   code      optional
-- $6    as_of      query   position  optional
-- $7    after      query   cursor    optional
-- $8    limit      query   limit     optional
WITH page AS (
    SELECT o.id, o.recorded_at, row_number() OVER (
               ORDER BY o.recorded_at DESC, o.id DESC) AS place
      FROM observation AS o
     WHERE ($1::text IS NULL OR o.indicator = $1)
       AND ($2::text IS NULL OR o.country = $2)
       AND ($3::integer IS NULL OR o.year = $3)
       AND ($4::text IS NULL OR o.origin = $4)
       AND ($5::text IS NULL OR observation_status(o, as_of_position($6)) = lower($5))
       AND ledger_holds(o.entry, as_of_position($6::text))
       AND ($7::text IS NULL
            OR (o.recorded_at, o.id) < (split_part($7, ' ', 1)::timestamptz,
                                        split_part($7, ' ', 2)::uuid))
     ORDER BY o.recorded_at DESC, o.id DESC
     LIMIT coalesce($8::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($6), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(observation_json(o, as_of_position($6))
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                       JOIN observation AS o ON o.id = p.id
                      WHERE p.place <= coalesce($8, 50)),
           'tree_size', coalesce(as_of_position($6),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT to_char(p.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
               || ' ' || p.id
          FROM page AS p
         WHERE p.place = coalesce($8, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
