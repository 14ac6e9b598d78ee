-- The same money twice: a submission that looks like another commitment says why it is another one,
-- and the answer is kept.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

INSERT INTO ledger_field (kind, field, exposure)
VALUES ('commitment.submitted', 'distinct_from', 'private'),
       ('commitment.registered', 'distinct_from', 'public');

CREATE TABLE commitment_distinction (
    entry         uuid    NOT NULL
        CONSTRAINT commitment_distinction_entry_known REFERENCES ledger_entry (entry),
    other_id      uuid    NOT NULL
        CONSTRAINT commitment_distinction_other_id_known REFERENCES commitment (id),
    commitment_id uuid    NOT NULL
        CONSTRAINT commitment_distinction_commitment_id_known REFERENCES commitment (id),
    score         integer NOT NULL,
    grounds       text[]  NOT NULL,
    reason        text    NOT NULL,
    CONSTRAINT commitment_distinction_pkey PRIMARY KEY (entry, other_id),
    CONSTRAINT commitment_distinction_other_id_other CHECK (other_id <> commitment_id),
    CONSTRAINT commitment_distinction_score_range CHECK (score BETWEEN 0 AND 100),
    CONSTRAINT commitment_distinction_reason_length CHECK (char_length(reason) BETWEEN 1 AND 2000)
);
CREATE INDEX commitment_distinction_commitment_id ON commitment_distinction (commitment_id);
COMMENT ON TABLE commitment_distinction IS
    'Why a commitment is not the other one that it looks like, as its maker said when submitting it.';
COMMENT ON COLUMN commitment_distinction.score IS 'How much it looked like the other one by then.';
COMMENT ON CONSTRAINT commitment_distinction_other_id_other ON commitment_distinction IS
    '/distinct_from: A commitment is not told from itself.';
COMMENT ON CONSTRAINT commitment_distinction_score_range ON commitment_distinction IS
    'A score lies between 0 and 100.';
COMMENT ON CONSTRAINT commitment_distinction_reason_length ON commitment_distinction IS
    '/distinct_from: A reason has 1 to 2,000 characters.';
CREATE TRIGGER commitment_distinction_kept
    BEFORE UPDATE OR DELETE OR TRUNCATE ON commitment_distinction
    FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable();
ALTER TABLE commitment_distinction ENABLE ROW LEVEL SECURITY;
ALTER TABLE commitment_distinction FORCE ROW LEVEL SECURITY;
-- What was said of an earlier submission stays private; registering states the last in the clear.
CREATE POLICY commitment_distinction_read ON commitment_distinction FOR SELECT
    USING (EXISTS (SELECT FROM commitment AS c
                    WHERE c.id = commitment_id
                      AND (c.organisation_id = (SELECT caller_organisation())
                           OR (SELECT caller_reads_all()))));
CREATE POLICY commitment_distinction_make ON commitment_distinction FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM commitment AS c
                         WHERE c.id = commitment_id
                           AND c.organisation_id = (SELECT caller_organisation())));

CREATE FUNCTION agreement_key(reference text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT nullif(upper(regexp_replace(reference, '[^[:alnum:]]', '', 'g')), '') $$;
COMMENT ON FUNCTION agreement_key(text) IS
    'An agreement reference without what people write differently: case, spaces, dashes, slashes.';
CREATE INDEX commitment_revision_agreement_key
    ON commitment_revision (agreement_key(agreement_reference))
 WHERE agreement_reference IS NOT NULL;
CREATE INDEX commitment_revision_amount ON commitment_revision (currency, amount);

-- Two different agreements speak against all the rest.
CREATE FUNCTION likeness(r commitment_revision, of_organisation uuid, content jsonb,
                         organisation uuid, OUT score integer, OUT grounds text[])
LANGUAGE plpgsql STABLE AS $$
DECLARE
    mine   text := agreement_key(content ->> 'agreement_reference');
    theirs text := agreement_key(r.agreement_reference);
    amount numeric := (content ->> 'amount')::numeric;
    names  text[] := texts_of(content -> 'recipients', 'country');
    days   integer := abs((content ->> 'commitment_date')::date - r.commitment_date);
BEGIN
    SELECT greatest(coalesce(sum(g.points), 0), 0),
           array_agg(g.name ORDER BY g.points DESC, g.name) FILTER (WHERE g.points > 0)
      INTO score, grounds
      FROM (VALUES ('agreement', CASE WHEN mine = theirs THEN 40 WHEN mine <> theirs THEN -40 END),
                   ('provider', CASE WHEN of_organisation = organisation THEN 15 END),
                   ('receiver', CASE WHEN names @> r.countries AND names <@ r.countries
                                          AND cardinality(names) > 0 THEN 15
                                     WHEN names && r.countries THEN 8 END),
                   ('amount', CASE WHEN r.currency <> content ->> 'currency' THEN 0
                                   WHEN r.amount = amount THEN 20
                                   WHEN abs(r.amount - amount) * 100 <= amount THEN 10 END),
                   ('date', CASE WHEN days = 0 THEN 10 WHEN days <= 30 THEN 5 END))
           AS g (name, points);
END
$$;
COMMENT ON FUNCTION likeness(commitment_revision, uuid, jsonb, uuid) IS
    'How much a commitment looks like what another one says, 0 to 100, and by what: the agreement '
    '(40, and as much against when both name different ones), the provider (15), the receiving '
    'countries (15; 8 when only some are the same), the amount (20; 10 within one percent), the '
    'date (10; 5 within 30 days).';

CREATE FUNCTION likely_duplicates(c commitment, content jsonb)
RETURNS TABLE (other_id uuid, score integer, grounds text[])
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT o.id, w.score, w.grounds
      FROM commitment AS o
      JOIN commitment_revision AS r ON r.commitment_id = o.id AND r.revision = o.revision
     CROSS JOIN likeness(r, o.organisation_id, content, c.organisation_id) AS w
     WHERE o.id <> c.id
       AND o.status NOT IN ('DRAFT', 'CANCELLED')
       AND w.score >= 55
       AND o.id IN (SELECT v.commitment_id
                      FROM commitment_revision AS v
                     WHERE agreement_key(v.agreement_reference)
                           = agreement_key(content ->> 'agreement_reference')
                     UNION
                    SELECT v.commitment_id
                      FROM commitment_revision AS v
                     WHERE v.currency = content ->> 'currency'
                       AND v.amount BETWEEN (content ->> 'amount')::numeric * 0.99
                                        AND (content ->> 'amount')::numeric * 1.01)
     ORDER BY w.score DESC, o.id
     LIMIT 20;
END
$$;
COMMENT ON FUNCTION likely_duplicates(commitment, jsonb) IS
    'Commitments that the caller may see and that what is said here looks like: a score of 55 or '
    'more, the likeliest first.';

CREATE FUNCTION duplicates_json(c commitment, content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'commitment_id', d.other_id, 'score', d.score, 'grounds', to_jsonb(d.grounds))
               ORDER BY d.score DESC, d.other_id), '[]')
      FROM likely_duplicates(c, content) AS d);
END
$$;
COMMENT ON FUNCTION duplicates_json(commitment, jsonb) IS 'The same as one document.';

CREATE FUNCTION distinctions(likely jsonb, given jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT jsonb_agg(d.value || jsonb_build_object('reason', g.value ->> 'reason')
                     ORDER BY d.ordinality)
      FROM jsonb_array_elements(likely) WITH ORDINALITY AS d
      JOIN jsonb_array_elements(given) AS g
        ON g.value ->> 'commitment_id' = d.value ->> 'commitment_id');
END
$$;
COMMENT ON FUNCTION distinctions(jsonb, jsonb) IS
    'Likely duplicates with the reasons given why they are none; null when there are none.';

CREATE FUNCTION distinction_faults(c commitment, likely jsonb, given jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', '/distinct_from', 'rule', 'answered',
                         'detail', format('It looks like commitment %s (score %s: %s); say why it '
                                          'is another one.', d.value ->> 'commitment_id',
                                          d.value ->> 'score', array_to_string(ARRAY(
                                              SELECT jsonb_array_elements_text(
                                                         d.value -> 'grounds')), ', ')))
                         ORDER BY d.ordinality)
                       FROM jsonb_array_elements(likely) WITH ORDINALITY AS d
                      WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(given) AS g
                                         WHERE g.value ->> 'commitment_id'
                                               = d.value ->> 'commitment_id')), '[]')
        || coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('/distinct_from/%s/commitment_id', g.place - 1),
                         'rule', CASE WHEN g.times > 1 THEN 'unique' ELSE 'likely' END,
                         'detail', CASE WHEN g.times > 1 THEN 'It is listed before.'
                                        ELSE 'It does not look like this one; leave it out.' END)
                         ORDER BY g.place)
                       FROM (SELECT e.ordinality AS place, e.value, row_number() OVER (
                                        PARTITION BY e.value ->> 'commitment_id'
                                            ORDER BY e.ordinality) AS times
                               FROM jsonb_array_elements(given) WITH ORDINALITY AS e) AS g
                      WHERE g.times > 1
                         OR NOT likely @> jsonb_build_array(jsonb_build_object(
                                'commitment_id', g.value -> 'commitment_id'))), '[]');
END
$$;
COMMENT ON FUNCTION distinction_faults(commitment, jsonb, jsonb) IS
    'Which likely duplicates were not answered, and which answers are to no question.';

CREATE PROCEDURE distinctions_keep(of_commitment uuid, said jsonb, receipt ledger_receipt)
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO commitment_distinction (entry, other_id, commitment_id, score, grounds, reason)
    SELECT receipt.entry, (d.value ->> 'commitment_id')::uuid, of_commitment,
           (d.value ->> 'score')::integer,
           ARRAY(SELECT jsonb_array_elements_text(d.value -> 'grounds')), d.value ->> 'reason'
      FROM jsonb_array_elements(said) AS d;
END
$$;
COMMENT ON PROCEDURE distinctions_keep(uuid, jsonb, ledger_receipt) IS
    'Keeps why a commitment is not what it looks like.';

CREATE FUNCTION distinctions_json(of_commitment uuid, in_public boolean) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT jsonb_agg(jsonb_build_object(
               'commitment_id', d.other_id, 'score', d.score, 'grounds', to_jsonb(d.grounds),
               'reason', d.reason) ORDER BY d.score DESC, d.other_id)
      FROM commitment_distinction AS d
      JOIN commitment AS o ON o.id = d.other_id AND (o.published OR NOT in_public)
     WHERE d.entry = (SELECT e.entry
                        FROM ledger_entry AS e
                       WHERE e.aggregate = of_commitment AND e.kind = 'commitment.submitted'
                       ORDER BY e.version DESC
                       LIMIT 1));
END
$$;
COMMENT ON FUNCTION distinctions_json(uuid, boolean) IS
    'What the newest submission said of the commitments it looked like, or only of those that are '
    'public themselves; null for nothing.';

CREATE OR REPLACE FUNCTION commitment_submit(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    c       commitment;
    content jsonb;
    likely  jsonb;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    CALL refuse_unless_status(c, ARRAY['DRAFT'], 'submitted');
    SELECT commitment_content(r) INTO content
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.revision;
    likely := duplicates_json(c, content);
    CALL refuse_faults(commitment_gaps(content) || commitment_faults(content)
        || distinction_faults(c, likely, body -> 'distinct_from'));
    receipt := commitment_append(c, 'commitment.submitted', jsonb_build_object(
                   'distinct_from', distinctions(likely, body -> 'distinct_from')));
    CALL distinctions_keep(c.id, distinctions(likely, body -> 'distinct_from'), receipt);
    c := commitment_advanced(c, receipt);
    c.status := 'SUBMITTED';
    c.submitted_by := caller_principal();
    CALL commitment_turn(c, receipt);
    CALL ownership_invite(c, 'INVITED', false, NULL, receipt);
    CALL commitment_store(c);
    RETURN write_end(body, commitment_answer(200, c, receipt));
END
$$;
COMMENT ON FUNCTION commitment_submit(uuid, jsonb) IS
    'Hands a complete draft to the approver and invites the recipient governments. What looks like '
    'another commitment is told from it first.';

CREATE OR REPLACE FUNCTION commitment_registered(c commitment) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    content jsonb;
    invited jsonb;
    receipt ledger_receipt;
BEGIN
    SELECT commitment_content(r) INTO content
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.revision;
    invited := ownership_deadlines(c.id, content -> 'recipients');
    receipt := commitment_append(c, 'commitment.registered',
                                 content || jsonb_build_object(
                                     'invited', invited,
                                     'distinct_from', distinctions_json(c.id, true)));
    c := commitment_advanced(c, receipt);
    c.status := 'REGISTERED';
    c.published := true;
    -- The row must be public before the records that follow it can be.
    UPDATE commitment AS u SET status = c.status, published = true WHERE u.id = c.id;
    c.revision := commitment_revise(c, content, true, receipt);
    c.registered_revision := c.revision;
    IF jsonb_array_length(content -> 'schedule') > 0 THEN
        c.schedule := schedule_promise(c, content -> 'schedule', content ->> 'currency',
                                       (content ->> 'commitment_date')::date, receipt);
    END IF;
    CALL commitment_turn(c, receipt);
    CALL ownership_invite(c, 'INVITED', false, invited, receipt);
    c := transaction_append(c, jsonb_build_object(
             'transaction_type', '2', 'transaction_date', content -> 'commitment_date',
             'value_date', content -> 'commitment_date', 'amount', content -> 'amount',
             'currency', content -> 'currency'));
    CALL commitment_store(c);
    RETURN commitment_answer(200, c, receipt);
END
$$;
COMMENT ON FUNCTION commitment_registered(commitment) IS
    'Makes a submission public: restates its content in the clear, starts the ownership clock, and '
    'records the committed amount as a transaction of IATI type 2.';

GRANT SELECT ON commitment_distinction
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
GRANT INSERT ON commitment_distinction TO aidledger_writer;
GRANT EXECUTE ON FUNCTION agreement_key(text),
      likeness(commitment_revision, uuid, jsonb, uuid), likely_duplicates(commitment, jsonb),
      duplicates_json(commitment, jsonb), distinctions_json(uuid, boolean)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT EXECUTE ON FUNCTION distinctions(jsonb, jsonb), distinction_faults(commitment, jsonb, jsonb)
   TO aidledger_writer;
GRANT EXECUTE ON PROCEDURE distinctions_keep(uuid, jsonb, ledger_receipt) TO aidledger_writer;
