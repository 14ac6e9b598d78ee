-- What is said around a commitment, each voice under its own name: comments and questions with a
-- right of reply, and what third parties observe. None of it changes the commitment: a thread and
-- an observation are aggregates of their own.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT v.kind, f.field, v.exposure
  FROM (VALUES ('comment.made', 'public',
                ARRAY['id', 'commitment', 'in_reply_to', 'comment_kind', 'side', 'country',
                      'addressed_to', 'addressed_country', 'text']),
               ('comment.corrected', 'public', ARRAY['id', 'comment', 'text', 'reason']),
               ('comment.withdrawn', 'public', ARRAY['id', 'comment', 'reason']),
               ('third_party.observed', 'public',
                ARRAY['id', 'commitment', 'transaction', 'standing', 'observed_on']),
               ('third_party.observed', 'private', ARRAY['ground', 'text', 'place', 'evidence']),
               ('third_party.replied', 'public', ARRAY['id', 'side', 'country', 'text']),
               ('third_party.withheld', 'public', ARRAY['id', 'harm', 'reason']),
               ('third_party.restored', 'public', ARRAY['id', 'reason']))
       AS v (kind, exposure, fields)
 CROSS JOIN unnest(v.fields) AS f (field);

-- ---------------------------------------------------------------- comments

CREATE TABLE comment (
    id                uuid        NOT NULL CONSTRAINT comment_pkey PRIMARY KEY,
    commitment_id     uuid        NOT NULL
        CONSTRAINT comment_commitment_id_known REFERENCES commitment (id),
    thread_id         uuid        NOT NULL
        CONSTRAINT comment_thread_id_known REFERENCES comment (id),
    kind              text        NOT NULL,
    side              text        NOT NULL,
    country           text
        CONSTRAINT comment_country_known REFERENCES country (code),
    addressed_to      text,
    addressed_country text
        CONSTRAINT comment_addressed_country_known REFERENCES country (code),
    text              text        NOT NULL,
    organisation_id   uuid        NOT NULL
        CONSTRAINT comment_organisation_id_known REFERENCES organisation (id),
    entry             uuid        NOT NULL
        CONSTRAINT comment_entry_known REFERENCES ledger_entry (entry),
    recorded_at       timestamptz NOT NULL,
    CONSTRAINT comment_kind_known CHECK (kind IN ('comment', 'question')),
    CONSTRAINT comment_side_known CHECK (side IN ('donor', 'recipient', 'other')),
    CONSTRAINT comment_side_country CHECK (side <> 'recipient' OR country IS NOT NULL),
    CONSTRAINT comment_addressed_to_known CHECK (addressed_to IN ('donor', 'recipient')),
    CONSTRAINT comment_addressed_to_question CHECK (
        (kind = 'question') = (addressed_to IS NOT NULL)),
    CONSTRAINT comment_addressed_country_recipient CHECK (
        (addressed_country IS NOT NULL) = (coalesce(addressed_to, '') = 'recipient')),
    CONSTRAINT comment_thread_id_question CHECK (kind = 'comment' OR thread_id = id),
    CONSTRAINT comment_text_length CHECK (char_length(text) BETWEEN 1 AND 10000)
);
CREATE INDEX comment_recorded_at ON comment (recorded_at DESC, id DESC);
CREATE INDEX comment_commitment_id ON comment (commitment_id, recorded_at DESC, id DESC);
CREATE INDEX comment_thread_id ON comment (thread_id);
COMMENT ON TABLE comment IS
    'A comment or question on a public commitment. Replies stand flat under the first of their '
    'thread.';
COMMENT ON COLUMN comment.side IS
    'For whom it was said: the donor, the government of a recipient country, or neither.';
COMMENT ON COLUMN comment.country IS 'The country whose government the speaker belongs to.';
COMMENT ON CONSTRAINT comment_kind_known ON comment IS
    '/kind: A kind is comment or question.';
COMMENT ON CONSTRAINT comment_side_known ON comment IS
    'A side is donor, recipient or other.';
COMMENT ON CONSTRAINT comment_side_country ON comment IS
    'Whoever speaks for a recipient government names its country.';
COMMENT ON CONSTRAINT comment_addressed_to_known ON comment IS
    '/addressed_to: A question is for the donor or for a recipient government.';
COMMENT ON CONSTRAINT comment_addressed_to_question ON comment IS
    '/addressed_to: A question names whom it asks; a comment asks nobody.';
COMMENT ON CONSTRAINT comment_addressed_country_recipient ON comment IS
    '/addressed_country: A question to a recipient government names its country; no other does.';
COMMENT ON CONSTRAINT comment_thread_id_question ON comment IS
    '/in_reply_to: A question begins a thread of its own.';
COMMENT ON CONSTRAINT comment_text_length ON comment IS
    '/text: A text has 1 to 10,000 characters.';

CREATE TABLE comment_change (
    id          uuid        NOT NULL CONSTRAINT comment_change_pkey PRIMARY KEY,
    comment_id  uuid        NOT NULL
        CONSTRAINT comment_change_comment_id_known REFERENCES comment (id),
    ordinal     integer     NOT NULL,
    change      text        NOT NULL,
    text        text,
    reason      text        NOT NULL,
    entry       uuid        NOT NULL
        CONSTRAINT comment_change_entry_known REFERENCES ledger_entry (entry),
    recorded_at timestamptz NOT NULL,
    CONSTRAINT comment_change_comment_id_ordinal_unique UNIQUE (comment_id, ordinal),
    CONSTRAINT comment_change_change_known CHECK (change IN ('corrected', 'withdrawn')),
    CONSTRAINT comment_change_text_corrected CHECK ((change = 'corrected') = (text IS NOT NULL)),
    CONSTRAINT comment_change_text_length CHECK (char_length(text) BETWEEN 1 AND 10000),
    CONSTRAINT comment_change_reason_length CHECK (char_length(reason) BETWEEN 1 AND 2000)
);
COMMENT ON TABLE comment_change IS
    'That whoever said a comment says it otherwise, or no longer says it. What was said before '
    'stays on record.';
COMMENT ON CONSTRAINT comment_change_change_known ON comment_change IS
    'A comment is corrected or withdrawn.';
COMMENT ON CONSTRAINT comment_change_text_corrected ON comment_change IS
    '/text: A correction gives the new text; a withdrawal gives none.';
COMMENT ON CONSTRAINT comment_change_text_length ON comment_change IS
    '/text: A text has 1 to 10,000 characters.';
COMMENT ON CONSTRAINT comment_change_reason_length ON comment_change IS
    '/reason: A reason has 1 to 2,000 characters.';

-- ---------------------------------------------------------------- third-party observations

CREATE TABLE third_party_observation (
    id              uuid        NOT NULL CONSTRAINT third_party_observation_pkey PRIMARY KEY,
    commitment_id   uuid        NOT NULL
        CONSTRAINT third_party_observation_commitment_id_known REFERENCES commitment (id),
    transaction_id  uuid
        CONSTRAINT third_party_observation_transaction_id_known REFERENCES transaction (id),
    standing        text        NOT NULL,
    observed_on     date        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT third_party_observation_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT third_party_observation_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT third_party_observation_standing_known CHECK (
        standing IN ('civil_society', 'parliament', 'audit_office', 'affected_community',
                     'academia', 'media', 'private_sector', 'other'))
);
CREATE INDEX third_party_observation_recorded_at
    ON third_party_observation (recorded_at DESC, id DESC);
CREATE INDEX third_party_observation_commitment_id
    ON third_party_observation (commitment_id, recorded_at DESC, id DESC);
COMMENT ON TABLE third_party_observation IS
    'That a third party observed something of a commitment or of one disbursement. It is shown '
    'apart and enters no state and no measure.';
COMMENT ON COLUMN third_party_observation.standing IS 'As what the observer speaks.';
COMMENT ON CONSTRAINT third_party_observation_standing_known ON third_party_observation IS
    '/standing: A standing is civil_society, parliament, audit_office, affected_community, '
    'academia, media, private_sector or other.';

-- Apart, so that row-level security can withhold it.
CREATE TABLE third_party_account (
    observation_id uuid  NOT NULL
        CONSTRAINT third_party_account_pkey PRIMARY KEY
        CONSTRAINT third_party_account_observation_id_known
        REFERENCES third_party_observation (id),
    ground         text  NOT NULL,
    text           text  NOT NULL,
    place          text  NOT NULL,
    evidence       jsonb NOT NULL,
    CONSTRAINT third_party_account_ground_length CHECK (char_length(ground) BETWEEN 1 AND 2000),
    CONSTRAINT third_party_account_text_length CHECK (char_length(text) BETWEEN 1 AND 10000),
    CONSTRAINT third_party_account_place_length CHECK (char_length(place) BETWEEN 1 AND 300),
    CONSTRAINT third_party_account_evidence_list CHECK (jsonb_typeof(evidence) = 'array')
);
COMMENT ON TABLE third_party_account IS
    'What was observed, where, and on what ground the observer speaks: in its own words, which the '
    'leaf holds as salted commitments only, so that they can be withheld.';
COMMENT ON COLUMN third_party_account.evidence IS
    'Documents by title, address and SHA-256; they are held elsewhere.';
COMMENT ON CONSTRAINT third_party_account_ground_length ON third_party_account IS
    '/ground: A ground has 1 to 2,000 characters.';
COMMENT ON CONSTRAINT third_party_account_text_length ON third_party_account IS
    '/text: A text has 1 to 10,000 characters.';
COMMENT ON CONSTRAINT third_party_account_place_length ON third_party_account IS
    '/place: A place has 1 to 300 characters.';
COMMENT ON CONSTRAINT third_party_account_evidence_list ON third_party_account IS
    '/evidence: Evidence is a list.';

CREATE TABLE third_party_reply (
    id              uuid        NOT NULL CONSTRAINT third_party_reply_pkey PRIMARY KEY,
    observation_id  uuid        NOT NULL
        CONSTRAINT third_party_reply_observation_id_known
        REFERENCES third_party_observation (id),
    ordinal         integer     NOT NULL,
    side            text        NOT NULL,
    country         text
        CONSTRAINT third_party_reply_country_known REFERENCES country (code),
    text            text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT third_party_reply_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT third_party_reply_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT third_party_reply_observation_id_ordinal_unique UNIQUE (observation_id, ordinal),
    CONSTRAINT third_party_reply_side_known CHECK (side IN ('donor', 'recipient')),
    CONSTRAINT third_party_reply_side_country CHECK ((side = 'recipient') = (country IS NOT NULL)),
    CONSTRAINT third_party_reply_text_length CHECK (char_length(text) BETWEEN 1 AND 10000)
);
COMMENT ON TABLE third_party_reply IS
    'What the donor or a recipient government says of an observation.';
COMMENT ON CONSTRAINT third_party_reply_side_known ON third_party_reply IS
    'The sides are donor and recipient.';
COMMENT ON CONSTRAINT third_party_reply_side_country ON third_party_reply IS
    'A government that replies names its country; a donor names none.';
COMMENT ON CONSTRAINT third_party_reply_text_length ON third_party_reply IS
    '/text: A text has 1 to 10,000 characters.';

CREATE TABLE third_party_moderation (
    id              uuid        NOT NULL CONSTRAINT third_party_moderation_pkey PRIMARY KEY,
    observation_id  uuid        NOT NULL
        CONSTRAINT third_party_moderation_observation_id_known
        REFERENCES third_party_observation (id),
    ordinal         integer     NOT NULL,
    event           text        NOT NULL,
    harm            text,
    reason          text        NOT NULL,
    organisation_id uuid        NOT NULL
        CONSTRAINT third_party_moderation_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT third_party_moderation_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT third_party_moderation_observation_id_ordinal_unique
        UNIQUE (observation_id, ordinal),
    CONSTRAINT third_party_moderation_event_known CHECK (event IN ('withheld', 'restored')),
    CONSTRAINT third_party_moderation_harm_known CHECK (
        harm IN ('personal_data', 'danger_to_persons', 'incitement', 'unlawful')),
    CONSTRAINT third_party_moderation_harm_withheld CHECK (
        (event = 'withheld') = (harm IS NOT NULL)),
    CONSTRAINT third_party_moderation_reason_length CHECK (char_length(reason) BETWEEN 1 AND 2000)
);
COMMENT ON TABLE third_party_moderation IS
    'That the steward withholds the words of an observation because they do harm, or shows them '
    'again. An opinion is no harm.';
COMMENT ON CONSTRAINT third_party_moderation_event_known ON third_party_moderation IS
    'Words are withheld or restored.';
COMMENT ON CONSTRAINT third_party_moderation_harm_known ON third_party_moderation IS
    '/harm: A harm is personal_data, danger_to_persons, incitement or unlawful.';
COMMENT ON CONSTRAINT third_party_moderation_harm_withheld ON third_party_moderation IS
    '/harm: Whoever withholds names the harm.';
COMMENT ON CONSTRAINT third_party_moderation_reason_length ON third_party_moderation IS
    '/reason: A reason has 1 to 2,000 characters.';

-- ---------------------------------------------------------------- who speaks

CREATE FUNCTION party_side(of_commitment uuid, organisation uuid, of_country text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT CASE WHEN c.organisation_id = organisation THEN 'donor'
                WHEN EXISTS (SELECT FROM ownership_input AS i
                              WHERE i.commitment_id = c.id AND i.country = of_country)
                THEN 'recipient'
                ELSE 'other' END
      FROM commitment AS c
     WHERE c.id = of_commitment AND c.published);
END
$$;
COMMENT ON FUNCTION party_side(uuid, uuid, text) IS
    'What an organisation of this country''s government is to a public commitment: its donor, a '
    'recipient, or neither. No organisation is both.';

CREATE FUNCTION caller_voice(of_commitment uuid) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    party text := party_side(of_commitment, caller_organisation(), caller_country());
BEGIN
    RETURN CASE WHEN party = 'donor'
                     AND (caller_has_role('donor_editor') OR caller_has_role('donor_approver'))
                     OR party = 'recipient'
                     AND (caller_has_role('recipient_officer')
                          OR caller_has_role('recipient_signatory')) THEN party
                ELSE 'other' END;
END
$$;
COMMENT ON FUNCTION caller_voice(uuid) IS
    'For whom the caller speaks about a public commitment: as its donor, as a recipient government, '
    'or for neither.';

CREATE FUNCTION is_withheld(of_observation uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((SELECT m.event = 'withheld'
                       FROM third_party_moderation AS m
                      WHERE m.observation_id = of_observation
                      ORDER BY m.ordinal DESC
                      LIMIT 1), false);
END
$$;
COMMENT ON FUNCTION is_withheld(uuid) IS 'Whether the words of an observation are withheld now.';

DO $$
DECLARE
    record_table text;
BEGIN
    FOREACH record_table IN ARRAY ARRAY['comment', 'comment_change', 'third_party_observation',
                                        'third_party_account', 'third_party_reply',
                                        'third_party_moderation']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable()',
                       record_table || '_kept', record_table);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', record_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', record_table);
    END LOOP;
    FOREACH record_table IN ARRAY ARRAY['comment', 'third_party_observation']
    LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (EXISTS (SELECT FROM commitment '
                       'AS c WHERE c.id = commitment_id))', record_table || '_read', record_table);
    END LOOP;
    FOREACH record_table IN ARRAY ARRAY['third_party_reply', 'third_party_moderation']
    LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (EXISTS (SELECT FROM '
                       'third_party_observation AS o WHERE o.id = observation_id))',
                       record_table || '_read', record_table);
    END LOOP;
END
$$;
CREATE POLICY comment_make ON comment FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND country IS NOT DISTINCT FROM (SELECT caller_country())
                AND side = caller_voice(commitment_id)
                AND EXISTS (SELECT FROM commitment AS c WHERE c.id = commitment_id AND c.published));
CREATE POLICY comment_change_read ON comment_change FOR SELECT
    USING (EXISTS (SELECT FROM comment AS c WHERE c.id = comment_id));
CREATE POLICY comment_change_make ON comment_change FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM comment AS c
                         WHERE c.id = comment_id
                           AND c.organisation_id = (SELECT caller_organisation())
                           AND c.country IS NOT DISTINCT FROM (SELECT caller_country())
                           AND (c.side = 'other' OR c.side = caller_voice(c.commitment_id))));
CREATE POLICY third_party_observation_make ON third_party_observation FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND party_side(commitment_id, organisation_id, (SELECT caller_country()))
                    = 'other');
CREATE POLICY third_party_account_read ON third_party_account FOR SELECT
    USING (NOT is_withheld(observation_id)
           OR (SELECT caller_reads_all())
           OR EXISTS (SELECT FROM third_party_observation AS o
                       WHERE o.id = observation_id
                         AND o.organisation_id = (SELECT caller_organisation())));
CREATE POLICY third_party_account_make ON third_party_account FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM third_party_observation AS o
                         WHERE o.id = observation_id
                           AND o.organisation_id = (SELECT caller_organisation())));
CREATE POLICY third_party_reply_make ON third_party_reply FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND (side = 'donor' OR country = (SELECT caller_country()))
                AND EXISTS (SELECT FROM third_party_observation AS o
                             WHERE o.id = observation_id
                               AND caller_voice(o.commitment_id) = side));
CREATE POLICY third_party_moderation_make ON third_party_moderation FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND (SELECT caller_has_role('steward')));

-- A row lock would need the right to change a record, which nobody has.
CREATE PROCEDURE aggregate_hold(of_aggregate uuid)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('aggregate ' || of_aggregate, 0));
END
$$;
COMMENT ON PROCEDURE aggregate_hold(uuid) IS
    'Holds an aggregate that is all records until the transaction ends: statements about it come '
    'one after the other.';

CREATE FUNCTION aggregate_version(of_aggregate uuid, as_of bigint) RETURNS integer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT max(e.version)
              FROM ledger_entry AS e
             WHERE e.aggregate = of_aggregate AND ledger_holds(e.entry, as_of));
END
$$;
COMMENT ON FUNCTION aggregate_version(uuid, bigint) IS
    'How many statements there are about an aggregate, up to a ledger position or now.';

-- ---------------------------------------------------------------- comments as they are read

CREATE FUNCTION comment_text(c comment, as_of bigint, OUT text text, OUT withdrawn boolean)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT coalesce((array_agg(x.text ORDER BY x.ordinal DESC)
                         FILTER (WHERE x.change = 'corrected'))[1], c.text),
           coalesce(bool_or(x.change = 'withdrawn'), false)
      INTO comment_text.text, comment_text.withdrawn
      FROM comment_change AS x
     WHERE x.comment_id = c.id AND ledger_holds(x.entry, as_of);
END
$$;
COMMENT ON FUNCTION comment_text(comment, bigint) IS
    'What a comment says as of a ledger position, or now, and whether it was withdrawn by then.';

CREATE FUNCTION question_answer(c comment, as_of bigint) RETURNS comment
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found comment;
BEGIN
    IF c.kind = 'question' THEN
        SELECT r.* INTO found
          FROM comment AS r
         WHERE r.thread_id = c.id AND r.id <> c.id
           AND r.side = c.addressed_to
           AND (r.side = 'donor' OR r.country = c.addressed_country)
           AND ledger_holds(r.entry, as_of)
           AND NOT (comment_text(r, as_of)).withdrawn
         ORDER BY r.recorded_at, r.id
         LIMIT 1;
    END IF;
    RETURN found;
END
$$;
COMMENT ON FUNCTION question_answer(comment, bigint) IS
    'The first reply to a question by whom it asks that stands as of a ledger position, or now.';

CREATE FUNCTION comment_status(c comment, as_of bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN c.kind <> 'question' THEN NULL
                WHEN (comment_text(c, as_of)).withdrawn THEN 'WITHDRAWN'
                WHEN (question_answer(c, as_of)).id IS NOT NULL THEN 'ANSWERED'
                ELSE 'OPEN' END;
END
$$;
COMMENT ON FUNCTION comment_status(comment, bigint) IS
    'Of a question: OPEN, ANSWERED by whom it asks, or WITHDRAWN; null for a comment.';

CREATE FUNCTION comment_json(c comment, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', c.id, 'commitment_id', c.commitment_id, 'thread_id', c.thread_id,
        'kind', c.kind, 'side', c.side, 'country', c.country,
        'said_by', organisation_reference(c.organisation_id),
        'addressed_to', c.addressed_to, 'addressed_country', c.addressed_country,
        'status', comment_status(c, as_of),
        'answer', CASE WHEN a.id IS NOT NULL THEN json_build_object(
                            'id', a.id, 'entry', a.entry,
                            'answered_at', rfc3339(a.recorded_at)) END,
        'text', t.text, 'withdrawn', t.withdrawn,
        'changes', (SELECT coalesce(json_agg(json_build_object(
                               'id', x.id, 'change', x.change, 'replaced', x.replaced,
                               'reason', x.reason, 'entry', x.entry,
                               'at', rfc3339(x.recorded_at)) ORDER BY x.ordinal), '[]')
                      FROM (SELECT w.*, coalesce(lag(w.text) OVER (ORDER BY w.ordinal), c.text)
                                       AS replaced
                              FROM comment_change AS w
                             WHERE w.comment_id = c.id) AS x
                     WHERE ledger_holds(x.entry, as_of)),
        'reply_count', (SELECT count(*)
                          FROM comment AS r
                         WHERE r.thread_id = c.id AND r.id <> c.id
                           AND ledger_holds(r.entry, as_of)),
        'version', aggregate_version(c.thread_id, as_of),
        'entry', c.entry, 'recorded_at', rfc3339(c.recorded_at))
      FROM comment_text(c, as_of) AS t
     CROSS JOIN question_answer(c, as_of) AS a);
END
$$;
COMMENT ON FUNCTION comment_json(comment, bigint) IS
    'A comment as documents show it, as of a ledger position or now, with every earlier text.';

-- ---------------------------------------------------------------- comments as they are said

CREATE FUNCTION comment_answer(status integer, of_comment uuid, receipt ledger_receipt)
RETURNS answer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT (status,
            json_build_object('comment', comment_json(c, NULL),
                              'statement', statement_json(receipt))::text,
            aggregate_version(c.thread_id, NULL)::text,
            CASE WHEN status = 201 THEN '/v1/comments/' || c.id END)::answer
      FROM comment AS c
     WHERE c.id = of_comment);
END
$$;
COMMENT ON FUNCTION comment_answer(integer, uuid, ledger_receipt) IS
    'The answer to a statement about a comment: the comment and the ledger entry.';

CREATE FUNCTION comment_faults(of_commitment uuid, body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN body ->> 'kind' = 'question' AND NOT body ? 'addressed_to'
                THEN fault('/addressed_to', 'required',
                           'A question names whom it asks: donor or recipient.')
                WHEN body ->> 'kind' = 'comment' AND body ? 'addressed_to'
                THEN fault('/addressed_to', 'question_only', 'A comment asks nobody.')
                ELSE '[]' END
        || CASE WHEN body ->> 'addressed_to' = 'recipient' AND NOT body ? 'addressed_country'
                THEN fault('/addressed_country', 'required',
                           'A question to a recipient government names its country.')
                WHEN body ? 'addressed_country'
                     AND body ->> 'addressed_to' IS DISTINCT FROM 'recipient'
                THEN fault('/addressed_country', 'recipient_only',
                           'Only a question to a recipient government names a country.')
                WHEN body ? 'addressed_country'
                     AND NOT EXISTS (SELECT FROM ownership_input AS i
                                      WHERE i.commitment_id = of_commitment
                                        AND i.country = body ->> 'addressed_country')
                THEN fault('/addressed_country', 'is_recipient', format(
                         '%s is no recipient of this commitment.', body ->> 'addressed_country'))
                ELSE '[]' END
        || CASE WHEN body ? 'in_reply_to' AND body ->> 'kind' = 'question'
                THEN fault('/in_reply_to', 'own_thread', 'A question begins a thread of its own.')
                ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION comment_faults(uuid, jsonb) IS
    'What is wrong with whom a comment or question speaks to.';

CREATE FUNCTION thread_faults(of_commitment uuid, thread uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    c comment;
BEGIN
    SELECT w.* INTO c FROM comment AS w WHERE w.id = thread;
    RETURN CASE WHEN thread IS NULL THEN '[]'
                WHEN c.commitment_id IS DISTINCT FROM of_commitment
                THEN fault('/in_reply_to', 'known_comment',
                           'There is no comment with this id on this commitment.')
                WHEN c.thread_id <> c.id
                THEN fault('/in_reply_to', 'first_of_thread', format(
                         'Replies stand flat under the first comment of a thread: reply to %s.',
                         c.thread_id))
                ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION thread_faults(uuid, uuid) IS
    'Whether what is replied to begins a thread on this commitment.';

CREATE PROCEDURE refuse_private(of_commitment uuid)
LANGUAGE plpgsql AS $$
DECLARE
    c commitment;
BEGIN
    SELECT w.* INTO c FROM commitment AS w WHERE w.id = of_commitment;
    IF NOT FOUND THEN
        CALL refuse_missing('commitment');
    END IF;
    IF NOT c.published THEN
        CALL refuse_conflict(format('The commitment is %s and not public yet; what is said of it '
                                    'in public comes after its registration.', c.status));
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_private(uuid) IS
    'Ends the request when the commitment is not there, or not public yet.';

CREATE PROCEDURE refuse_withdrawn(c comment, deed text)
LANGUAGE plpgsql AS $$
BEGIN
    IF (comment_text(c, NULL)).withdrawn THEN
        CALL refuse_conflict(format('The %s was withdrawn; it cannot be %s any more.', c.kind,
                                    deed));
    END IF;
END
$$;
COMMENT ON PROCEDURE refuse_withdrawn(comment, text) IS
    'Ends the request when the comment was withdrawn.';

CREATE FUNCTION comment_make(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    made    uuid := gen_random_uuid();
    thread  uuid := coalesce((body ->> 'in_reply_to')::uuid, made);
    first   comment;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    CALL refuse_private(of_commitment);
    CALL refuse_faults(comment_faults(of_commitment, body)
                       || thread_faults(of_commitment, (body ->> 'in_reply_to')::uuid));
    CALL aggregate_hold(thread);
    SELECT c.* INTO first FROM comment AS c WHERE c.id = thread;
    IF FOUND THEN
        CALL refuse_withdrawn(first, 'replied to');
    END IF;
    receipt := aggregate_append(thread, 'comment.made', (body - 'kind') || jsonb_build_object(
                   'id', made, 'commitment', of_commitment, 'comment_kind', body -> 'kind',
                   'side', caller_voice(of_commitment), 'country', caller_country()));
    INSERT INTO comment (id, commitment_id, thread_id, kind, side, country, addressed_to,
                         addressed_country, text, organisation_id, entry, recorded_at)
    VALUES (made, of_commitment, thread, body ->> 'kind', caller_voice(of_commitment),
            caller_country(), body ->> 'addressed_to', body ->> 'addressed_country',
            body ->> 'text', caller_organisation(), receipt.entry, receipt.at);
    RETURN write_end(body, comment_answer(201, made, receipt));
END
$$;
COMMENT ON FUNCTION comment_make(uuid, jsonb) IS
    'Whoever has a key comments on a public commitment, asks its donor or a recipient government, '
    'or replies.';

CREATE FUNCTION comment_hold_own(of_comment uuid) RETURNS comment
LANGUAGE plpgsql AS $$
DECLARE
    c comment;
BEGIN
    SELECT w.* INTO c FROM comment AS w WHERE w.id = of_comment;
    IF NOT FOUND THEN
        CALL refuse_missing('comment');
    END IF;
    IF c.organisation_id <> caller_organisation()
       OR c.country IS DISTINCT FROM caller_country()
       OR (c.side <> 'other' AND c.side <> caller_voice(c.commitment_id)) THEN
        CALL refuse_forbidden('This was said by somebody else, who alone may take it back.');
    END IF;
    CALL aggregate_hold(c.thread_id);
    CALL refuse_stale(aggregate_version(c.thread_id, NULL));
    RETURN c;
END
$$;
COMMENT ON FUNCTION comment_hold_own(uuid) IS
    'A comment of the caller''s organisation, its thread held by this transaction, If-Match '
    'included.';

CREATE FUNCTION comment_alter(of_comment uuid, made_change text, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    c       comment;
    made    uuid := gen_random_uuid();
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := comment_hold_own(of_comment);
    CALL refuse_withdrawn(c, made_change);
    receipt := aggregate_append(c.thread_id, 'comment.' || made_change,
                   body || jsonb_build_object('id', made, 'comment', c.id));
    INSERT INTO comment_change (id, comment_id, ordinal, change, text, reason, entry, recorded_at)
    SELECT made, c.id, count(*) + 1, made_change, body ->> 'text', body ->> 'reason',
           receipt.entry, receipt.at
      FROM comment_change AS w
     WHERE w.comment_id = c.id;
    RETURN write_end(body, comment_answer(200, c.id, receipt));
END
$$;
COMMENT ON FUNCTION comment_alter(uuid, text, jsonb) IS
    'Whoever said a comment says it otherwise (corrected) or takes it back (withdrawn), with the '
    'reason.';

-- ---------------------------------------------------------------- observations as they are read

CREATE FUNCTION third_party_json(o third_party_observation, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', o.id, 'commitment_id', o.commitment_id, 'transaction_id', o.transaction_id,
        'standing', o.standing, 'observed_by', organisation_reference(o.organisation_id),
        'ground', a.ground, 'text', a.text, 'observed_on', o.observed_on, 'place', a.place,
        'evidence', a.evidence,
        'withheld', CASE WHEN is_withheld(o.id) THEN (
            SELECT json_build_object('harm', m.harm, 'reason', m.reason, 'entry', m.entry,
                                     'at', rfc3339(m.recorded_at))
              FROM third_party_moderation AS m
             WHERE m.observation_id = o.id
             ORDER BY m.ordinal DESC
             LIMIT 1) END,
        'moderations', (
            SELECT coalesce(json_agg(json_build_object(
                       'id', m.id, 'event', m.event, 'harm', m.harm, 'reason', m.reason,
                       'entry', m.entry, 'at', rfc3339(m.recorded_at)) ORDER BY m.ordinal), '[]')
              FROM third_party_moderation AS m
             WHERE m.observation_id = o.id AND ledger_holds(m.entry, as_of)),
        'replies', (
            SELECT coalesce(json_agg(json_build_object(
                       'id', r.id, 'side', r.side, 'country', r.country,
                       'replied_by', organisation_reference(r.organisation_id), 'text', r.text,
                       'entry', r.entry, 'at', rfc3339(r.recorded_at)) ORDER BY r.ordinal), '[]')
              FROM third_party_reply AS r
             WHERE r.observation_id = o.id AND ledger_holds(r.entry, as_of)),
        'version', aggregate_version(o.id, as_of),
        'entry', o.entry, 'recorded_at', rfc3339(o.recorded_at))
      FROM (SELECT) AS one
      LEFT JOIN third_party_account AS a ON a.observation_id = o.id);
END
$$;
COMMENT ON FUNCTION third_party_json(third_party_observation, bigint) IS
    'An observation as documents show it, as of a ledger position or now. What is withheld now is '
    'withheld at every position: harm done earlier is no less harm.';

-- ---------------------------------------------------------------- observations as they are filed

CREATE FUNCTION third_party_answer(status integer, of_observation uuid, receipt ledger_receipt)
RETURNS answer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT (status,
            json_build_object('third_party_observation', third_party_json(o, NULL),
                              'statement', statement_json(receipt))::text,
            aggregate_version(o.id, NULL)::text,
            CASE WHEN status = 201 THEN '/v1/third-party-observations/' || o.id END)::answer
      FROM third_party_observation AS o
     WHERE o.id = of_observation);
END
$$;
COMMENT ON FUNCTION third_party_answer(integer, uuid, ledger_receipt) IS
    'The answer to a statement about an observation: the observation and the ledger entry.';

CREATE FUNCTION third_party_faults(of_commitment uuid, body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN body ? 'transaction_id'
                     AND NOT EXISTS (SELECT FROM transaction AS t
                                      WHERE t.id = (body ->> 'transaction_id')::uuid
                                        AND t.commitment_id = of_commitment
                                        AND t.transaction_type = '3')
                THEN fault('/transaction_id', 'known_disbursement',
                           'This commitment has no disbursement with this id.')
                ELSE '[]' END
        || CASE WHEN (body ->> 'observed_on')::date > today()
                THEN fault('/observed_on', 'not_in_future',
                           'What was observed was observed on a day that has come.')
                ELSE '[]' END;
END
$$;
COMMENT ON FUNCTION third_party_faults(uuid, jsonb) IS
    'What is wrong with what an observation is about.';

CREATE FUNCTION third_party_observe(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    side    text := party_side(of_commitment, caller_organisation(), caller_country());
    made    uuid := gen_random_uuid();
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    CALL refuse_private(of_commitment);
    IF side <> 'other' THEN
        CALL refuse_forbidden('You are a party to this commitment, and an observation is a third '
                              'party''s.');
    END IF;
    CALL refuse_faults(third_party_faults(of_commitment, body));
    receipt := aggregate_append(made, 'third_party.observed',
                   (body - 'transaction_id') || jsonb_build_object(
                       'id', made, 'commitment', of_commitment,
                       'transaction', body -> 'transaction_id'));
    INSERT INTO third_party_observation (id, commitment_id, transaction_id, standing, observed_on,
                                         organisation_id, entry, recorded_at)
    VALUES (made, of_commitment, (body ->> 'transaction_id')::uuid, body ->> 'standing',
            (body ->> 'observed_on')::date, caller_organisation(), receipt.entry, receipt.at);
    INSERT INTO third_party_account (observation_id, ground, text, place, evidence)
    VALUES (made, body ->> 'ground', body ->> 'text', body ->> 'place',
            coalesce(body -> 'evidence', '[]'));
    RETURN write_end(body, third_party_answer(201, made, receipt));
END
$$;
COMMENT ON FUNCTION third_party_observe(uuid, jsonb) IS
    'A third party files what it observed of a public commitment or of one of its disbursements.';

CREATE FUNCTION third_party_hold(of_observation uuid) RETURNS third_party_observation
LANGUAGE plpgsql AS $$
DECLARE
    o third_party_observation;
BEGIN
    SELECT w.* INTO o FROM third_party_observation AS w WHERE w.id = of_observation;
    IF NOT FOUND THEN
        CALL refuse_missing('third-party observation');
    END IF;
    CALL aggregate_hold(o.id);
    CALL refuse_stale(aggregate_version(o.id, NULL));
    RETURN o;
END
$$;
COMMENT ON FUNCTION third_party_hold(uuid) IS
    'An observation, held by this transaction, If-Match included.';

CREATE FUNCTION third_party_reply(of_observation uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    o       third_party_observation;
    voice   text;
    speaks  text;
    made    uuid := gen_random_uuid();
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    o := third_party_hold(of_observation);
    voice := caller_voice(o.commitment_id);
    IF voice = 'other' THEN
        CALL refuse_forbidden('The donor and the governments of the recipient countries reply; you '
                              'speak for none of them.');
    END IF;
    speaks := CASE voice WHEN 'recipient' THEN caller_country() END;
    receipt := aggregate_append(o.id, 'third_party.replied', body || jsonb_build_object(
                   'id', made, 'side', voice, 'country', speaks));
    INSERT INTO third_party_reply (id, observation_id, ordinal, side, country, text,
                                   organisation_id, entry, recorded_at)
    SELECT made, o.id, count(*) + 1, voice, speaks, body ->> 'text',
           caller_organisation(), receipt.entry, receipt.at
      FROM third_party_reply AS w
     WHERE w.observation_id = o.id;
    RETURN write_end(body, third_party_answer(200, o.id, receipt));
END
$$;
COMMENT ON FUNCTION third_party_reply(uuid, jsonb) IS
    'The donor or a recipient government replies to an observation, as often as it wishes.';

CREATE FUNCTION third_party_moderate(of_observation uuid, made_event text, body jsonb)
RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    o       third_party_observation;
    made    uuid := gen_random_uuid();
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    o := third_party_hold(of_observation);
    IF is_withheld(o.id) = (made_event = 'withheld') THEN
        CALL refuse_conflict(CASE made_event WHEN 'withheld' THEN 'It is withheld already.'
                                             ELSE 'It is not withheld.' END);
    END IF;
    receipt := aggregate_append(o.id, 'third_party.' || made_event,
                                body || jsonb_build_object('id', made));
    INSERT INTO third_party_moderation (id, observation_id, ordinal, event, harm, reason,
                                        organisation_id, entry, recorded_at)
    SELECT made, o.id, count(*) + 1, made_event, body ->> 'harm', body ->> 'reason',
           caller_organisation(), receipt.entry, receipt.at
      FROM third_party_moderation AS w
     WHERE w.observation_id = o.id;
    RETURN write_end(body, third_party_answer(200, o.id, receipt));
END
$$;
COMMENT ON FUNCTION third_party_moderate(uuid, text, jsonb) IS
    'The steward withholds the words of an observation for the harm they do, or restores them; the '
    'reason is public.';

GRANT SELECT ON comment, comment_change, third_party_observation, third_party_account,
      third_party_reply, third_party_moderation
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT INSERT ON comment, comment_change, third_party_observation, third_party_account,
      third_party_reply, third_party_moderation
   TO aidledger_writer;
GRANT EXECUTE ON FUNCTION is_withheld(uuid), aggregate_version(uuid, bigint),
      comment_text(comment, bigint), question_answer(comment, bigint),
      comment_status(comment, bigint), comment_json(comment, bigint),
      third_party_json(third_party_observation, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT EXECUTE ON FUNCTION party_side(uuid, uuid, text), caller_voice(uuid),
      comment_answer(integer, uuid, ledger_receipt), comment_faults(uuid, jsonb),
      thread_faults(uuid, uuid), comment_make(uuid, jsonb), comment_hold_own(uuid),
      comment_alter(uuid, text, jsonb), third_party_answer(integer, uuid, ledger_receipt),
      third_party_faults(uuid, jsonb), third_party_observe(uuid, jsonb), third_party_hold(uuid),
      third_party_reply(uuid, jsonb), third_party_moderate(uuid, text, jsonb)
   TO aidledger_writer;
GRANT EXECUTE ON PROCEDURE aggregate_hold(uuid), refuse_private(uuid),
      refuse_withdrawn(comment, text)
   TO aidledger_writer;
