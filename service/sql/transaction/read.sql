-- GET /v1/commitments/{id}/transactions/{transaction}
-- One transaction with its exact parts.
-- kind  one
-- lane  read
-- role  public
-- $1    id           path    uuid
-- $2    transaction  path    uuid
SELECT 200 AS status, transaction_json(t) AS body
  FROM transaction AS t
 WHERE t.id = $2::uuid
   AND t.commitment_id = $1::uuid
