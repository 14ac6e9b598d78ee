-- POST /v1/frameworks
-- States a version of a national plan of the caller's country, with the first items of its tree.
-- kind  write
-- lane  write
-- role  recipient_signatory
-- body  NewPlan
-- $1    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM plan_state(nfc($1::jsonb)) AS a
