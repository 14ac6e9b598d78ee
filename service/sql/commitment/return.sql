-- POST /v1/commitments/{id}/return
-- Gives a submission, or a proposed amendment, back to its maker with a reason.
-- kind  write
-- lane  write
-- role  donor_approver
-- etag  required
-- body  Reason
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM commitment_return($1::uuid, nfc($2::jsonb)) AS a
