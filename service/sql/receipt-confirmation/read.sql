-- GET /v1/receipt-confirmations/{id}
-- One statement of a government about a disbursement, with what became of it.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
SELECT 200 AS status, c.version::text AS etag, receipt_json(r) AS body
  FROM receipt_confirmation AS r
  JOIN commitment AS c ON c.id = r.commitment_id
 WHERE r.id = $1::uuid
