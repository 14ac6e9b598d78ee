-- Each kind is counted where it lies: nothing is sorted or matched to count it.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE OR REPLACE FUNCTION deadline_counts()
RETURNS TABLE (kind text, overdue bigint, unstated bigint)
LANGUAGE plpgsql STABLE SET enable_sort = off AS $$
BEGIN
    RETURN QUERY
    SELECT k.kind, coalesce(c.overdue, 0), coalesce(c.unstated, 0)
      FROM unnest(ARRAY['position', 'answer', 'receipt', 'case', 'instalment', 'action'])
               AS k (kind)
      LEFT JOIN (SELECT d.kind, count(*) AS overdue,
                        count(*) FILTER (WHERE NOT d.passed) AS unstated
                   FROM deadline AS d
                  WHERE d.due_on < today()
                  GROUP BY d.kind) AS c ON c.kind = k.kind
     ORDER BY k.kind;
END
$$;
