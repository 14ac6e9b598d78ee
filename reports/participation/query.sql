-- GET /v1/reports/participation
-- Which groups of stakeholders had a say on commitments, through which channel, and how evenly.
-- kind  report
-- lane  report
-- role  public
-- $1    donor      query   text      optional
-- $2    country    query   country   optional
WITH agreed AS MATERIALIZED (
    SELECT c.commitment_id
      FROM report_commitments(report_scope($1::text, $2::text)) AS c
     WHERE $2 IS NULL OR $2 = ANY (c.countries)),
said AS MATERIALIZED (
    SELECT v.channel, v.organisation_id
      FROM report_voices(report_scope($1, $2), $1, $2) AS v
      LEFT JOIN agreed AS c ON c.commitment_id = v.commitment_id
     WHERE v.commitment_id IS NULL OR c.commitment_id IS NOT NULL),
grouped AS MATERIALIZED (
    SELECT n.channel, s.organisation_id,
           CASE WHEN o.type_code IN ('10', '11', '15') THEN 'governments'
                WHEN o.type_code IN ('21', '22', '23', '24', '60') THEN 'civil_society'
                WHEN o.type_code IN ('30', '70', '71', '72', '73') THEN 'private_sector'
                WHEN o.type_code = '40' THEN 'international_organisations'
                WHEN o.type_code = '80' THEN 'academia'
                ELSE 'other' END AS stakeholder_group
      FROM said AS s
      JOIN organisation AS o ON o.id = s.organisation_id
     CROSS JOIN LATERAL (VALUES (s.channel), ('all')) AS n (channel)),
known AS (
    SELECT g.channel, count(*) FILTER (WHERE g.stakeholder_group <> 'other') AS inputs
      FROM grouped AS g
     GROUP BY g.channel),
cell AS (
    SELECT k.channel, k.inputs AS of_known, n.place, n.stakeholder_group,
           count(g.organisation_id) AS inputs, count(DISTINCT g.organisation_id) AS organisations
      FROM known AS k
     CROSS JOIN (VALUES (1, 'governments'), (2, 'civil_society'), (3, 'private_sector'),
                        (4, 'international_organisations'), (5, 'academia'), (6, 'other'))
                AS n (place, stakeholder_group)
      LEFT JOIN grouped AS g
        ON g.channel = k.channel AND g.stakeholder_group = n.stakeholder_group
     GROUP BY k.channel, k.inputs, n.place, n.stakeholder_group),
-- Over one denominator, so that nothing is rounded before the end: of n in N inputs, |n/N - 1/5| x 5/8
-- is |5n - N| / 8N.
balanced AS (
    SELECT c.channel,
           1 - sum(abs(5 * c.inputs - c.of_known)) / (8 * nullif(c.of_known, 0)) AS balance
      FROM cell AS c
     WHERE c.place <= 5
     GROUP BY c.channel, c.of_known),
asked AS (
    SELECT count(*) AS invited, count(i.position_id) AS lodged,
           count(DISTINCT p.organisation_id) AS organisations
      FROM report_inputs(report_scope($1, $2), $2) AS i
      JOIN agreed AS c ON c.commitment_id = i.commitment_id
      LEFT JOIN ownership_position AS p ON p.id = i.position_id
     WHERE i.state <> 'NOT_INVITED'),
told AS (
    SELECT c.channel, c.place, c.stakeholder_group, NULL::bigint AS invited, c.inputs,
           c.organisations,
           CASE WHEN c.place <= 5 THEN report_rate(c.inputs, c.of_known) END AS share,
           NULL::text AS balance
      FROM cell AS c
     UNION ALL
    SELECT b.channel, 7, 'total', NULL, (SELECT count(*) FROM grouped AS g
                                          WHERE g.channel = b.channel),
           (SELECT count(DISTINCT g.organisation_id) FROM grouped AS g
             WHERE g.channel = b.channel), NULL, round(b.balance, 2)::text
      FROM balanced AS b
     UNION ALL
    SELECT 'ownership_position', 1, 'governments', a.invited, a.lodged, a.organisations, NULL, NULL
      FROM asked AS a
     WHERE a.invited > 0)
SELECT t.channel, t.stakeholder_group, t.invited, t.inputs, t.organisations, t.share, t.balance
  FROM told AS t
 ORDER BY array_position(ARRAY['comment', 'third_party_observation', 'joint_review', 'all',
                               'ownership_position'], t.channel), t.place
