-- POST /v1/period-closes/{id}/reopen
-- An organisation opens a closed period of its books again, with the reason.
-- kind  write
-- lane  write
-- role  donor_approver
-- etag  required
-- body  Reason
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM period_close_reopen($1::uuid, nfc($2::jsonb)) AS a
