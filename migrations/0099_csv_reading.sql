-- Reading a source takes time in proportion to its length.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- The length of the text is measured once: a plan that is made for every text measures it for every
-- record, and a year of rates took longer than a write may take.
CREATE OR REPLACE FUNCTION csv_records(csv text, delimiter text)
RETURNS TABLE (record bigint, fields text[])
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    whole   bigint := length(csv);
    pattern text := format('("(?:[^"]|"")*"|[^"%s\r\n]*)(%s|\r?\n|$)', delimiter, delimiter);
BEGIN
    RETURN QUERY
    WITH token AS (
        SELECT t.place, t.part[1] AS field, t.part[2] AS ending
          FROM regexp_matches(csv, pattern, 'g') WITH ORDINALITY AS t (part, place)),
    placed AS (
        SELECT t.place,
               CASE WHEN t.field LIKE '"%' THEN replace(substr(t.field, 2, length(t.field) - 2),
                                                        '""', '"')
                    ELSE btrim(t.field) END AS field,
               1 + count(*) FILTER (WHERE t.ending <> delimiter) OVER (
                       ORDER BY t.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                   AS record,
               sum(length(t.field) + length(t.ending)) OVER () AS matched
          FROM token AS t)
    SELECT p.record, array_agg(p.field ORDER BY p.place)
      FROM placed AS p
     WHERE p.matched = whole
     GROUP BY p.record
    HAVING array_agg(p.field) <> ARRAY['']
     ORDER BY p.record;
END
$$;
