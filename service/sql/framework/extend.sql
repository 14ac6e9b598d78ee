-- POST /v1/frameworks/{framework}/versions/{version}/items
-- Adds items to a version of a national plan of the caller's country.
-- kind  write
-- lane  write
-- role  recipient_signatory
-- body  NewPlanItems
-- $1    framework  path    code
-- $2    version    path    code
-- $3    body       body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM plan_extend($1::text, $2::text, nfc($3::jsonb)) AS a
