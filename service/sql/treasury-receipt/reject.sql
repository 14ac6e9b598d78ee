-- POST /v1/treasury-receipts/{id}/reject
-- A person says that a treasury receipt is not the disbursement it looks like, and why.
-- kind  write
-- lane  write
-- role  recipient_officer, recipient_signatory
-- etag  required
-- body  TreasuryRejection
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM treasury_reject($1::uuid, nfc($2::jsonb)) AS a
