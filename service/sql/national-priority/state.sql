-- POST /v1/national-priorities
-- States the ranked priorities of the caller's country for a period.
-- kind  write
-- lane  write
-- role  recipient_signatory
-- body  NewPriorities
-- $1    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM priorities_state(nfc($1::jsonb)) AS a
