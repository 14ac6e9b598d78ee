-- What stewards state of organisations and country groups, as it stood at any position; inputs by it.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- What a ledger starts with has no entry, and always was.
CREATE FUNCTION country_group_member(on_date date, as_of bigint)
RETURNS SETOF country_group_membership
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT m.*
      FROM country_group_membership AS m
     WHERE (m.valid_from IS NULL OR m.valid_from <= on_date)
       AND (m.valid_to IS NULL OR m.valid_to > on_date)
       AND m.status NOT IN ('former', 'm49-only')
       AND (m.country_group <> 'SIDS' OR m.subclass IN ('un_member', 'non_un_state'))
       AND (m.entry IS NULL OR ledger_holds(m.entry, as_of))
       AND NOT EXISTS (SELECT FROM country_group_membership AS n
                        WHERE n.supersedes = m.id AND ledger_holds(n.entry, as_of));
END
$$;
COMMENT ON FUNCTION country_group_member(date, bigint) IS
    'The memberships in force on a day that count by default, as they were stated by a ledger '
    'position, or now.';

CREATE OR REPLACE FUNCTION country_group_member(on_date date)
RETURNS SETOF country_group_membership
LANGUAGE sql STABLE
AS $$ SELECT m.* FROM country_group_member(on_date, NULL) AS m $$;

CREATE FUNCTION country_json(c country, on_date date, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'code', c.code, 'alpha3', c.alpha3, 'numeric_m49', c.numeric_m49, 'name', c.name,
        'iso_name', c.iso_name, 'un_region', c.un_region, 'un_subregion', c.un_subregion,
        'un_intermediate_region', c.un_intermediate_region, 'wb_income_fy26', c.wb_income_fy26,
        'wb_income_fy27', c.wb_income_fy27, 'dac_recipient_2021', c.dac_recipient_2021,
        'dac_recipient_2024_25', c.dac_recipient_2024_25,
        'dac_recipient_2026', c.dac_recipient_2026, 'dac_code', c.dac_code,
        'un_member', c.un_member, 'income_confidence', c.income_confidence,
        'dac_confidence', c.dac_confidence, 'note', c.note, 'on', on_date,
        'groups', (SELECT coalesce(json_agg(m.country_group ORDER BY m.country_group), '[]')
                     FROM country_group_member(on_date, as_of) AS m
                    WHERE m.country = c.code)));
END
$$;
COMMENT ON FUNCTION country_json(country, date, bigint) IS
    'A country with the groups it counts in on a day, as stated by a ledger position, or now.';
DROP FUNCTION country_json(country, date);

CREATE FUNCTION four_eyes_at(o organisation, as_of bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF as_of IS NULL THEN
        RETURN o.four_eyes;
    END IF;
    RETURN coalesce(
        (SELECT (convert_from(e.leaf, 'UTF8')::jsonb #>> '{public,four_eyes}')::boolean
           FROM ledger_entry AS e
          WHERE e.aggregate = o.id
            AND e.kind IN ('organisation.recorded', 'organisation.four_eyes')
            AND ledger_holds(e.entry, as_of)
          ORDER BY e.version DESC
          LIMIT 1),
        -- Nobody has said anything by then: as it began, which a later statement hides.
        o.four_eyes AND NOT EXISTS (SELECT FROM ledger_entry AS e
                                     WHERE e.aggregate = o.id
                                       AND e.kind = 'organisation.four_eyes'));
END
$$;
COMMENT ON FUNCTION four_eyes_at(organisation, bigint) IS
    'Whether the organisation asked for four eyes by a ledger position, or now.';

CREATE FUNCTION organisation_document(o organisation, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    o.four_eyes := four_eyes_at(o, as_of);
    RETURN organisation_document(o);
END
$$;
COMMENT ON FUNCTION organisation_document(organisation, bigint) IS
    'The organisation as of a ledger position, or now.';

CREATE FUNCTION ownership_inputs_at(as_of bigint)
RETURNS TABLE (id uuid, commitment_id uuid, country text, state text, due_on date)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT i.id, i.commitment_id, i.country, s.state, s.due_on
      FROM ownership_input AS i
     CROSS JOIN LATERAL (
           SELECT w.state, w.due_on
             FROM ownership_state AS w
            WHERE w.input_id = i.id AND ledger_holds(w.entry, as_of)
            ORDER BY w.version DESC
            LIMIT 1) AS s
     WHERE as_of IS NOT NULL;
END
$$;
COMMENT ON FUNCTION ownership_inputs_at(bigint) IS
    'The inputs that were there at a ledger position, and where they stood; none for now, which '
    'ownership_input holds itself.';

GRANT EXECUTE ON FUNCTION country_group_member(date, bigint),
      country_json(country, date, bigint), four_eyes_at(organisation, bigint),
      organisation_document(organisation, bigint), ownership_inputs_at(bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer, aidledger_keeper;
