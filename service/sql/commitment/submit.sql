-- POST /v1/commitments/{id}/submit
-- Hands a complete draft to the approver and invites the recipient governments.
-- kind  write
-- lane  write
-- role  donor_editor
-- etag  required
-- body  CommitmentSubmission
-- $1    id       path    uuid
-- $2    body     body    jsonb  optional
SELECT a.status, a.body, a.etag, a.location
  FROM commitment_submit($1::uuid, coalesce(nfc($2::jsonb), '{}')) AS a
