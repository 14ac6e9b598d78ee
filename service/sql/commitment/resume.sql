-- POST /v1/commitments/{id}/resume
-- A suspended commitment goes on.
-- kind  write
-- lane  write
-- role  donor_approver
-- etag  required
-- body  Reason
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM commitment_resume($1::uuid, nfc($2::jsonb)) AS a
