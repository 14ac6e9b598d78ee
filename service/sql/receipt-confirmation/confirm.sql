-- POST /v1/receipt-confirmations
-- A government confirms a disbursement to its country, in full or in part, or disputes it.
-- kind  write
-- lane  write
-- role  recipient_officer, recipient_signatory
-- body  NewReceiptConfirmation
-- $1    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM receipt_confirm(nfc($1::jsonb)) AS a
