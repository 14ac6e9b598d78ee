-- POST /v1/ownership-inputs/{id}/escalate
-- The government disputes the answer, or that there was none.
-- kind  write
-- lane  write
-- role  recipient_signatory
-- etag  required
-- body  NewEscalation
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM ownership_escalate($1::uuid, nfc($2::jsonb)) AS a
