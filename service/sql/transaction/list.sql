-- GET /v1/commitments/{id}/transactions
-- The transactions of a commitment by date, each with its exact parts.
-- kind  list
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    type     query   code      optional
-- $3    as_of    query   position  optional
-- $4    after    query   cursor    optional
-- $5    limit    query   limit     optional
-- $6    agreement  query   text    optional
WITH page AS (
    SELECT t.*, row_number() OVER (ORDER BY t.transaction_date, t.id) AS place
      FROM transaction AS t
     WHERE t.commitment_id = $1::uuid
       AND ($2::text IS NULL OR t.transaction_type = $2)
       AND ($6::text IS NULL OR agreement_key(t.agreement_reference) = agreement_key($6))
       AND ledger_holds(t.entry, as_of_position($3::text))
       AND ($4::text IS NULL
            OR (t.transaction_date, t.id) > (split_part($4, ' ', 1)::date,
                                             split_part($4, ' ', 2)::uuid))
     ORDER BY t.transaction_date, t.id
     LIMIT coalesce($5::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($3), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(transaction_json(t, as_of_position($3))
                                              ORDER BY t.transaction_date, t.id), '[]')
                       FROM page AS p
                       JOIN transaction AS t ON t.id = p.id
                      WHERE p.place <= coalesce($5, 50)),
           'tree_size', coalesce(as_of_position($3), (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT concat_ws(' ', p.transaction_date, p.id)
          FROM page AS p
         WHERE p.place = coalesce($5, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
 WHERE EXISTS (SELECT FROM commitment AS c WHERE c.id = $1)
