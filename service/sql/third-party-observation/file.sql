-- POST /v1/commitments/{id}/third-party-observations
-- A third party files what it observed of a public commitment or of one of its disbursements.
-- kind  write
-- lane  write
-- role  stakeholder
-- body  NewThirdPartyObservation
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM third_party_observe($1::uuid, nfc($2::jsonb)) AS a
