-- POST /v1/commitments/{id}/contract-awards
-- The donor, a receiver that implements or a recipient government says who won a contract.
-- kind  write
-- lane  write
-- role  stakeholder, recipient_officer, recipient_signatory, donor_editor, donor_approver
-- body  NewContractAward
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM contract_state($1::uuid, nfc($2::jsonb)) AS a
