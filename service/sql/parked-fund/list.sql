-- GET /v1/parked-funds
-- Parked money with what is left of it, newest first, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    donor     query   text      optional
-- $2    currency  query   currency  optional
-- $3    state     query   code      optional
-- $4    as_of     query   position  optional
-- $5    after     query   cursor    optional
-- $6    limit     query   limit     optional
WITH page AS (
    SELECT k.transaction_id AS id, k.recorded_at, row_number() OVER (
               ORDER BY k.recorded_at DESC, k.transaction_id DESC) AS place
      FROM flow_parking AS k
      JOIN transaction AS t ON t.id = k.transaction_id
     CROSS JOIN parked_at(k.transaction_id, as_of_position($4::text)) AS s
     WHERE ($1::text IS NULL OR k.organisation_id IN (SELECT o.id
                                                        FROM organisation AS o
                                                       WHERE $1 IN (o.identifier, o.id::text)))
       AND ($2::text IS NULL OR t.currency = $2)
       AND CASE WHEN $3::text IS NULL THEN s.state <> 'ALLOCATED' ELSE s.state = upper($3) END
       AND ledger_holds(k.entry, as_of_position($4))
       AND ($5::text IS NULL
            OR (k.recorded_at, k.transaction_id) < (split_part($5, ' ', 1)::timestamptz,
                                                    split_part($5, ' ', 2)::uuid))
     ORDER BY k.recorded_at DESC, k.transaction_id DESC
     LIMIT coalesce($6::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($4), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(parking_json(k, as_of_position($4))
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                       JOIN flow_parking AS k ON k.transaction_id = p.id
                      WHERE p.place <= coalesce($6, 50)),
           'tree_size', coalesce(as_of_position($4),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT to_char(p.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
               || ' ' || p.id
          FROM page AS p
         WHERE p.place = coalesce($6, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
