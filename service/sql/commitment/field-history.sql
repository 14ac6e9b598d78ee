-- GET /v1/commitments/{id}/field-history
-- What each statement changed of the content of a commitment, by whom, when and why.
-- kind  list
-- lane  list
-- role  public
-- $1    id       path    uuid
-- $2    field    query   text      optional
-- $3    as_of    query   position  optional
-- $4    after    query   cursor    optional
-- $5    limit    query   limit     optional
WITH page AS (
    SELECT f.*, row_number() OVER (ORDER BY f.revision) AS place
      FROM field_changes($1::uuid, $2::text) AS f
     WHERE ledger_holds(f.entry, as_of_position($3::text))
       AND f.revision > coalesce($4::text::integer, 0)
     ORDER BY f.revision
     LIMIT coalesce($5::integer, 50) + 1)
SELECT 200 AS status,
       coalesce(as_of_position($3), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'items', (SELECT coalesce(json_agg(field_change_json(p.revision, p.entry, p.changes)
                                              ORDER BY p.revision), '[]')
                       FROM page AS p
                      WHERE p.place <= coalesce($5, 50)),
           'tree_size', coalesce(as_of_position($3),
                                 (SELECT t.size FROM ledger_tree AS t))) AS body,
       (SELECT p.revision::text
          FROM page AS p
         WHERE p.place = coalesce($5, 50)
           AND EXISTS (SELECT FROM page AS q WHERE q.place > p.place)) AS next
 WHERE EXISTS (SELECT FROM commitment AS c WHERE c.id = $1)
