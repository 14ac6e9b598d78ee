-- POST /v1/ownership-inputs/{id}/resolve
-- The government is satisfied with the answer.
-- kind  write
-- lane  write
-- role  recipient_signatory
-- etag  required
-- body  Resolution
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM ownership_resolve($1::uuid, nfc($2::jsonb)) AS a
