-- POST /v1/ownership-inputs/{id}/pause
-- Force majeure stops the clock of a government; the reason is public.
-- kind  write
-- lane  write
-- role  steward
-- etag  required
-- body  Reason
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM ownership_pause($1::uuid, nfc($2::jsonb)) AS a
