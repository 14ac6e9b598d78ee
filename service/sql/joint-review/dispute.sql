-- POST /v1/joint-reviews/{id}/actions/{action}/dispute
-- The other side disputes that an action is done; its owner may report anew.
-- kind  write
-- lane  write
-- role  donor_approver, recipient_signatory
-- etag  required
-- body  OwnText
-- $1    id       path    uuid
-- $2    action   path    integer
-- $3    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM joint_review_act($1::uuid, $2::integer, 'disputed', nfc($3::jsonb)) AS a
