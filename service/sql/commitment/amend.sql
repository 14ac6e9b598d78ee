-- POST /v1/commitments/{id}/amend
-- Proposes a change of a public commitment, to be approved as registering is.
-- kind  write
-- lane  write
-- role  donor_editor
-- etag  required
-- body  CommitmentAmendment
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM commitment_amend($1::uuid, nfc($2::jsonb)) AS a
