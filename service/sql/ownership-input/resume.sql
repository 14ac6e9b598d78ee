-- POST /v1/ownership-inputs/{id}/resume
-- The clock of a government goes on with the working days that were left.
-- kind  write
-- lane  write
-- role  steward
-- etag  required
-- body  Reason
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM ownership_resume($1::uuid, nfc($2::jsonb)) AS a
