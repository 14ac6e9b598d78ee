-- POST /v1/ownership-inputs/{id}/supersede
-- A changed mind of a government; the earlier position stays on record.
-- kind  write
-- lane  write
-- role  recipient_signatory
-- etag  required
-- body  NewPosition
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM ownership_supersede($1::uuid, nfc($2::jsonb)) AS a
