-- GET /v1/treasury-receipts/{id}
-- One treasury receipt with the disbursements it may be, and why, now or as of a position.
-- kind  one
-- lane  read
-- role  recipient_officer, recipient_signatory, auditor
-- $1    id           path    uuid
-- $2    candidates   query   boolean   optional
-- $3    as_of        query   position  optional
SELECT 200 AS status,
       CASE WHEN $3::text IS NULL THEN r.version || '.' || left(md5(d.body::text), 16) END AS etag,
       d.body,
       coalesce(as_of_position($3), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size
  FROM treasury_receipt AS r
 CROSS JOIN LATERAL treasury_json(r, as_of_position($3), coalesce($2::boolean, false)) AS d (body)
 WHERE r.id = $1::uuid
   AND ledger_holds(r.entry, as_of_position($3))
