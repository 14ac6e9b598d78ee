-- POST /v1/flow-links
-- States that a transaction of the caller's organisation draws on an earlier one.
-- kind  write
-- lane  write
-- role  donor_editor, donor_approver
-- body  NewFlowLink
-- $1    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM flow_link_record(nfc($1::jsonb)) AS a
