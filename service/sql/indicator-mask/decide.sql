-- POST /v1/indicator-masks/{id}/decide
-- The steward approves a mask that was proposed, or refuses it; only an approved one counts.
-- kind  write
-- lane  write
-- role  steward
-- etag  required
-- body  MaskDecision
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM mask_decide($1::uuid, nfc($2::jsonb)) AS a
