-- GET /v1/commitments/{id}/amendment
-- The amendment that waits for approval, for its organisation and the auditors.
-- kind  one
-- lane  read
-- role  donor_editor, donor_approver, auditor
-- $1    id       path    uuid
SELECT 200 AS status, c.version::text AS etag,
       json_build_object('commitment_id', c.id, 'revision', r.revision,
                         'reason', amendment_reason(c), 'maker', r.maker,
                         'content', commitment_content(r)) AS body
  FROM commitment AS c
  JOIN commitment_revision AS r ON r.commitment_id = c.id AND r.revision = c.amendment
 WHERE c.id = $1::uuid
