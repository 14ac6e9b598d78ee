-- GET /v1/third-party-observations
-- What third parties observed of commitments, newest first, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    commitment   query   uuid      optional
-- $2    transaction  query   uuid      optional
-- $3    standing     query   code      optional
-- $4    as_of        query   position  optional
-- $5    after        query   cursor    optional
-- $6    limit        query   limit     optional
WITH page AS (
    SELECT o.id, o.recorded_at, row_number() OVER (
               ORDER BY o.recorded_at DESC, o.id DESC) AS place
      FROM third_party_observation AS o
     WHERE ($1::uuid IS NULL OR o.commitment_id = $1)
       AND ($2::uuid IS NULL OR o.transaction_id = $2)
       AND ($3::text IS NULL OR o.standing = $3)
       AND ledger_holds(o.entry, as_of_position($4::text))
       AND ($5::text IS NULL
            OR (o.recorded_at, o.id) < (split_part($5, ' ', 1)::timestamptz,
                                        split_part($5, ' ', 2)::uuid))
     ORDER BY o.recorded_at DESC, o.id DESC
     LIMIT coalesce($6::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($4), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(third_party_json(o, as_of_position($4))
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                       JOIN third_party_observation AS o ON o.id = p.id
                      WHERE p.place <= coalesce($6, 50)),
           'tree_size', coalesce(as_of_position($4),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT to_char(p.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
               || ' ' || p.id
          FROM page AS p
         WHERE p.place = coalesce($6, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
