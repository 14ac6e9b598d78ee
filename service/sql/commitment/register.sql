-- POST /v1/commitments/{id}/register
-- Approves a submission, or a proposed amendment, and makes it public.
-- kind  write
-- lane  write
-- role  donor_approver
-- etag  required
-- $1    id       path    uuid
SELECT a.status, a.body, a.etag, a.location
  FROM commitment_register($1::uuid, '{}'::jsonb) AS a
