-- What a converted report has no rate for, contracts and budgets too; and memberships that stand once.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE OR REPLACE FUNCTION report_conversion_limits(target text, of_set uuid, unconverted jsonb)
RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_array('Converted rows are rounded one by one: they add up to converted '
                             'totals but for the smallest units.')
           || CASE WHEN s.note IS NULL THEN '[]'
                   ELSE jsonb_build_array('Of the rates: ' || s.note) END
           || coalesce((SELECT jsonb_agg(format(
                               'No rate: %s %s in %s, together %s. They are in no converted sum; '
                               'rows in %s with empty amounts say where they belong.',
                               coalesce(u.transactions, u.records),
                               coalesce('transactions of type ' || u.type, u.what), u.currency,
                               report_sum(u.amount, c.minor_unit), u.currency)
                               ORDER BY u.currency COLLATE "C", u.type::integer,
                                        u.what COLLATE "C")
                          FROM jsonb_to_recordset(unconverted)
                               AS u (currency text, type text, transactions integer, what text,
                                     records integer, amount numeric)
                          JOIN currency AS c ON c.code = u.currency), '[]')
      FROM exchange_rate_set AS s
     WHERE s.id = of_set
$$;
COMMENT ON FUNCTION report_conversion_limits(text, uuid, jsonb) IS
    'What the limitations of a converted report say beside those of its definition: above all what '
    'could not be converted, transactions by their "type" or other "records" as "what" they are; '
    'null when nothing is converted.';

-- ---------------------------------------------------------------- memberships

CREATE FUNCTION membership_overlap_faults(m country_group_membership) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', '/supersedes', 'rule', 'overlap',
                         'detail', format('Record %s stands for days of this one; name it here to '
                                          'supersede it, or choose other days.', w.id))
                         ORDER BY w.recorded_at, w.id)
                       FROM country_group_membership AS w
                      WHERE w.country_group = m.country_group AND w.country = m.country
                        AND w.id IS DISTINCT FROM m.supersedes
                        AND daterange(w.valid_from, w.valid_to)
                            && daterange(m.valid_from, m.valid_to)
                        AND NOT EXISTS (SELECT FROM country_group_membership AS n
                                         WHERE n.supersedes = w.id)), '[]');
END
$$;
COMMENT ON FUNCTION membership_overlap_faults(country_group_membership) IS
    'The records that stand for days of a membership that is stated and that it does not supersede: '
    'what is said of a country and a group is said once for each day, whatever it is.';

CREATE PROCEDURE memberships_hold(of_group text, of_country text)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(
        format('aidledger membership %s %s', of_group, of_country), 0));
END
$$;
COMMENT ON PROCEDURE memberships_hold(text, text) IS
    'What is said of a country in a group comes one after the other.';

CREATE OR REPLACE FUNCTION membership_record(of_group text, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    content jsonb := jsonb_strip_nulls(body);
    m       country_group_membership :=
                jsonb_populate_record(NULL::country_group_membership, content);
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    CALL refuse_faults(membership_faults(of_group, content));
    CALL memberships_hold(of_group, m.country);
    IF EXISTS (SELECT FROM country_group_membership AS w WHERE w.supersedes = m.supersedes) THEN
        CALL refuse_conflict('This membership record was superseded already; supersede the newest '
                             'one.');
    END IF;
    m.id := gen_random_uuid();
    m.country_group := of_group;
    CALL refuse_faults(membership_overlap_faults(m));
    receipt := aggregate_append(m.id, 'membership.recorded', content || jsonb_build_object(
                   'id', m.id, 'country_group', of_group));
    INSERT INTO country_group_membership (
           id, country_group, country, valid_from, valid_from_precision, valid_to,
           valid_to_precision, valid_to_alternatives, status, subclass, authority, list_version,
           decision_ref, source, confidence, note, reason, supersedes, entry)
    VALUES (m.id, of_group, m.country, m.valid_from, m.valid_from_precision, m.valid_to,
            m.valid_to_precision, m.valid_to_alternatives, m.status, m.subclass, m.authority,
            m.list_version, m.decision_ref, m.source, m.confidence, m.note, m.reason,
            m.supersedes, receipt.entry)
    RETURNING * INTO m;
    RETURN write_end(body, (201,
        json_build_object('membership', membership_json(m), 'statement', statement_json(receipt))::text,
        NULL, format('/v1/country-groups/%s/memberships', of_group))::answer);
END
$$;

GRANT EXECUTE ON FUNCTION membership_overlap_faults(country_group_membership)
   TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON PROCEDURE memberships_hold(text, text) TO aidledger_writer, aidledger_importer;
