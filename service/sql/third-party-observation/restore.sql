-- POST /v1/third-party-observations/{id}/restore
-- The steward shows withheld words again; the reason is public.
-- kind  write
-- lane  write
-- role  steward
-- etag  required
-- body  Reason
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM third_party_moderate($1::uuid, 'restored', nfc($2::jsonb)) AS a
