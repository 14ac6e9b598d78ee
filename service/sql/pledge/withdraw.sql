-- POST /v1/pledges/{id}/withdraw
-- Withdraws what is open of a pledge, with the reason.
-- kind  write
-- lane  write
-- role  donor_approver
-- etag  required
-- body  Reason
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM pledge_withdraw($1::uuid, nfc($2::jsonb)) AS a
