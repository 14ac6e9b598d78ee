-- POST /v1/commitments/{id}/close
-- Ends it once every disbursement is confirmed, reconciled or in a case.
-- kind  write
-- lane  write
-- role  donor_approver
-- etag  required
-- $1    id       path    uuid
SELECT a.status, a.body, a.etag, a.location
  FROM commitment_close($1::uuid, '{}'::jsonb) AS a
