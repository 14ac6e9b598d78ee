-- POST /v1/receipt-confirmations/{id}/accept
-- One side accepts the difference as it is; when both have, the case is reconciled.
-- kind  write
-- lane  write
-- role  donor_approver, recipient_signatory
-- etag  required
-- body  NewAcceptance
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM receipt_accept($1::uuid, nfc($2::jsonb)) AS a
