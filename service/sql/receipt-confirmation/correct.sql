-- POST /v1/receipt-confirmations/{id}/correct
-- The donor reverses or adjusts a disbursement because of a case.
-- kind  write
-- lane  write
-- role  donor_editor, donor_approver
-- etag  required
-- body  NewCorrection
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM receipt_correct($1::uuid, nfc($2::jsonb)) AS a
