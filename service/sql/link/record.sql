-- POST /v1/commitments/{id}/links
-- States that a commitment serves a framework item, states it anew, or withdraws it.
-- kind  write
-- lane  write
-- role  donor_editor, donor_approver
-- etag  optional
-- body  NewLink
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM link_record($1::uuid, nfc($2::jsonb)) AS a
