-- POST /v1/flow-links/{id}/reverse
-- Takes back a flow link, or a part of it, by a record of its own.
-- kind  write
-- lane  write
-- role  donor_editor, donor_approver
-- body  FlowReversal
-- $1    id       path    uuid
-- $2    body     body    jsonb
SELECT a.status, a.body, a.etag, a.location
  FROM flow_link_reverse($1::uuid, nfc($2::jsonb)) AS a
