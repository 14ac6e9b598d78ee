-- GET /v1/receipt-confirmations/{id}
-- One statement of a government about a disbursement, with what became of it by now or a position.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
-- $2    as_of    query   position  optional
SELECT 200 AS status, CASE WHEN $2::text IS NULL THEN c.version::text END AS etag,
       receipt_json(r, as_of_position($2::text)) AS body,
       coalesce(as_of_position($2), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size
  FROM receipt_confirmation AS r
  JOIN commitment AS c ON c.id = r.commitment_id
 WHERE r.id = $1::uuid
   AND ledger_holds(r.entry, as_of_position($2))
