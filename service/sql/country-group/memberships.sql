-- GET /v1/country-groups/{group}/memberships
-- Every membership record of a group, superseded ones too: who stated what, and when.
-- kind  list
-- lane  read
-- role  public
-- $1    group    path    group
-- $2    country  query   country   optional
SELECT 200 AS status,
       json_build_object('items', (
           SELECT coalesce(json_agg(membership_json(m)
                                    ORDER BY m.country, m.recorded_at, m.id), '[]')
             FROM country_group_membership AS m
            WHERE m.country_group = g.code
              AND ($2::text IS NULL OR m.country = $2))) AS body
  FROM country_group AS g
 WHERE g.code = $1::text
