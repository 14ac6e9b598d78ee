-- POST /v1/parked-funds
-- States that the money of a transaction is parked: held until it is allocated.
-- kind  write
-- lane  write
-- role  donor_editor, donor_approver
-- body  NewParkedFund
-- $1    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM parking_record(nfc($1::jsonb)) AS a
