-- POST /v1/ownership-inputs/{id}/agree-to-differ
-- One side leaves its own text on record; when both have, the disagreement stands.
-- kind  write
-- lane  write
-- role  donor_approver, recipient_signatory
-- etag  required
-- body  OwnText
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM ownership_agree_to_differ($1::uuid, nfc($2::jsonb)) AS a
