-- POST /v1/commitments/{id}/suspend
-- Nothing is paid, amended or scheduled until it is resumed.
-- kind  write
-- lane  write
-- role  donor_approver
-- etag  required
-- body  Reason
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM commitment_suspend($1::uuid, nfc($2::jsonb)) AS a
