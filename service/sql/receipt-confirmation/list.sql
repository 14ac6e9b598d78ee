-- GET /v1/receipt-confirmations
-- What governments stated about disbursements, newest first, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    country      query   country   optional
-- $2    outcome      query   code      optional
-- $3    state        query   code      optional
-- $4    commitment   query   uuid      optional
-- $5    transaction  query   uuid      optional
-- $6    as_of        query   position  optional
-- $7    after        query   cursor    optional
-- $8    limit        query   limit     optional
WITH page AS (
    SELECT r.id, r.recorded_at, row_number() OVER (
               ORDER BY r.recorded_at DESC, r.id DESC) AS place
      FROM receipt_confirmation AS r
     WHERE ($1::text IS NULL OR r.country = $1)
       AND ($2::text IS NULL OR r.outcome = $2)
       AND ($3::text IS NULL OR (confirmation_at(r, as_of_position($6))).state = upper($3))
       AND ($4::uuid IS NULL OR r.commitment_id = $4)
       AND ($5::uuid IS NULL OR r.transaction_id = $5)
       AND ledger_holds(r.entry, as_of_position($6::text))
       AND ($7::text IS NULL
            OR (r.recorded_at, r.id) < (split_part($7, ' ', 1)::timestamptz,
                                        split_part($7, ' ', 2)::uuid))
     ORDER BY r.recorded_at DESC, r.id DESC
     LIMIT coalesce($8::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($6), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(receipt_json(r, as_of_position($6))
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                       JOIN receipt_confirmation AS r ON r.id = p.id
                      WHERE p.place <= coalesce($8, 50)),
           'tree_size', coalesce(as_of_position($6),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT to_char(p.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
               || ' ' || p.id
          FROM page AS p
         WHERE p.place = coalesce($8, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
