-- GET /v1/flow-links
-- Flow links between transactions, newest first, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    child      query   uuid      optional
-- $2    parent     query   uuid      optional
-- $3    link_type  query   code      optional
-- $4    as_of      query   position  optional
-- $5    after      query   cursor    optional
-- $6    limit      query   limit     optional
WITH page AS (
    SELECT l.id, l.recorded_at, row_number() OVER (
               ORDER BY l.recorded_at DESC, l.id DESC) AS place
      FROM flow_link AS l
     WHERE l.reverses IS NULL
       AND ($1::uuid IS NULL OR l.child_id = $1)
       AND ($2::uuid IS NULL OR l.parent_id = $2)
       AND ($3::text IS NULL OR l.link_type = $3)
       AND ledger_holds(l.entry, as_of_position($4::text))
       AND ($5::text IS NULL
            OR (l.recorded_at, l.id) < (split_part($5, ' ', 1)::timestamptz,
                                        split_part($5, ' ', 2)::uuid))
     ORDER BY l.recorded_at DESC, l.id DESC
     LIMIT coalesce($6::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($4), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(flow_link_json(l, as_of_position($4))
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                       JOIN flow_link AS l ON l.id = p.id
                      WHERE p.place <= coalesce($6, 50)),
           'tree_size', coalesce(as_of_position($4),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT to_char(p.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
               || ' ' || p.id
          FROM page AS p
         WHERE p.place = coalesce($6, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
