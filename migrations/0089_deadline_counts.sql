-- Each kind is counted where it lies. Over a million overdue deadlines were matched with the list of kinds
-- and then sorted by kind to be counted.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE OR REPLACE FUNCTION deadline_counts()
RETURNS TABLE (kind text, overdue bigint, unstated bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT k.kind, coalesce(c.overdue, 0), coalesce(c.unstated, 0)
      FROM unnest(ARRAY['position', 'answer', 'receipt', 'case', 'instalment', 'action'])
               AS k (kind)
      LEFT JOIN (SELECT d.kind, count(*) AS overdue,
                        count(*) FILTER (WHERE NOT d.passed) AS unstated
                   FROM deadline AS d
                  WHERE d.due_on < today()
                  GROUP BY d.kind) AS c ON c.kind = k.kind;
END
$$;
