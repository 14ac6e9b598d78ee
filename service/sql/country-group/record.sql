-- POST /v1/country-groups/{group}/memberships
-- States a membership of a country in a group, or states it anew with a reason.
-- kind  write
-- lane  write
-- role  steward
-- body  NewMembership
-- $1    group    path    group
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM membership_record($1::text, nfc($2::jsonb)) AS a
