-- POST /v1/commitments/{id}/effect
-- The agreement is in force; the schedule of this moment becomes the baseline.
-- kind  write
-- lane  write
-- role  donor_approver
-- etag  required
-- body  CommitmentEffect
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM commitment_effect($1::uuid, nfc($2::jsonb)) AS a
