-- POST /v1/treasury-receipts/{id}/withdraw
-- Takes back a treasury receipt that was none, with the reason.
-- kind  write
-- lane  write
-- role  recipient_officer, recipient_signatory
-- etag  required
-- body  Reason
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM treasury_withdraw($1::uuid, nfc($2::jsonb)) AS a
