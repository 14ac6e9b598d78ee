-- POST /v1/indicator-masks/{id}/withdraw
-- The country, or the steward, says that a mask no longer holds.
-- kind  write
-- lane  write
-- role  steward, statistician
-- etag  required
-- body  Reason
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM mask_withdraw($1::uuid, nfc($2::jsonb)) AS a
