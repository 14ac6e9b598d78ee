-- GET /v1/commitments/{id}/duplicates
-- Commitments that this one looks like, with a score and its grounds, and what was said of them.
-- kind  one
-- lane  list
-- role  donor_editor, donor_approver, auditor
-- $1    id       path    uuid
SELECT 200 AS status, c.version::text AS etag,
       json_build_object(
           'commitment_id', c.id,
           'likely', duplicates_json(c, commitment_content(r)),
           'distinct_from', coalesce(distinctions_json(c.id, false), '[]')) AS body
  FROM commitment AS c
  JOIN commitment_revision AS r ON r.commitment_id = c.id AND r.revision = c.revision
 WHERE c.id = $1::uuid
   AND (c.organisation_id = caller_organisation() OR caller_reads_all())
