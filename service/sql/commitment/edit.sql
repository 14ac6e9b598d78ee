-- PATCH /v1/commitments/{id}
-- Changes a draft by a merge patch (RFC 7396).
-- kind  write
-- lane  write
-- role  donor_editor
-- etag  required
-- body  CommitmentPatch
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM commitment_edit($1::uuid, nfc($2::jsonb)) AS a
