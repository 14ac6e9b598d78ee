-- What a recipient government wants: its ranked priorities for a period. Beside it what the donor
-- says its commitment serves, and what follows from the commitment's own sectors and links.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, 'public'
  FROM (VALUES ('priorities.stated', ARRAY['id', 'country', 'period_start', 'period_end', 'text',
                                           'source', 'priorities', 'supersedes']),
               ('alignment.stated', ARRAY['id', 'country', 'priorities', 'serves', 'reason']))
       AS v (kind, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

CREATE TABLE priority_statement (
    id              uuid        NOT NULL CONSTRAINT priority_statement_pkey PRIMARY KEY,
    country         text        NOT NULL
        CONSTRAINT priority_statement_country_known REFERENCES country (code),
    ordinal         integer     NOT NULL,
    period_start    date        NOT NULL,
    period_end      date        NOT NULL,
    text            text,
    source          text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT priority_statement_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT priority_statement_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT priority_statement_country_ordinal_unique UNIQUE (country, ordinal),
    CONSTRAINT priority_statement_period_order CHECK (period_end >= period_start),
    CONSTRAINT priority_statement_text_length CHECK (char_length(text) BETWEEN 1 AND 10000),
    CONSTRAINT priority_statement_source_length CHECK (char_length(source) BETWEEN 1 AND 1000)
);
CREATE INDEX priority_statement_recorded_at ON priority_statement (recorded_at DESC, id DESC);
COMMENT ON TABLE priority_statement IS
    'What a recipient government wants aid for in a period, as one statement. A later statement '
    'takes over the days that both speak of; the earlier one stays.';
COMMENT ON COLUMN priority_statement.period_end IS 'The last day of the period.';
COMMENT ON COLUMN priority_statement.source IS
    'Where the priorities are published, such as the national digital plan.';
COMMENT ON CONSTRAINT priority_statement_period_order ON priority_statement IS
    '/period_end: A period does not end before it starts.';
COMMENT ON CONSTRAINT priority_statement_text_length ON priority_statement IS
    '/text: A text has 1 to 10,000 characters.';
COMMENT ON CONSTRAINT priority_statement_source_length ON priority_statement IS
    '/source: A source is named in 1 to 1,000 characters.';

CREATE TABLE national_priority (
    statement_id      uuid    NOT NULL
        CONSTRAINT national_priority_statement_id_known REFERENCES priority_statement (id),
    rank              integer NOT NULL,
    sector            text,
    framework         text,
    framework_version text,
    item              text,
    CONSTRAINT national_priority_pkey PRIMARY KEY (statement_id, rank),
    CONSTRAINT national_priority_item_known FOREIGN KEY (framework, framework_version, item)
        REFERENCES framework_item (framework, framework_version, code),
    CONSTRAINT national_priority_thing_unique
        UNIQUE NULLS NOT DISTINCT (statement_id, sector, framework, framework_version, item),
    CONSTRAINT national_priority_rank_natural CHECK (rank >= 1),
    CONSTRAINT national_priority_sector_or_item CHECK (
        (sector IS NULL) = (item IS NOT NULL)
        AND num_nulls(framework, framework_version, item) IN (0, 3))
);
COMMENT ON TABLE national_priority IS
    'One priority of a statement: a DAC sector or a framework item, with its rank.';
COMMENT ON CONSTRAINT national_priority_rank_natural ON national_priority IS
    '/priorities: Ranks count from 1.';
COMMENT ON CONSTRAINT national_priority_sector_or_item ON national_priority IS
    '/priorities: A priority is either a sector or an item of a version of a framework.';

CREATE TABLE priority_supersession (
    statement_id  uuid NOT NULL
        CONSTRAINT priority_supersession_statement_id_known REFERENCES priority_statement (id),
    superseded_id uuid NOT NULL
        CONSTRAINT priority_supersession_superseded_id_known REFERENCES priority_statement (id),
    entry         uuid NOT NULL
        CONSTRAINT priority_supersession_entry_known REFERENCES ledger_entry (entry),
    CONSTRAINT priority_supersession_pkey PRIMARY KEY (statement_id, superseded_id),
    CONSTRAINT priority_supersession_other CHECK (superseded_id <> statement_id)
);
CREATE INDEX priority_supersession_superseded_id ON priority_supersession (superseded_id);
COMMENT ON TABLE priority_supersession IS
    'Which earlier statements a statement of priorities names as superseded.';
COMMENT ON CONSTRAINT priority_supersession_other ON priority_supersession IS
    '/supersedes: A statement supersedes another one, never itself.';

CREATE TABLE alignment_statement (
    id              uuid        NOT NULL CONSTRAINT alignment_statement_pkey PRIMARY KEY,
    commitment_id   uuid        NOT NULL
        CONSTRAINT alignment_statement_commitment_id_known REFERENCES commitment (id),
    country         text        NOT NULL
        CONSTRAINT alignment_statement_country_known REFERENCES country (code),
    ordinal         integer     NOT NULL,
    priorities_id   uuid        CONSTRAINT alignment_statement_priorities_id_known
                                REFERENCES priority_statement (id),
    serves          jsonb       NOT NULL,
    reason          text,
    organisation_id uuid        NOT NULL
        CONSTRAINT alignment_statement_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT alignment_statement_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT alignment_statement_ordinal_unique UNIQUE (commitment_id, country, ordinal),
    CONSTRAINT alignment_statement_serves_list CHECK (jsonb_typeof(serves) = 'array'),
    CONSTRAINT alignment_statement_priorities_named CHECK (
        serves = '[]' OR priorities_id IS NOT NULL),
    CONSTRAINT alignment_statement_reason_given CHECK (serves <> '[]' OR reason IS NOT NULL),
    CONSTRAINT alignment_statement_reason_length CHECK (char_length(reason) BETWEEN 1 AND 10000)
);
COMMENT ON TABLE alignment_statement IS
    'Which priorities of a recipient country a commitment serves, as its donor says, or that it '
    'serves none. A later statement on the same country replaces the earlier one; that one stays.';
COMMENT ON COLUMN alignment_statement.serves IS 'By rank in the statement of priorities, and how.';
COMMENT ON CONSTRAINT alignment_statement_serves_list ON alignment_statement IS
    '/serves: What is served is a list.';
COMMENT ON CONSTRAINT alignment_statement_priorities_named ON alignment_statement IS
    '/priorities: Ranks are those of a statement of priorities, which is named.';
COMMENT ON CONSTRAINT alignment_statement_reason_given ON alignment_statement IS
    '/reason: A commitment that serves no priority says why.';
COMMENT ON CONSTRAINT alignment_statement_reason_length ON alignment_statement IS
    '/reason: A reason has 1 to 10,000 characters.';

DO $$
DECLARE
    record_table text;
BEGIN
    FOREACH record_table IN ARRAY ARRAY['priority_statement', 'national_priority',
                                        'priority_supersession', 'alignment_statement']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable()',
                       record_table || '_kept', record_table);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', record_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', record_table);
    END LOOP;
    FOREACH record_table IN ARRAY ARRAY['priority_statement', 'national_priority',
                                        'priority_supersession']
    LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (true)',
                       record_table || '_read', record_table);
    END LOOP;
    FOREACH record_table IN ARRAY ARRAY['national_priority', 'priority_supersession']
    LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR INSERT WITH CHECK (EXISTS (SELECT FROM '
                       'priority_statement AS s WHERE s.id = statement_id AND s.country = '
                       '(SELECT caller_country())))', record_table || '_make', record_table);
    END LOOP;
END
$$;
CREATE POLICY priority_statement_make ON priority_statement FOR INSERT
    WITH CHECK (country = (SELECT caller_country())
                AND organisation_id = (SELECT caller_organisation()));
CREATE POLICY alignment_statement_read ON alignment_statement FOR SELECT
    USING (EXISTS (SELECT FROM commitment AS c WHERE c.id = commitment_id));
CREATE POLICY alignment_statement_make ON alignment_statement FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM commitment AS c
                             WHERE c.id = commitment_id
                               AND c.organisation_id = (SELECT caller_organisation())));

-- ---------------------------------------------------------------- priorities

CREATE FUNCTION priorities_on(of_country text, day date, as_of bigint) RETURNS uuid
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT s.id
      FROM priority_statement AS s
     WHERE s.country = of_country
       AND day BETWEEN s.period_start AND s.period_end
       AND ledger_holds(s.entry, as_of)
     ORDER BY s.ordinal DESC
     LIMIT 1);
END
$$;
COMMENT ON FUNCTION priorities_on(text, date, bigint) IS
    'The statement of priorities of a country in force on a day: the newest that speaks of it, as '
    'of a ledger position.';

-- Which one is in force changes only where one begins and after one ends.
CREATE FUNCTION priorities_within(of_country text, first_day date, last_day date)
RETURNS SETOF uuid
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT DISTINCT w.id
      FROM (SELECT priorities_on(of_country, d.day, NULL) AS id
              FROM (SELECT first_day AS day
                     UNION
                    SELECT unnest(ARRAY[s.period_start, s.period_end + 1])
                      FROM priority_statement AS s
                     WHERE s.country = of_country) AS d
             WHERE d.day BETWEEN first_day AND last_day) AS w
     WHERE w.id IS NOT NULL;
END
$$;
COMMENT ON FUNCTION priorities_within(text, date, date) IS
    'The statements of priorities of a country in force on any day of a period.';

CREATE FUNCTION priorities_json(s priority_statement, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', s.id, 'country', s.country, 'period_start', s.period_start,
        'period_end', s.period_end, 'text', s.text, 'source', s.source,
        'priorities', (
            SELECT json_agg(json_build_object(
                       'rank', p.rank, 'sector', p.sector, 'framework', p.framework,
                       'framework_version', p.framework_version, 'item', p.item)
                       ORDER BY p.rank)
              FROM national_priority AS p
             WHERE p.statement_id = s.id),
        'supersedes', (
            SELECT coalesce(json_agg(w.superseded_id ORDER BY w.superseded_id), '[]')
              FROM priority_supersession AS w
             WHERE w.statement_id = s.id),
        'superseded_by', (
            SELECT coalesce(json_agg(n.id ORDER BY n.ordinal), '[]')
              FROM priority_supersession AS w
              JOIN priority_statement AS n ON n.id = w.statement_id
             WHERE w.superseded_id = s.id AND ledger_holds(n.entry, as_of)),
        'stated_by', organisation_reference(s.organisation_id),
        'entry', s.entry, 'stated_at', rfc3339(s.recorded_at)));
END
$$;
COMMENT ON FUNCTION priorities_json(priority_statement, bigint) IS
    'A statement of priorities as documents show it.';

CREATE FUNCTION priority_faults(priorities jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((SELECT jsonb_agg(f.value)
                       FROM jsonb_array_elements(priorities) WITH ORDINALITY AS p
                      CROSS JOIN jsonb_array_elements(code_fault(
                            format('/priorities/%s/sector', p.ordinality - 1), 'Sector',
                            p.value ->> 'sector')) AS f), '[]')
        || coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('/priorities/%s/item', p.ordinality - 1),
                         'rule', 'known_item',
                         'detail', format('Version %s of the framework %s has no item "%s".',
                                          p.value ->> 'framework_version',
                                          p.value ->> 'framework', p.value ->> 'item')))
                       FROM jsonb_array_elements(priorities) WITH ORDINALITY AS p
                      WHERE p.value ? 'item'
                        AND NOT EXISTS (
                            SELECT FROM framework_item AS i
                             WHERE i.framework = p.value ->> 'framework'
                               AND i.framework_version = p.value ->> 'framework_version'
                               AND i.code = p.value ->> 'item')), '[]')
        || coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('/priorities/%s', p.ordinality - 1),
                         'rule', 'unique',
                         'detail', 'It is listed before; a priority has one rank.'))
                       FROM (SELECT e.ordinality, row_number() OVER (
                                        PARTITION BY e.value ORDER BY e.ordinality) AS times
                               FROM jsonb_array_elements(priorities) WITH ORDINALITY AS e) AS p
                      WHERE p.times > 1), '[]');
END
$$;
COMMENT ON FUNCTION priority_faults(jsonb) IS 'What is wrong with a list of priorities.';

CREATE FUNCTION supersession_faults(of_country text, body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    first_day date := (body ->> 'period_start')::date;
    last_day  date := (body ->> 'period_end')::date;
BEGIN
    RETURN coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', '/supersedes', 'rule', 'overlap',
                         'detail', format('Statement %s, for %s to %s, is in force on days of this '
                                          'period; name it here to supersede it, or choose '
                                          'another period.', s.id, s.period_start, s.period_end))
                         ORDER BY s.period_start)
                       FROM priorities_within(of_country, first_day, last_day) AS w (id)
                       JOIN priority_statement AS s ON s.id = w.id
                      WHERE NOT body -> 'supersedes' ? w.id::text), '[]')
        || coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('/supersedes/%s', e.ordinality - 1),
                         'rule', 'in_force',
                         'detail', 'No statement of your country with this id is in force on any '
                                   'day of the period.'))
                       FROM jsonb_array_elements_text(body -> 'supersedes') WITH ORDINALITY AS e
                      WHERE NOT EXISTS (
                            SELECT FROM priorities_within(of_country, first_day, last_day) AS w (id)
                             WHERE w.id::text = e.value)), '[]');
END
$$;
COMMENT ON FUNCTION supersession_faults(text, jsonb) IS
    'Whether a statement of priorities names all it supersedes, and nothing else.';

CREATE FUNCTION priorities_state(body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    content jsonb := jsonb_strip_nulls(body);
    s       priority_statement := jsonb_populate_record(NULL::priority_statement, content);
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    s.id := gen_random_uuid();
    s.country := caller_country();
    content := content || jsonb_build_object('supersedes', (
                   SELECT coalesce(jsonb_agg(e.value::uuid ORDER BY e.ordinality), '[]')
                     FROM jsonb_array_elements_text(content -> 'supersedes')
                          WITH ORDINALITY AS e));
    -- One after the other, or two statements could speak of the same days unawares.
    PERFORM pg_advisory_xact_lock(hashtextextended(
        concat_ws(' ', 'aidledger priorities', s.country), 0));
    CALL refuse_faults(
        CASE WHEN s.period_end < s.period_start
             THEN fault('/period_end', 'period_order', 'A period does not end before it starts.')
             ELSE supersession_faults(s.country, content) END
        || priority_faults(content -> 'priorities'));
    receipt := aggregate_append(s.id, 'priorities.stated', content || jsonb_build_object(
                   'id', s.id, 'country', s.country));
    INSERT INTO priority_statement (id, country, ordinal, period_start, period_end, text, source,
                                    organisation_id, entry, recorded_at)
    SELECT s.id, s.country, count(*) + 1, s.period_start, s.period_end, s.text, s.source,
           caller_organisation(), receipt.entry, receipt.at
      FROM priority_statement AS w
     WHERE w.country = s.country
    RETURNING * INTO s;
    INSERT INTO national_priority (statement_id, rank, sector, framework, framework_version, item)
    SELECT s.id, p.ordinality, p.value ->> 'sector', p.value ->> 'framework',
           p.value ->> 'framework_version', p.value ->> 'item'
      FROM jsonb_array_elements(content -> 'priorities') WITH ORDINALITY AS p;
    INSERT INTO priority_supersession (statement_id, superseded_id, entry)
    SELECT s.id, e.value::uuid, receipt.entry
      FROM jsonb_array_elements_text(content -> 'supersedes') AS e;
    RETURN write_end(body, (201,
        json_build_object('national_priorities', priorities_json(s, NULL),
                          'statement', statement_json(receipt))::text,
        NULL, '/v1/national-priorities/' || s.id)::answer);
END
$$;
COMMENT ON FUNCTION priorities_state(jsonb) IS
    'States the priorities of the caller''s country for a period; the order is the rank.';

-- ---------------------------------------------------------------- alignment

CREATE FUNCTION item_within(of_framework text, of_version text, of_item text, outer_item text)
RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    WITH RECURSIVE above AS (
        SELECT of_item AS code
         UNION
        SELECT i.parent
          FROM above AS a
          JOIN framework_item AS i
            ON i.framework = of_framework AND i.framework_version = of_version
           AND i.code = a.code
         WHERE i.parent IS NOT NULL)
    SELECT EXISTS (SELECT FROM above AS a WHERE a.code = outer_item));
END
$$;
COMMENT ON FUNCTION item_within(text, text, text, text) IS
    'Whether an item of a version is another one, or stands below it.';

CREATE FUNCTION revision_at(of_commitment uuid, as_of bigint) RETURNS SETOF commitment_revision
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT r.*
      FROM (SELECT w.*
              FROM commitment_state AS w
             WHERE w.commitment_id = of_commitment AND ledger_holds(w.entry, as_of)
             ORDER BY w.version DESC
             LIMIT 1) AS s
      JOIN commitment_revision AS r
        ON r.commitment_id = s.commitment_id AND r.revision = s.revision;
END
$$;
COMMENT ON FUNCTION revision_at(uuid, bigint) IS
    'What a commitment said as of a ledger position; no row when it was not there or is not for '
    'the caller to see.';

CREATE FUNCTION alignment_matches(c commitment, r commitment_revision, priorities uuid,
                                  as_of bigint)
RETURNS TABLE (rank integer, sector text, framework text, framework_version text, item text,
               link uuid, share numeric)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT p.rank, p.sector, NULL::text, NULL::text, NULL::text, NULL::uuid,
           (s.value ->> 'share')::numeric
      FROM national_priority AS p
      JOIN jsonb_array_elements(r.sectors) AS s ON s.value ->> 'code' = p.sector
     WHERE p.statement_id = priorities
     UNION ALL
    SELECT p.rank, NULL, p.framework, p.framework_version, p.item, l.id, l.share
      FROM national_priority AS p
      JOIN framework_links(c.id, as_of) AS l
        ON l.framework = p.framework AND l.framework_version = p.framework_version
       AND item_within(l.framework, l.framework_version, l.item, p.item)
     WHERE p.statement_id = priorities;
END
$$;
COMMENT ON FUNCTION alignment_matches(commitment, commitment_revision, uuid, bigint) IS
    'Where the sectors of a commitment are among the priorities, and where a link of it is to one '
    'of them or to an item below it. The share is that of the sector or of the link.';

-- Only sectors divide the money once; what links say overlaps, and is shown match by match.
CREATE FUNCTION aligned_share(r commitment_revision, priorities uuid) RETURNS numeric
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(sum((s.value ->> 'share')::numeric) FILTER (WHERE EXISTS (
               SELECT FROM national_priority AS p
                WHERE p.statement_id = priorities AND p.sector = s.value ->> 'code')), 0)
      FROM jsonb_array_elements(r.sectors) AS s
    HAVING count(s.value ->> 'share') > 0
       AND EXISTS (SELECT FROM national_priority AS p
                    WHERE p.statement_id = priorities AND p.sector IS NOT NULL));
END
$$;
COMMENT ON FUNCTION aligned_share(commitment_revision, uuid) IS
    'The percentage of a commitment, by its own sector shares, whose sector is a priority. Null, '
    'never 0, where that cannot be said: nothing stated, no sector among the priorities, or none '
    'with a share in the commitment.';

CREATE FUNCTION alignment_statement_json(a alignment_statement) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', a.id, 'country', a.country, 'priorities', a.priorities_id, 'serves', a.serves,
        'reason', a.reason, 'stated_by', organisation_reference(a.organisation_id),
        'entry', a.entry, 'stated_at', rfc3339(a.recorded_at)));
END
$$;
COMMENT ON FUNCTION alignment_statement_json(alignment_statement) IS
    'What a donor says of the alignment of a commitment, as documents show it.';

CREATE FUNCTION country_alignment(c commitment, r commitment_revision, of_country text,
                                  country_share numeric, as_of bigint)
RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
    in_force uuid := priorities_on(of_country, r.commitment_date, as_of);
BEGIN
    RETURN (
    SELECT json_build_object(
        'country', of_country, 'share', country_share::text,
        'priorities', (
            SELECT json_build_object('id', s.id, 'period_start', s.period_start,
                                     'period_end', s.period_end,
                                     'stated_at', rfc3339(s.recorded_at))
              FROM priority_statement AS s
             WHERE s.id = in_force),
        'aligned_share', aligned_share(r, in_force)::text,
        'matches', CASE WHEN in_force IS NOT NULL THEN (
            SELECT coalesce(json_agg(json_build_object(
                       'rank', m.rank, 'sector', m.sector, 'framework', m.framework,
                       'framework_version', m.framework_version, 'item', m.item,
                       'link', m.link, 'share', m.share::text)
                       ORDER BY m.rank, m.link), '[]')
              FROM alignment_matches(c, r, in_force, as_of) AS m) END,
        'stated', (
            SELECT coalesce(json_agg(alignment_statement_json(a) ORDER BY a.ordinal DESC), '[]')
              FROM alignment_statement AS a
             WHERE a.commitment_id = c.id AND a.country = of_country
               AND ledger_holds(a.entry, as_of)),
        'position', (
            SELECT json_build_object(
                       'ownership_input', o.input_id, 'position', p.position,
                       'about_alignment', 'alignment' = ANY (p.aspects), 'text', p.text,
                       'lodged_at', rfc3339(p.recorded_at))
              FROM ownership_states(c.id, as_of) AS o
              JOIN ownership_position AS p ON p.id = o.position_id
             WHERE o.country = of_country)));
END
$$;
COMMENT ON FUNCTION country_alignment(commitment, commitment_revision, text, numeric, bigint) IS
    'How a commitment stands to the priorities that one recipient country had on the commitment '
    'date: what follows from its sectors and links, what the donor says, what the government says.';

CREATE FUNCTION commitment_alignment(of_commitment uuid, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'commitment_id', c.id, 'commitment_date', r.commitment_date,
        'countries', (
            SELECT coalesce(json_agg(country_alignment(c, r, p.country, p.share, as_of)
                                     ORDER BY p.country), '[]')
              FROM (SELECT e.value ->> 'country' AS country,
                           sum((e.value ->> 'share')::numeric) AS share
                      FROM jsonb_array_elements(r.recipients) AS e
                     WHERE e.value ? 'country'
                     GROUP BY e.value ->> 'country') AS p),
        'tree_size', coalesce(as_of, tree_size()))
      FROM commitment AS c
     CROSS JOIN revision_at(c.id, as_of) AS r
     WHERE c.id = of_commitment);
END
$$;
COMMENT ON FUNCTION commitment_alignment(uuid, bigint) IS
    'The alignment of a commitment with the priorities of each recipient country, as of a ledger '
    'position; null when it was not there or is not for the caller to see.';

CREATE FUNCTION alignment_faults(c commitment, content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    named uuid := (content ->> 'priorities')::uuid;
    known boolean := EXISTS (SELECT FROM priority_statement AS s
                              WHERE s.id = named AND s.country = content ->> 'country');
BEGIN
    RETURN CASE WHEN content ->> 'country' = ANY (c.countries) THEN '[]'
                ELSE fault('/country', 'recipient', format(
                         '"%s" is no recipient country of this commitment.',
                         content ->> 'country')) END
        || CASE WHEN named IS NULL OR known THEN '[]'
                ELSE fault('/priorities', 'known_priorities', format(
                         'No statement of priorities of %s has this id; see '
                         '/v1/national-priorities.', content ->> 'country')) END
        || CASE WHEN named IS NULL AND content -> 'serves' <> '[]'
                THEN fault('/priorities', 'required',
                           'Ranks are those of a statement of priorities: name it.')
                ELSE '[]' END
        || CASE WHEN content -> 'serves' = '[]' AND NOT content ? 'reason'
                THEN fault('/reason', 'required',
                           'A commitment that serves no priority says why.') ELSE '[]' END
        || coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('/serves/%s/rank', e.place - 1),
                         'rule', CASE WHEN e.times > 1 THEN 'unique' ELSE 'known_rank' END,
                         'detail', CASE WHEN e.times > 1 THEN 'The rank is listed before.'
                                        ELSE 'The statement has no priority of this rank.' END)
                         ORDER BY e.place)
                       FROM (SELECT w.ordinality AS place, (w.value ->> 'rank')::integer AS rank,
                                    row_number() OVER (PARTITION BY w.value ->> 'rank'
                                                           ORDER BY w.ordinality) AS times
                               FROM jsonb_array_elements(content -> 'serves')
                                    WITH ORDINALITY AS w) AS e
                      WHERE e.times > 1
                         OR (known AND NOT EXISTS (SELECT FROM national_priority AS p
                                                    WHERE p.statement_id = named
                                                      AND p.rank = e.rank))), '[]');
END
$$;
COMMENT ON FUNCTION alignment_faults(commitment, jsonb) IS
    'What is wrong with what a donor says of the alignment of a commitment.';

CREATE FUNCTION alignment_state(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    content jsonb := jsonb_strip_nulls(body);
    c       commitment;
    a       alignment_statement;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    CALL refuse_unless_status(c, ARRAY['REGISTERED', 'EFFECTIVE'], 'aligned');
    CALL refuse_faults(alignment_faults(c, content));
    a.id := gen_random_uuid();
    receipt := commitment_append(c, 'alignment.stated', content || jsonb_build_object(
                   'id', a.id, 'priorities', (content ->> 'priorities')::uuid));
    INSERT INTO alignment_statement (id, commitment_id, country, ordinal, priorities_id, serves,
                                     reason, organisation_id, entry, recorded_at)
    SELECT a.id, c.id, content ->> 'country', count(*) + 1, (content ->> 'priorities')::uuid,
           content -> 'serves', content ->> 'reason', caller_organisation(), receipt.entry,
           receipt.at
      FROM alignment_statement AS w
     WHERE w.commitment_id = c.id AND w.country = content ->> 'country'
    RETURNING * INTO a;
    c := commitment_advanced(c, receipt);
    CALL commitment_store(c);
    RETURN write_end(body, (201,
        json_build_object('alignment', alignment_statement_json(a),
                          'commitment', json_build_object('id', c.id, 'version', c.version),
                          'statement', statement_json(receipt))::text,
        NULL, format('/v1/commitments/%s/alignment', c.id))::answer);
END
$$;
COMMENT ON FUNCTION alignment_state(uuid, jsonb) IS
    'The donor says which priorities of a recipient country its commitment serves and how, or '
    'that it serves none and why.';

GRANT SELECT ON priority_statement, national_priority, priority_supersession, alignment_statement
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT INSERT ON priority_statement, national_priority, priority_supersession, alignment_statement
   TO aidledger_writer;
GRANT EXECUTE ON FUNCTION priorities_on(text, date, bigint),
      priorities_json(priority_statement, bigint), item_within(text, text, text, text),
      revision_at(uuid, bigint),
      alignment_matches(commitment, commitment_revision, uuid, bigint),
      aligned_share(commitment_revision, uuid), alignment_statement_json(alignment_statement),
      country_alignment(commitment, commitment_revision, text, numeric, bigint),
      commitment_alignment(uuid, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT EXECUTE ON FUNCTION priorities_within(text, date, date), priority_faults(jsonb),
      supersession_faults(text, jsonb), priorities_state(jsonb),
      alignment_faults(commitment, jsonb), alignment_state(uuid, jsonb)
   TO aidledger_writer;
