-- POST /v1/pledges/{id}/conversions
-- A registered commitment of the same organisation makes good on so much of a pledge.
-- kind  write
-- lane  write
-- role  donor_approver
-- etag  optional
-- body  NewConversion
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM pledge_convert($1::uuid, nfc($2::jsonb)) AS a
