-- GET /v1/receipt-confirmations/{id}
-- One statement of a government about a disbursement.
-- kind  one
-- lane  read
-- role  public
-- $1    id       path    uuid
SELECT 200 AS status, receipt_json(r) AS body
  FROM receipt_confirmation AS r
 WHERE r.id = $1::uuid
