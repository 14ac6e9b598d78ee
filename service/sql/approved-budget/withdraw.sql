-- POST /v1/approved-budgets/{id}/withdraw
-- A government takes back what it stated of its budget; it stays on record, shown as withdrawn.
-- kind  write
-- lane  write
-- role  recipient_officer, recipient_signatory
-- etag  required
-- body  Reason
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM budget_withdraw($1::uuid, nfc($2::jsonb)) AS a
