-- POST /v1/indicator-masks
-- A statistician says that an indicator does not apply to the own country in some years.
-- kind  write
-- lane  write
-- role  statistician
-- body  NewIndicatorMask
-- $1    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM mask_propose(nfc($1::jsonb)) AS a
