-- POST /v1/ownership-inputs/{id}/answer
-- The donor's answer to the position in force.
-- kind  write
-- lane  write
-- role  donor_approver
-- etag  required
-- body  NewAnswer
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM ownership_answer($1::uuid, nfc($2::jsonb)) AS a
