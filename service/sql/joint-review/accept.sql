-- POST /v1/joint-reviews/{id}/actions/{action}/accept
-- The other side accepts that an action is done, which closes it.
-- kind  write
-- lane  write
-- role  donor_approver, recipient_signatory
-- etag  required
-- body  Resolution
-- $1    id       path    uuid
-- $2    action   path    integer
-- $3    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM joint_review_act($1::uuid, $2::integer, 'accepted', nfc($3::jsonb)) AS a
