-- POST /v1/commitments/{id}/transactions
-- Reports a payment or another movement of money.
-- kind  write
-- lane  write
-- role  donor_editor, donor_approver
-- etag  optional
-- body  NewTransaction
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM transaction_record($1::uuid, nfc($2::jsonb)) AS a
