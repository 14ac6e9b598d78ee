-- POST /v1/joint-reviews/{id}/actions/{action}/report
-- The owner of an action reports it done, with evidence.
-- kind  write
-- lane  write
-- role  donor_approver, recipient_signatory
-- etag  required
-- body  ActionReport
-- $1    id       path    uuid
-- $2    action   path    integer
-- $3    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM joint_review_act($1::uuid, $2::integer, 'reported', nfc($3::jsonb)) AS a
