-- POST /v1/period-closes
-- An organisation closes a period of its books; what comes later is reported in the first open one.
-- kind  write
-- lane  write
-- role  donor_approver
-- body  NewPeriodClose
-- $1    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM period_close_record(nfc($1::jsonb)) AS a
