-- POST /v1/approved-budgets
-- A government says what of a donor's money stands in the approved budget of a fiscal year.
-- kind  write
-- lane  write
-- role  recipient_officer, recipient_signatory
-- body  NewApprovedBudget
-- $1    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM budget_state(nfc($1::jsonb)) AS a
