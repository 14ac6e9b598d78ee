-- POST /v1/ownership-inputs/{id}/extend
-- The side that waits gives the other more time, with a reason.
-- kind  write
-- lane  write
-- role  donor_approver, recipient_signatory
-- etag  required
-- body  NewDeadline
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM ownership_extend($1::uuid, nfc($2::jsonb)) AS a
