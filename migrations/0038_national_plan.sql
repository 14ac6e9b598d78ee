-- A country's national plan is a framework that belongs to the country: its government states the
-- versions and their trees. A donor proposes links to it as to any framework; one counts once the
-- government has endorsed it.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, 'public'
  FROM (VALUES ('plan.stated', ARRAY['id', 'country', 'framework', 'version', 'title', 'source',
                                     'note', 'period_start', 'period_end', 'items']),
               ('plan.extended', ARRAY['framework', 'version', 'items'])) AS v (kind, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

ALTER TABLE framework
    ADD COLUMN country text CONSTRAINT framework_country_known REFERENCES country (code),
    ADD COLUMN entry uuid CONSTRAINT framework_entry_known REFERENCES ledger_entry (entry),
    ADD CONSTRAINT framework_country_stated CHECK ((country IS NULL) = (entry IS NULL)),
    ADD CONSTRAINT framework_code_country CHECK (starts_with(code, country || '-'));
COMMENT ON TABLE framework IS
    'Texts that commitments can be linked to: international ones, and the national plans of '
    'countries.';
COMMENT ON COLUMN framework.country IS 'Whose national plan it is; null for a text of many.';
COMMENT ON CONSTRAINT framework_country_stated ON framework IS
    'A national plan is stated by its government; other texts are reference data.';
COMMENT ON CONSTRAINT framework_code_country ON framework IS
    '/framework: The code of a national plan begins with its country''s code and a dash.';

ALTER TABLE framework_version
    ADD COLUMN id uuid CONSTRAINT framework_version_id_unique UNIQUE,
    ADD COLUMN period_start date,
    ADD COLUMN period_end date,
    ADD COLUMN organisation_id uuid
        CONSTRAINT framework_version_organisation_id_known REFERENCES organisation (id),
    ADD COLUMN entry uuid
        CONSTRAINT framework_version_entry_known REFERENCES ledger_entry (entry),
    ADD COLUMN recorded_at timestamptz,
    ADD CONSTRAINT framework_version_period_order CHECK (period_end >= period_start),
    ADD CONSTRAINT framework_version_stated CHECK (num_nulls(id, organisation_id, entry,
                                                             recorded_at) IN (0, 4));
COMMENT ON COLUMN framework_version.id IS
    'Under which the statements on a version of a national plan stand in the ledger.';
COMMENT ON COLUMN framework_version.period_end IS 'The last day for which a plan is made.';
COMMENT ON CONSTRAINT framework_version_period_order ON framework_version IS
    '/period_end: A period does not end before it starts.';
COMMENT ON CONSTRAINT framework_version_stated ON framework_version IS
    'A version is stated as a whole, or is reference data.';

ALTER TABLE framework_item
    ADD COLUMN entry uuid CONSTRAINT framework_item_entry_known REFERENCES ledger_entry (entry),
    DROP CONSTRAINT framework_item_kind_known,
    ADD CONSTRAINT framework_item_kind_known CHECK (
        kind IN ('vision', 'pillar', 'target', 'action_line', 'sdg_target', 'paragraph', 'goal',
                 'objective', 'programme', 'measure'));
COMMENT ON TABLE framework_item IS
    'The parts of a version that a link or a reservation can point at: with their gist in the '
    'service''s own words, or with the title that a national plan gives them.';
COMMENT ON CONSTRAINT framework_item_kind_known ON framework_item IS
    '/items: An item is a vision, pillar, goal, objective, programme, measure, target, action '
    'line, SDG target or paragraph.';

-- What was stated is kept; reference data is kept up by migrations, which row-level security does
-- not bind.
DO $$
DECLARE
    stated_table text;
BEGIN
    FOREACH stated_table IN ARRAY ARRAY['framework', 'framework_version', 'framework_item']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW '
                       'WHEN (OLD.entry IS NOT NULL) EXECUTE FUNCTION record_is_immutable()',
                       stated_table || '_immutable', stated_table);
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
                       'EXECUTE FUNCTION record_is_immutable()', stated_table || '_kept',
                       stated_table);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', stated_table);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (true)', stated_table || '_read',
                       stated_table);
    END LOOP;
END
$$;
CREATE POLICY framework_state ON framework FOR INSERT
    WITH CHECK (country = (SELECT caller_country()));
CREATE POLICY framework_version_state ON framework_version FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM framework AS f
                             WHERE f.code = framework_version.framework
                               AND f.country = (SELECT caller_country())));
CREATE POLICY framework_item_state ON framework_item FOR INSERT
    WITH CHECK (entry IS NOT NULL
                AND EXISTS (SELECT FROM framework AS f
                             WHERE f.code = framework_item.framework
                               AND f.country = (SELECT caller_country())));

-- ---------------------------------------------------------------- what is read

CREATE FUNCTION framework_holds(of_entry uuid, as_of bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN of_entry IS NULL OR ledger_holds(of_entry, as_of);
END
$$;
COMMENT ON FUNCTION framework_holds(uuid, bigint) IS
    'Whether a framework, or a part of one, was there as of a ledger position: what is reference '
    'data was there before the first statement.';

CREATE FUNCTION framework_version_json(v framework_version, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'framework', v.framework, 'version', v.version, 'document_number', v.document_number,
        'title', v.title, 'status', v.status, 'window_start', v.window_start,
        'window_end', v.window_end, 'window_note', v.window_note, 'input_to', v.input_to,
        'meeting_start', v.meeting_start, 'meeting_end', v.meeting_end, 'source', v.source,
        'period_start', v.period_start, 'period_end', v.period_end,
        'stated_by', organisation_reference(v.organisation_id), 'entry', v.entry,
        'items', (SELECT count(*)
                    FROM framework_item AS i
                   WHERE i.framework = v.framework AND i.framework_version = v.version
                     AND framework_holds(i.entry, as_of))));
END
$$;
COMMENT ON FUNCTION framework_version_json(framework_version, bigint) IS
    'A version of a framework as documents show it.';

CREATE OR REPLACE FUNCTION commitment_serves(items text[], kind text, code text) RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT EXISTS (SELECT FROM framework_item AS i
                     JOIN framework AS f ON f.code = i.framework
                    WHERE f.country IS NULL
                      AND i.kind = commitment_serves.kind
                      AND i.code IN (commitment_serves.code, kind || '-' || commitment_serves.code)
                      AND concat_ws('/', i.framework, i.framework_version, i.code)
                          = ANY (items))
$$;
COMMENT ON FUNCTION commitment_serves(text[], text, text) IS
    'Whether one of the linked items is this pillar or target, given as "c" or "pillar-c", in any '
    'version of an international framework.';

CREATE OR REPLACE FUNCTION link_asked(l framework_link, recipients text[]) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    owner text := (SELECT f.country FROM framework AS f WHERE f.code = l.framework);
BEGIN
    RETURN ARRAY(SELECT r.country
                   FROM unnest(recipients) AS r (country)
                  WHERE owner IS NULL OR r.country = owner);
END
$$;
COMMENT ON FUNCTION link_asked(framework_link, text[]) IS
    'The countries whose governments a link waits for: the recipients of the commitment, and for a '
    'link to a national plan the one whose plan it is.';

CREATE FUNCTION link_counts(l framework_link, as_of bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    owner text := (SELECT f.country FROM framework AS f WHERE f.code = l.framework);
BEGIN
    RETURN owner IS NULL
        OR coalesce((SELECT a.answer = 'endorsed'
                       FROM link_answer AS a
                      WHERE a.link_id = l.id AND a.country = owner
                        AND ledger_holds(a.entry, as_of)
                      ORDER BY a.ordinal DESC
                      LIMIT 1), false);
END
$$;
COMMENT ON FUNCTION link_counts(framework_link, bigint) IS
    'Whether a link counts: one to a national plan does while its government endorses it, any '
    'other one does because the donor asserts it.';

CREATE OR REPLACE FUNCTION framework_links(of_commitment uuid, as_of bigint)
RETURNS SETOF framework_link
LANGUAGE sql STABLE
AS $$
    SELECT l.*
      FROM stated_links(of_commitment, as_of) AS l
     WHERE link_counts(l, as_of)
$$;
COMMENT ON FUNCTION framework_links(uuid, bigint) IS
    'The links of a commitment that stand and count.';

CREATE OR REPLACE FUNCTION link_json(l framework_link, recipients text[], as_of bigint)
RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', l.id, 'framework', l.framework, 'framework_version', l.framework_version,
        'item', l.item, 'share', l.share::text, 'rationale', l.rationale,
        'withdrawn', l.withdrawn, 'in_force', w.in_force,
        'counts', w.in_force AND link_counts(l, as_of),
        'asserted_by', organisation_reference(l.asserted_by),
        'governments', link_governments(l, recipients, as_of), 'entry', l.entry)
      FROM link_in_force(l, as_of) AS w (in_force));
END
$$;
COMMENT ON FUNCTION link_json(framework_link, text[], bigint) IS
    'A link as documents show it: what the donor asserts, and what each government says of it.';

-- ---------------------------------------------------------------- what is written

CREATE OR REPLACE FUNCTION link_faults(c commitment, content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT CASE WHEN EXISTS (SELECT FROM framework_item AS i
                              WHERE i.framework = content ->> 'framework'
                                AND i.framework_version = content ->> 'framework_version'
                                AND i.code = content ->> 'item') THEN '[]'
                ELSE fault('/item', 'known_item', format(
                         'Version %s of the framework %s has no item "%s".',
                         content ->> 'framework_version', content ->> 'framework',
                         content ->> 'item')) END
        || coalesce((SELECT fault('/framework', 'recipient_plan', format(
                                'It is the plan of %s, which is no recipient country of this '
                                'commitment.', f.country))
                       FROM framework AS f
                      WHERE f.code = content ->> 'framework'
                        AND f.country <> ALL (c.countries)
                        AND NOT coalesce((content ->> 'withdrawn')::boolean, false)), '[]')
        || CASE WHEN (content ->> 'share')::numeric <= 0 OR (content ->> 'share')::numeric > 100
                THEN fault('/share', 'share_range',
                           'A share is greater than 0 and at most 100.') ELSE '[]' END
        || coalesce((SELECT fault('/share', 'within_100', format(
                                'With the other links to items of the same kind in this version '
                                'the shares would add up to %s, more than 100.',
                                trim_scale(o.total + (content ->> 'share')::numeric)))
                       FROM (SELECT coalesce(sum(l.share), 0) AS total
                               FROM stated_links(c.id, NULL) AS l
                               JOIN framework_item AS other
                                 ON other.framework = l.framework
                                AND other.framework_version = l.framework_version
                                AND other.code = l.item
                               JOIN framework_item AS mine
                                 ON mine.framework = other.framework
                                AND mine.framework_version = other.framework_version
                                AND mine.kind = other.kind
                              WHERE mine.framework = content ->> 'framework'
                                AND mine.framework_version = content ->> 'framework_version'
                                AND mine.code = content ->> 'item'
                                AND l.item <> mine.code) AS o
                      WHERE NOT coalesce((content ->> 'withdrawn')::boolean, false)
                        AND o.total + (content ->> 'share')::numeric > 100), '[]'));
END
$$;
COMMENT ON FUNCTION link_faults(commitment, jsonb) IS
    'What is wrong with a link to a framework item. Shares of links that wait for a government '
    'are part of the total: it may endorse them all.';

CREATE FUNCTION plan_item_faults(of_framework text, of_version text, items jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    WITH node AS (
        SELECT e.ordinality AS place, e.value ->> 'code' AS code, e.value ->> 'parent' AS parent,
               row_number() OVER (PARTITION BY e.value ->> 'code'
                                      ORDER BY e.ordinality) AS times
          FROM jsonb_array_elements(items) WITH ORDINALITY AS e),
    stated AS (
        SELECT i.code
          FROM framework_item AS i
         WHERE i.framework = of_framework AND i.framework_version = of_version)
    SELECT coalesce(jsonb_agg(w.fault), '[]')
      FROM (SELECT jsonb_build_object(
                       'pointer', format('/items/%s/code', n.place - 1), 'rule', 'unique',
                       'detail', format('The version has an item "%s" already.', n.code)) AS fault
              FROM node AS n
             WHERE n.times > 1 OR EXISTS (SELECT FROM stated AS s WHERE s.code = n.code)
             UNION ALL
            SELECT jsonb_build_object(
                       'pointer', format('/items/%s/parent', n.place - 1), 'rule', 'known_parent',
                       'detail', format('No item "%s" stands before this one; list what is above '
                                        'first.', n.parent))
              FROM node AS n
             WHERE n.parent IS NOT NULL
               AND NOT EXISTS (SELECT FROM stated AS s WHERE s.code = n.parent)
               AND NOT EXISTS (SELECT FROM node AS b
                                WHERE b.code = n.parent AND b.place < n.place)) AS w);
END
$$;
COMMENT ON FUNCTION plan_item_faults(text, text, jsonb) IS
    'What is wrong with the items of a national plan: each has a code of its own and stands below '
    'one that was there before it, so that they make a tree.';

CREATE PROCEDURE plan_grow(of_framework text, of_version text, items jsonb,
                           receipt ledger_receipt)
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO framework_item (framework, framework_version, code, ordinal, kind, printed, parent,
                                gist, entry)
    SELECT of_framework, of_version, e.value ->> 'code',
           e.ordinality + (SELECT count(*)
                             FROM framework_item AS i
                            WHERE i.framework = of_framework
                              AND i.framework_version = of_version),
           e.value ->> 'kind', e.value ->> 'printed', e.value ->> 'parent', e.value ->> 'title',
           receipt.entry
      FROM jsonb_array_elements(items) WITH ORDINALITY AS e;
END
$$;
COMMENT ON PROCEDURE plan_grow(text, text, jsonb, ledger_receipt) IS
    'Adds items to a version of a national plan, after those it has.';

CREATE FUNCTION plan_answer(v framework_version, receipt ledger_receipt) RETURNS answer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (201,
        json_build_object('version', framework_version_json(v, NULL),
                          'statement', statement_json(receipt))::text,
        NULL, format('/v1/frameworks/%s/versions/%s/items', v.framework, v.version))::answer;
END
$$;
COMMENT ON FUNCTION plan_answer(framework_version, ledger_receipt) IS
    'The answer to a statement about a version of a national plan.';

CREATE FUNCTION plan_state(body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    content jsonb := jsonb_strip_nulls(body);
    v       framework_version := jsonb_populate_record(NULL::framework_version, content);
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    -- One after the other, or two statements would take the same place.
    PERFORM pg_advisory_xact_lock(hashtextextended('aidledger plan ' || v.framework, 0));
    IF EXISTS (SELECT FROM framework AS f
                 JOIN framework_version AS w ON w.framework = f.code
                WHERE f.code = v.framework AND f.country = caller_country()
                  AND w.version = v.version) THEN
        CALL refuse_conflict('This version is stated and is not changed any more: state another '
                             'one, or add items to it.');
    END IF;
    CALL refuse_faults(
        CASE WHEN starts_with(v.framework, caller_country() || '-')
             THEN plan_item_faults(v.framework, v.version, content -> 'items')
             ELSE fault('/framework', 'own_plan', format(
                      'The code of a national plan of your country begins with "%s-".',
                      caller_country())) END
        || CASE WHEN v.period_end < v.period_start
                THEN fault('/period_end', 'period_order',
                           'A period does not end before it starts.') ELSE '[]' END);
    v.id := gen_random_uuid();
    receipt := aggregate_append(v.id, 'plan.stated', content || jsonb_build_object(
                   'id', v.id, 'country', caller_country()));
    INSERT INTO framework (code, title, source, note, country, entry)
    SELECT v.framework, v.title, v.source, content ->> 'note', caller_country(), receipt.entry
     WHERE NOT EXISTS (SELECT FROM framework AS f WHERE f.code = v.framework);
    INSERT INTO framework_version (framework, version, ordinal, title, status, source, id,
                                   period_start, period_end, organisation_id, entry, recorded_at)
    SELECT v.framework, v.version, count(*) + 1, v.title, 'stated', v.source, v.id,
           v.period_start, v.period_end, caller_organisation(), receipt.entry, receipt.at
      FROM framework_version AS w
     WHERE w.framework = v.framework
    RETURNING * INTO v;
    CALL plan_grow(v.framework, v.version, content -> 'items', receipt);
    RETURN write_end(body, plan_answer(v, receipt));
END
$$;
COMMENT ON FUNCTION plan_state(jsonb) IS
    'States a version of a national plan of the caller''s country, with the first items of its '
    'tree. The plan has the title and note of its first version.';

CREATE FUNCTION plan_extend(of_framework text, of_version text, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    content jsonb := jsonb_strip_nulls(body);
    v       framework_version;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('aidledger plan ' || of_framework, 0));
    SELECT w.* INTO v
      FROM framework_version AS w
     WHERE w.framework = of_framework AND w.version = of_version;
    IF NOT FOUND THEN
        CALL refuse_missing('version');
    END IF;
    IF (SELECT f.country FROM framework AS f WHERE f.code = of_framework)
       IS DISTINCT FROM caller_country() THEN
        CALL refuse_forbidden('This is no national plan of your country.');
    END IF;
    CALL refuse_faults(plan_item_faults(of_framework, of_version, content -> 'items'));
    receipt := aggregate_append(v.id, 'plan.extended', content || jsonb_build_object(
                   'framework', of_framework, 'version', of_version));
    CALL plan_grow(of_framework, of_version, content -> 'items', receipt);
    RETURN write_end(body, plan_answer(v, receipt));
END
$$;
COMMENT ON FUNCTION plan_extend(text, text, jsonb) IS
    'Adds items to a version of a national plan of the caller''s country: a tree too large for one '
    'statement is stated in several.';

GRANT INSERT ON framework, framework_version, framework_item TO aidledger_writer;
GRANT EXECUTE ON FUNCTION framework_holds(uuid, bigint),
      framework_version_json(framework_version, bigint), link_counts(framework_link, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT EXECUTE ON FUNCTION plan_item_faults(text, text, jsonb),
      plan_answer(framework_version, ledger_receipt), plan_state(jsonb),
      plan_extend(text, text, jsonb)
   TO aidledger_writer;
GRANT EXECUTE ON PROCEDURE plan_grow(text, text, jsonb, ledger_receipt) TO aidledger_writer;
CALL commitments_refresh();
