-- GET /v1/indicator-masks
-- Which indicators do not apply to which countries and why, newest first, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    indicator  query   code      optional
-- $2    country    query   country   optional
-- $3    year       query   year      optional
-- $4    state      query   code      optional
-- $5    as_of      query   position  optional
-- $6    after      query   cursor    optional
-- $7    limit      query   limit     optional
WITH page AS (
    SELECT m.id, m.recorded_at, row_number() OVER (
               ORDER BY m.recorded_at DESC, m.id DESC) AS place
      FROM indicator_mask AS m
     WHERE ($1::text IS NULL OR m.indicator = $1)
       AND ($2::text IS NULL OR m.country = $2)
       AND ($3::integer IS NULL OR $3 BETWEEN m.year_start AND coalesce(m.year_end, $3))
       AND ($4::text IS NULL OR mask_state(m, as_of_position($5)) = upper($4))
       AND ledger_holds(m.entry, as_of_position($5::text))
       AND ($6::text IS NULL
            OR (m.recorded_at, m.id) < (split_part($6, ' ', 1)::timestamptz,
                                        split_part($6, ' ', 2)::uuid))
     ORDER BY m.recorded_at DESC, m.id DESC
     LIMIT coalesce($7::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($5), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(mask_json(m, as_of_position($5))
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                       JOIN indicator_mask AS m ON m.id = p.id
                      WHERE p.place <= coalesce($7, 50)),
           'tree_size', coalesce(as_of_position($5),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT to_char(p.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
               || ' ' || p.id
          FROM page AS p
         WHERE p.place = coalesce($7, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
