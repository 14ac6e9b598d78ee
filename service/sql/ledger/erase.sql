-- POST /v1/ledger/entries/{id}/erasures
-- Private fields of a statement are erased for good; that they are, and why, is public.
-- kind  write
-- lane  write
-- role  donor_approver, recipient_signatory, stakeholder, steward
-- body  NewErasure
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM ledger_erase($1::uuid, nfc($2::jsonb)) AS a
