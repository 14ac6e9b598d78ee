-- POST /v1/ownership-inputs/{id}/joint-statement
-- One side proposes a text for both, or agrees to the other's, which resolves the dispute.
-- kind  write
-- lane  write
-- role  donor_approver, recipient_signatory
-- etag  required
-- body  JointStatement
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM ownership_joint_statement($1::uuid, nfc($2::jsonb)) AS a
