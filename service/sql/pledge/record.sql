-- POST /v1/pledges
-- States a pledge of the caller's organisation; it is indicative and public.
-- kind  write
-- lane  write
-- role  donor_approver
-- body  NewPledge
-- $1    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM pledge_record(nfc($1::jsonb)) AS a
