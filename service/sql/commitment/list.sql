-- GET /v1/commitments
-- Commitments, newest first, now or as of a position.
-- kind  list
-- lane  list
-- role  public
-- $1    donor      query   text      optional
-- $2    recipient  query   country   optional
-- $3    group      query   group     optional
-- $4    group_on   query   date      optional
-- $5    sector     query   code      optional
-- $6    pillar     query   code      optional
-- $7    target     query   code      optional
-- $8    status     query   code      optional
-- $9    year       query   year      optional
-- $10   text       query   text      optional
-- $11   as_of      query   position  optional
-- $12   after      query   cursor    optional
-- $13   limit      query   limit     optional
-- $14   agreement  query   text      optional
WITH member AS (
    SELECT array_agg(m.country) AS countries
      FROM country_group_member(coalesce($4::date, today()),
                               as_of_position($11::text)) AS m
     WHERE m.country_group = $3::text),
-- The branch that is not asked for is gone before the plan is made.
stood AS (
    SELECT true AS now, c.id, c.organisation_id, c.status, c.countries, c.sectors, c.items,
           c.start_date, c.end_date, c.search, c.created_at, c.document
      FROM commitment AS c
     UNION ALL
    SELECT false, c.*
      FROM commitment_as_of(as_of_position($11::text), $1::text, $12::text,
               CASE WHEN coalesce($2::text, $3::text, $5::text, $6::text, $7::text, $8::text,
                                  $10::text, $14::text) IS NULL AND $9::integer IS NULL
                    THEN coalesce($13::integer, 50) + 1 END) AS c),
found AS (
    SELECT c.id, c.created_at, c.document
      FROM stood AS c
     WHERE c.now = ($11 IS NULL)
       AND ($1::text IS NULL OR c.organisation_id IN (SELECT o.id
                                                        FROM organisation AS o
                                                       WHERE $1 IN (o.identifier, o.id::text)))
       AND ($2::text IS NULL OR c.countries @> ARRAY[$2])
       AND ($3::text IS NULL OR c.countries && (SELECT m.countries FROM member AS m))
       AND ($5::text IS NULL OR c.sectors @> ARRAY[$5])
       AND ($6::text IS NULL OR c.items && (SELECT items_serving('pillar', $6)))
       AND ($7::text IS NULL OR c.items && (SELECT items_serving('target', $7)))
       AND ($8::text IS NULL OR c.status = upper($8))
       AND ($9::integer IS NULL OR (c.start_date < make_date($9 + 1, 1, 1)
                                    AND coalesce(c.end_date, 'infinity') >= make_date($9, 1, 1)))
       AND ($10::text IS NULL OR c.search LIKE '%' || like_escaped(lower($10)) || '%')
       AND ($14::text IS NULL
            OR c.id IN (SELECT r.commitment_id
                          FROM commitment_revision AS r
                         WHERE r.reference_key = agreement_key($14)
                           AND ledger_holds(r.entry, as_of_position($11))))
       AND ($12::text IS NULL
            OR (c.created_at, c.id) < (split_part($12, ' ', 1)::timestamptz,
                                       split_part($12, ' ', 2)::uuid))
     ORDER BY c.created_at DESC, c.id DESC
     LIMIT coalesce($13::integer, 50) + 1),
page AS (
    SELECT f.*, row_number() OVER () AS place
      FROM found AS f)
SELECT 200 AS status, p.tree_size, p.next,
       '{"items":[' || p.items || '],"tree_size":' || p.tree_size || '}' AS body
  FROM (SELECT coalesce(as_of_position($11), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
               coalesce(string_agg(coalesce(p.document, commitment_document(p.id, as_of_position($11))::text), ',')
                            FILTER (WHERE p.place <= coalesce($13, 50)), '') AS items,
               CASE WHEN count(*) > coalesce($13, 50)
                    THEN max(to_char(p.created_at AT TIME ZONE 'UTC',
                                     'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' ' || p.id)
                         FILTER (WHERE p.place = coalesce($13, 50)) END AS next
          FROM page AS p) AS p
