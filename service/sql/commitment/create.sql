-- POST /v1/commitments
-- A new draft of the caller's organisation, private until it is registered.
-- kind  write
-- lane  write
-- role  donor_editor
-- body  NewCommitment
-- $1    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM commitment_create(nfc($1::jsonb)) AS a
