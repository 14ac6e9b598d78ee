-- GET /v1/country-groups/{group}/memberships
-- Every membership record of a group, superseded ones too: who stated what, and when.
-- kind  list
-- lane  read
-- role  public
-- $1    group    path    group
-- $2    country  query   country   optional
-- $3    as_of    query   position  optional
SELECT 200 AS status,
       coalesce(as_of_position($3::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object('items', (
           SELECT coalesce(json_agg(membership_json(m)
                                    ORDER BY m.country, m.recorded_at, m.id), '[]')
             FROM country_group_membership AS m
            WHERE m.country_group = g.code
              AND ($2::text IS NULL OR m.country = $2)
              AND (m.entry IS NULL OR ledger_holds(m.entry, as_of_position($3))))) AS body
  FROM country_group AS g
 WHERE g.code = $1::text
