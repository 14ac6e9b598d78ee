-- A link says that a commitment serves an item; the donor asserts it, and each recipient government
-- endorses or refuses it. A link that is stated anew has to be answered anew.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
SELECT 'link.answered', f.field, 'public'
  FROM unnest(ARRAY['id', 'link', 'country', 'answer', 'reason']) AS f (field);

CREATE TABLE link_answer (
    id              uuid        NOT NULL CONSTRAINT link_answer_pkey PRIMARY KEY,
    commitment_id   uuid        NOT NULL
        CONSTRAINT link_answer_commitment_id_known REFERENCES commitment (id),
    link_id         uuid        NOT NULL
        CONSTRAINT link_answer_link_id_known REFERENCES framework_link (id),
    country         text        NOT NULL
        CONSTRAINT link_answer_country_known REFERENCES country (code),
    ordinal         integer     NOT NULL,
    answer          text        NOT NULL,
    reason          text,
    organisation_id uuid        NOT NULL
        CONSTRAINT link_answer_organisation_id_known REFERENCES organisation (id),
    entry           uuid        NOT NULL
        CONSTRAINT link_answer_entry_known REFERENCES ledger_entry (entry),
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT link_answer_statement_unique UNIQUE (link_id, country, ordinal),
    CONSTRAINT link_answer_answer_known CHECK (answer IN ('endorsed', 'refused')),
    CONSTRAINT link_answer_reason_given CHECK (answer = 'endorsed' OR reason IS NOT NULL),
    CONSTRAINT link_answer_reason_length CHECK (char_length(reason) BETWEEN 1 AND 10000)
);
CREATE INDEX link_answer_commitment_id ON link_answer (commitment_id);
COMMENT ON TABLE link_answer IS
    'What a recipient government says of a link that the donor asserts. The newest answer of a '
    'country counts; the earlier ones stay. It is about one statement of the link, not about the '
    'next one.';
COMMENT ON CONSTRAINT link_answer_answer_known ON link_answer IS
    '/answer: An answer is endorsed or refused.';
COMMENT ON CONSTRAINT link_answer_reason_given ON link_answer IS
    '/reason: A link is refused with a reason.';
COMMENT ON CONSTRAINT link_answer_reason_length ON link_answer IS
    '/reason: A reason has 1 to 10,000 characters.';
CREATE TRIGGER link_answer_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON link_answer
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();
ALTER TABLE link_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE link_answer FORCE ROW LEVEL SECURITY;
CREATE POLICY link_answer_read ON link_answer FOR SELECT
    USING (EXISTS (SELECT FROM commitment AS c WHERE c.id = commitment_id));
-- No organisation is both sides of a link.
CREATE POLICY link_answer_give ON link_answer FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND country = (SELECT caller_country())
                AND EXISTS (SELECT FROM framework_link AS l
                              JOIN commitment AS c ON c.id = l.commitment_id
                             WHERE l.id = link_id
                               AND c.id = link_answer.commitment_id
                               AND l.asserted_by <> link_answer.organisation_id
                               AND link_answer.country = ANY (c.countries)));

-- ---------------------------------------------------------------- what is read

CREATE FUNCTION stated_links(of_commitment uuid, as_of bigint) RETURNS SETOF framework_link
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT l.*
      FROM framework_link AS l
     WHERE l.commitment_id = of_commitment
       AND ledger_holds(l.entry, as_of)
       AND link_in_force(l, as_of);
END
$$;
COMMENT ON FUNCTION stated_links(uuid, bigint) IS
    'The links of a commitment that its donor stands by, as of a ledger position.';

CREATE FUNCTION link_in_force(l framework_link, as_of bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN NOT l.withdrawn
       AND NOT EXISTS (SELECT FROM framework_link AS w
                        WHERE w.commitment_id = l.commitment_id
                          AND w.framework = l.framework
                          AND w.framework_version = l.framework_version
                          AND w.item = l.item
                          AND w.ordinal > l.ordinal
                          AND ledger_holds(w.entry, as_of));
END
$$;
COMMENT ON FUNCTION link_in_force(framework_link, bigint) IS
    'Whether a link was neither withdrawn nor stated anew, as of a ledger position.';

CREATE FUNCTION link_asked(l framework_link, recipients text[]) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN recipients;
END
$$;
COMMENT ON FUNCTION link_asked(framework_link, text[]) IS
    'The countries whose governments a link waits for: the recipients of the commitment.';

CREATE FUNCTION link_governments(l framework_link, recipients text[], as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(json_agg(json_build_object(
               'country', n.country,
               'state', coalesce(w.answers[1] ->> 'answer', 'unanswered'),
               'answers', to_json(w.answers)) ORDER BY n.country), '[]')
      FROM (SELECT unnest(link_asked(l, recipients)) AS country
             UNION
            SELECT a.country
              FROM link_answer AS a
             WHERE a.link_id = l.id AND ledger_holds(a.entry, as_of)) AS n
     CROSS JOIN LATERAL (
           SELECT ARRAY(SELECT json_build_object(
                                   'id', a.id, 'answer', a.answer, 'reason', a.reason,
                                   'entry', a.entry, 'answered_at', rfc3339(a.recorded_at))
                          FROM link_answer AS a
                         WHERE a.link_id = l.id AND a.country = n.country
                           AND ledger_holds(a.entry, as_of)
                         ORDER BY a.ordinal DESC) AS answers) AS w);
END
$$;
COMMENT ON FUNCTION link_governments(framework_link, text[], bigint) IS
    'What each recipient government says of a link, or that it says nothing; the newest answer '
    'first.';

CREATE FUNCTION link_json(l framework_link, recipients text[], as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', l.id, 'framework', l.framework, 'framework_version', l.framework_version,
        'item', l.item, 'share', l.share::text, 'rationale', l.rationale,
        'withdrawn', l.withdrawn, 'in_force', link_in_force(l, as_of),
        'asserted_by', organisation_reference(l.asserted_by),
        'governments', link_governments(l, recipients, as_of), 'entry', l.entry));
END
$$;
COMMENT ON FUNCTION link_json(framework_link, text[], bigint) IS
    'A link as documents show it: what the donor asserts, and what each government says of it.';

CREATE FUNCTION links_json(of_commitment uuid, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT (SELECT coalesce(json_agg(link_json(l, r.countries, as_of)
                                     ORDER BY l.framework, l.framework_version, l.item), '[]')
              FROM stated_links(of_commitment, as_of) AS l)
      FROM revision_at(of_commitment, as_of) AS r);
END
$$;
COMMENT ON FUNCTION links_json(uuid, bigint) IS
    'The links of a commitment that stand as of a ledger position; null when it was not there or '
    'is not for the caller to see.';

CREATE OR REPLACE FUNCTION commitment_json(c commitment, s commitment_state, r commitment_revision,
                                           as_of bigint)
RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'id', c.id,
        'organisation', organisation_reference(c.organisation_id),
        'origin', c.origin,
        'status', s.status,
        'version', CASE WHEN as_of IS NULL THEN c.version ELSE (
            SELECT max(e.version)
              FROM ledger_entry AS e
              JOIN ledger_leaf AS l ON l.entry = e.entry
             WHERE e.aggregate = c.id AND l.leaf_index < as_of) END,
        'revision', s.revision,
        'amendment_pending', as_of IS NULL AND c.amendment IS NOT NULL,
        'activity', (SELECT json_build_object('id', a.id, 'iati_identifier', a.iati_identifier)
                       FROM activity AS a WHERE a.id = r.activity_id),
        'title', r.title,
        'narrative', r.narrative,
        'agreement_reference', r.agreement_reference,
        'commitment_date', r.commitment_date,
        'start_date', r.start_date,
        'end_date', r.end_date,
        'recipients', coalesce(r.recipients, '[]'),
        'sectors', coalesce(r.sectors, '[]'),
        'collaboration_type', r.collaboration_type,
        'flow_type', r.flow_type,
        'finance_type', r.finance_type,
        'aid_type', r.aid_type,
        'tied_status', r.tied_status,
        'ict_significance', r.ict_significance,
        'ict_share', r.ict_share::text,
        'ict_reason', r.ict_reason,
        'amount', r.amount::text,
        'currency', r.currency,
        'effective_date', s.effective_date,
        'money', commitment_money(c.id, as_of),
        'schedule_version', s.schedule,
        'baseline_schedule_version', s.baseline_schedule,
        'links', (SELECT coalesce(json_agg(link_json(l, r.countries, as_of)
                                           ORDER BY l.framework, l.framework_version, l.item), '[]')
                    FROM stated_links(c.id, as_of) AS l),
        'ownership', ownership_summary(c.id, as_of),
        'created_at', rfc3339(c.created_at)));
END
$$;
COMMENT ON FUNCTION commitment_json(commitment, commitment_state, commitment_revision, bigint) IS
    'The document of a commitment in one of its states.';

-- ---------------------------------------------------------------- what is written

CREATE OR REPLACE FUNCTION link_record(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    c       commitment;
    content jsonb := jsonb_strip_nulls(body);
    l       framework_link;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    CALL refuse_unless_status(c, ARRAY['REGISTERED', 'EFFECTIVE'], 'linked');
    CALL refuse_faults(link_faults(c, content));
    l := jsonb_populate_record(NULL::framework_link, content);
    l.id := gen_random_uuid();
    receipt := commitment_append(c, 'link.recorded',
                                 content || jsonb_build_object('id', l.id));
    INSERT INTO framework_link (id, commitment_id, ordinal, framework, framework_version, item,
                                share, rationale, withdrawn, asserted_by, entry)
    SELECT l.id, c.id, coalesce(max(w.ordinal), 0) + 1, l.framework, l.framework_version, l.item,
           l.share, l.rationale, coalesce(l.withdrawn, false), caller_organisation(),
           receipt.entry
      FROM framework_link AS w
     WHERE w.commitment_id = c.id AND w.framework = l.framework
       AND w.framework_version = l.framework_version AND w.item = l.item
    RETURNING * INTO l;
    c := commitment_advanced(c, receipt);
    CALL commitment_store(c);
    RETURN write_end(body, link_answer_of(l, c, receipt));
END
$$;
COMMENT ON FUNCTION link_record(uuid, jsonb) IS
    'States that a commitment serves a framework item, states it anew, or withdraws it.';

CREATE FUNCTION link_answer_of(l framework_link, c commitment, receipt ledger_receipt)
RETURNS answer
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (201,
        json_build_object('link', link_json(l, c.countries, NULL),
                          'commitment', json_build_object('id', c.id, 'version', c.version),
                          'statement', statement_json(receipt))::text,
        NULL, format('/v1/commitments/%s/links/%s', c.id, l.id))::answer;
END
$$;
COMMENT ON FUNCTION link_answer_of(framework_link, commitment, ledger_receipt) IS
    'The answer to a statement about a link: the link, the commitment and the ledger entry.';

CREATE FUNCTION link_lock_to_answer(of_commitment uuid, of_link uuid) RETURNS commitment
LANGUAGE plpgsql AS $$
DECLARE
    l framework_link;
    c commitment;
BEGIN
    SELECT w.* INTO c FROM commitment AS w WHERE w.id = of_commitment;
    IF NOT FOUND THEN
        CALL refuse_missing('commitment');
    END IF;
    SELECT w.* INTO l
      FROM framework_link AS w
     WHERE w.id = of_link AND w.commitment_id = of_commitment;
    IF NOT FOUND THEN
        CALL refuse_missing('link');
    END IF;
    IF caller_country() <> ALL (link_asked(l, c.countries)) THEN
        CALL refuse_forbidden('This link is not for your country to answer.');
    END IF;
    IF l.asserted_by = caller_organisation() THEN
        CALL refuse_forbidden('Your organisation stated this link; another one has to answer it.');
    END IF;
    c := commitment_lock(of_commitment);
    CALL refuse_stale(c.version);
    IF NOT link_in_force(l, NULL) THEN
        CALL refuse_conflict(format('This link was withdrawn or stated anew; see the links in '
                                    'force at /v1/commitments/%s/links.', c.id));
    END IF;
    RETURN c;
END
$$;
COMMENT ON FUNCTION link_lock_to_answer(uuid, uuid) IS
    'The commitment of a link, held, for a government that may answer it, If-Match included.';

CREATE FUNCTION link_answer(of_commitment uuid, of_link uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    content jsonb := jsonb_strip_nulls(body);
    made    uuid := gen_random_uuid();
    l       framework_link;
    c       commitment;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := link_lock_to_answer(of_commitment, of_link);
    SELECT w.* INTO l FROM framework_link AS w WHERE w.id = of_link;
    IF content ->> 'answer' = 'refused' AND NOT content ? 'reason' THEN
        CALL refuse_faults(fault('/reason', 'required', 'A link is refused with a reason.'));
    END IF;
    receipt := commitment_append(c, 'link.answered', content || jsonb_build_object(
                   'id', made, 'link', l.id, 'country', caller_country()));
    INSERT INTO link_answer (id, commitment_id, link_id, country, ordinal, answer, reason,
                             organisation_id, entry, recorded_at)
    SELECT made, c.id, l.id, caller_country(), count(*) + 1, content ->> 'answer',
           content ->> 'reason', caller_organisation(), receipt.entry, receipt.at
      FROM link_answer AS w
     WHERE w.link_id = l.id AND w.country = caller_country();
    c := commitment_advanced(c, receipt);
    CALL commitment_store(c);
    RETURN write_end(body, link_answer_of(l, c, receipt));
END
$$;
COMMENT ON FUNCTION link_answer(uuid, uuid, jsonb) IS
    'The government of a recipient country endorses or refuses a link. A later answer replaces '
    'the earlier one.';

GRANT SELECT ON link_answer
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT INSERT ON link_answer TO aidledger_writer;
GRANT EXECUTE ON FUNCTION revision_at(uuid, bigint), stated_links(uuid, bigint),
      link_in_force(framework_link, bigint),
      link_asked(framework_link, text[]), link_governments(framework_link, text[], bigint),
      link_json(framework_link, text[], bigint), links_json(uuid, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT EXECUTE ON FUNCTION link_answer_of(framework_link, commitment, ledger_receipt),
      link_lock_to_answer(uuid, uuid), link_answer(uuid, uuid, jsonb)
   TO aidledger_writer;
DROP FUNCTION framework_link_json(framework_link);
CALL commitments_refresh();
