-- POST /v1/commitments/{id}/comments
-- Comments on a public commitment, asks its donor or a recipient government, or replies.
-- kind  write
-- lane  write
-- role  donor_editor, donor_approver, recipient_officer, recipient_signatory, statistician, stakeholder, auditor, steward
-- body  NewComment
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM comment_make($1::uuid, nfc($2::jsonb)) AS a
