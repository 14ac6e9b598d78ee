-- POST /v1/organisations
-- Registers an organisation.
-- kind  write
-- lane  write
-- role  steward
-- body  NewOrganisation
-- $1    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM organisation_register(nfc($1::jsonb)) AS a
