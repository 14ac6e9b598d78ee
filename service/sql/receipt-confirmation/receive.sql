-- POST /v1/receipt-confirmations/{id}/receive
-- The receiver that a disbursement names confirms what its government cannot see.
-- kind  write
-- lane  write
-- role  donor_approver, stakeholder
-- etag  required
-- body  ReceiverConfirmation
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM receipt_receive($1::uuid, nfc($2::jsonb)) AS a
