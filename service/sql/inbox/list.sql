-- GET /v1/inbox
-- What is due from the caller's side, the most urgent first, overdue things until they are done.
-- kind  list
-- lane  list
-- role  donor_editor, donor_approver, recipient_officer, recipient_signatory, auditor
-- $1    kind        query   code      optional
-- $2    due_before  query   date      optional
-- $3    after       query   cursor    optional
-- $4    limit       query   limit     optional
WITH page AS (
    SELECT d.*, row_number() OVER (ORDER BY d.due_on, d.kind, d.subject, d.part) AS place
      FROM inbox() AS d
     WHERE ($1::text IS NULL OR d.kind = $1)
       AND ($2::date IS NULL OR d.due_on < $2)
       AND ($3::text IS NULL
            OR (d.due_on, d.kind, d.subject, d.part)
               > (split_part($3, ' ', 1)::date, split_part($3, ' ', 2),
                  split_part($3, ' ', 3)::uuid, split_part($3, ' ', 4)))
     ORDER BY d.due_on, d.kind, d.subject, d.part
     LIMIT coalesce($4::integer, 50) + 1)
SELECT 200 AS status, (SELECT t.size FROM ledger_tree AS t)::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(deadline_json(
                                (p.kind, p.subject, p.part, p.commitment_id, p.country, p.due_on, p.state,
                                 p.passed)::deadline) ORDER BY p.place), '[]')
                       FROM page AS p
                      WHERE p.place <= coalesce($4, 50)),
           'tree_size', (SELECT t.size FROM ledger_tree AS t)) AS body,
       (SELECT concat_ws(' ', p.due_on, p.kind, p.subject, p.part)
          FROM page AS p
         WHERE p.place = coalesce($4, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
