-- POST /v1/commitments/{id}/links/{link}/answers
-- The government of a recipient country endorses or refuses a link.
-- kind  write
-- lane  write
-- role  recipient_signatory
-- etag  optional
-- body  LinkAnswer
-- $1    id       path    uuid
-- $2    link     path    uuid
-- $3    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM link_answer($1::uuid, $2::uuid, nfc($3::jsonb)) AS a
