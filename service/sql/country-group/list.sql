-- GET /v1/country-groups
-- The country groups with their members on a day, today unless said, as stated now or by a position.
-- kind  list
-- lane  read
-- role  public
-- $1    on       query   date      optional
-- $2    as_of    query   position  optional
SELECT 200 AS status,
       coalesce(as_of_position($2::text), (SELECT t.size FROM ledger_tree AS t))::text AS tree_size,
       json_build_object(
           'on', d.day,
           'items', (
               SELECT json_agg(json_build_object(
                          'code', g.code, 'title', g.title, 'authority', g.authority,
                          'note', g.note,
                          'members', (SELECT coalesce(json_agg(membership_json(m)
                                                          ORDER BY m.country), '[]')
                                        FROM country_group_member(d.day, as_of_position($2)) AS m
                                       WHERE m.country_group = g.code))
                          ORDER BY g.code)
                 FROM country_group AS g)) AS body
  FROM (SELECT coalesce($1::date, (now() AT TIME ZONE 'UTC')::date) AS day) AS d
