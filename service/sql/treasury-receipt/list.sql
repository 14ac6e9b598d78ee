-- GET /v1/treasury-receipts
-- What the treasury of the caller's country received, newest first, now or as of a position.
-- kind  list
-- lane  list
-- role  recipient_officer, recipient_signatory, auditor
-- $1    country  query   country   optional
-- $2    state    query   code      optional
-- $3    as_of    query   position  optional
-- $4    after    query   cursor    optional
-- $5    limit    query   limit     optional
WITH page AS (
    SELECT r.id, r.value_date, row_number() OVER (
               ORDER BY r.value_date DESC, r.id DESC) AS place
      FROM treasury_receipt AS r
     WHERE ($1::text IS NULL OR r.country = $1)
       AND ledger_holds(r.entry, as_of_position($3::text))
       AND ($2::text IS NULL OR treasury_reading(r, as_of_position($3)) = upper($2))
       AND ($4::text IS NULL
            OR (r.value_date, r.id) < (split_part($4, ' ', 1)::date,
                                       split_part($4, ' ', 2)::uuid))
     ORDER BY r.value_date DESC, r.id DESC
     LIMIT coalesce($5::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($3), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(treasury_json(r, as_of_position($3), false)
                                              ORDER BY p.place), '[]')
                       FROM page AS p
                       JOIN treasury_receipt AS r ON r.id = p.id
                      WHERE p.place <= coalesce($5, 50)),
           'tree_size', coalesce(as_of_position($3),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT concat_ws(' ', p.value_date, p.id)
          FROM page AS p
         WHERE p.place = coalesce($5, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
