-- What is left out of the measure of tying: its second definition, beside the first.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE FUNCTION tying_left_out(aid_type text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN aid_type IN ('D01', 'D02') THEN 'technical_cooperation'
            WHEN aid_type = 'G01' THEN 'administrative_costs'
            WHEN aid_type IN ('E01', 'E02') THEN 'students'
            WHEN aid_type IN ('H02', 'H03', 'H04', 'H05', 'H06') THEN 'refugees' END;
COMMENT ON FUNCTION tying_left_out(text) IS
    'Why money of this type of aid (IATI AidType) is not asked whether it is tied; null when it is. '
    'Technical co-operation and administrative costs by the notes of DAC table 7b; technical '
    'co-operation includes the training of students (DAC glossary); refugees are those in donor '
    'countries, whose costs arise there whatever is tied.';

DROP FUNCTION report_tying(text, uuid);
CREATE FUNCTION report_tying(target text, of_set uuid)
RETURNS TABLE (transaction_id uuid, donor uuid, country text, transaction_date date,
               in_kind boolean, currency text, amount numeric, stated numeric, tying text,
               left_out text, said text)
LANGUAGE sql STABLE
AS $$
    SELECT p.transaction_id, p.donor, p.country, p.transaction_date, t.in_kind IS NOT NULL,
           p.currency, p.amount, p.stated,
           CASE WHEN w.left_out IS NOT NULL THEN 'disregarded' ELSE w.said END, w.left_out, w.said
      FROM report_parts_in(target, of_set) AS p
      JOIN transaction AS t ON t.id = p.transaction_id
      JOIN report_commitments() AS c ON c.commitment_id = p.commitment_id
     CROSS JOIN LATERAL (
           SELECT tying_left_out(coalesce(t.aid_type, c.aid_type)) AS left_out,
                  CASE coalesce(t.tied_status, c.tied_status)
                      WHEN '3' THEN 'partially_tied'
                      WHEN '4' THEN 'tied'
                      WHEN '5' THEN 'untied'
                      ELSE 'unreported' END AS said) AS w
     WHERE p.transaction_type = '2'
$$;
COMMENT ON FUNCTION report_tying(text, uuid) IS
    'Committed money by whether what it buys is tied: "said" as the record says, or else the '
    'commitment as it stands; "tying" the same, or disregarded where it is left out of the measure, '
    'and "left_out" why.';

GRANT EXECUTE ON FUNCTION tying_left_out(text), report_tying(text, uuid) TO aidledger_reporter;
-- Explanations of figures ask for it, too.
GRANT EXECUTE ON FUNCTION tying_left_out(text) TO aidledger_public, aidledger_scoped;
