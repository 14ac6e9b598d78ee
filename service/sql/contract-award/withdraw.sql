-- POST /v1/contract-awards/{id}/withdraw
-- Who stated a contract takes it back; it stays on record, shown as withdrawn.
-- kind  write
-- lane  write
-- role  stakeholder, recipient_officer, recipient_signatory, donor_editor, donor_approver
-- etag  required
-- body  Reason
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM contract_withdraw($1::uuid, nfc($2::jsonb)) AS a
