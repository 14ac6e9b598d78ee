-- POST /v1/treasury-receipts/{id}/confirm
-- A person confirms that a treasury receipt is a disbursement, or a part of one.
-- kind  write
-- lane  write
-- role  recipient_signatory
-- etag  required
-- body  TreasuryConfirmation
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM treasury_confirm($1::uuid, nfc($2::jsonb)) AS a
