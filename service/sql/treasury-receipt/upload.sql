-- POST /v1/treasury-receipts
-- A government uploads what its treasury received, as CSV or JSON: all rows or none.
-- kind  write
-- lane  write
-- role  recipient_officer
-- body  csv TreasuryUpload
-- $1    body      body    jsonb
-- $2    dry_run   query   boolean   optional
SELECT a.status, a.body, a.etag, a.location
  FROM treasury_upload(nfc($1::jsonb), coalesce($2::boolean, false)) AS a
