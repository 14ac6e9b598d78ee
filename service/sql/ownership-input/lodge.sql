-- POST /v1/commitments/{id}/ownership-inputs
-- Lodges the position of the caller's government on a commitment.
-- kind  write
-- lane  write
-- role  recipient_signatory
-- body  NewPosition
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM ownership_lodge($1::uuid, nfc($2::jsonb)) AS a
