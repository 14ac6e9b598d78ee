-- POST /v1/observations/{id}/withdraw
-- The side that stated an observation takes it back; it stays on record, shown as withdrawn.
-- kind  write
-- lane  write
-- role  steward, statistician
-- etag  required
-- body  Reason
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM observation_withdraw($1::uuid, nfc($2::jsonb)) AS a
