-- POST /v1/receipt-confirmations/{id}/explain
-- The donor says why a disbursement did not arrive as reported.
-- kind  write
-- lane  write
-- role  donor_editor, donor_approver
-- etag  required
-- body  NewExplanation
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM receipt_explain($1::uuid, nfc($2::jsonb)) AS a
