-- POST /v1/commitments/{id}/alignment
-- The donor says which priorities of a recipient country the commitment serves and how, or that it
-- serves none and why.
-- kind  write
-- lane  write
-- role  donor_editor, donor_approver
-- etag  optional
-- body  NewAlignment
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM alignment_state($1::uuid, nfc($2::jsonb)) AS a
