-- POST /v1/organisations/{id}/four-eyes
-- Records that an organisation asks, or no longer asks, that nobody approve their own work.
-- kind  write
-- lane  write
-- role  steward
-- body  FourEyes
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM organisation_four_eyes($1::uuid, nfc($2::jsonb)) AS a
