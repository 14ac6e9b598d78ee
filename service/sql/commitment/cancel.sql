-- POST /v1/commitments/{id}/cancel
-- Ends it before it is fulfilled; what was not paid is decommitted by further records.
-- kind  write
-- lane  write
-- role  donor_approver
-- etag  required
-- body  CommitmentCancellation
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM commitment_cancel($1::uuid, nfc($2::jsonb)) AS a
