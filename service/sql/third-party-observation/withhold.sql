-- POST /v1/third-party-observations/{id}/withhold
-- The steward withholds the words of an observation for the harm they do; the reason is public.
-- kind  write
-- lane  write
-- role  steward
-- etag  required
-- body  NewWithholding
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM third_party_moderate($1::uuid, 'withheld', nfc($2::jsonb)) AS a
