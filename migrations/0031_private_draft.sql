-- What is private stays private at every position of the ledger, and an amendment says only what it
-- does.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- A government that is asked about a submission reads what was submitted, and none of the drafts
-- before it.
DROP POLICY commitment_revision_read ON commitment_revision;
CREATE POLICY commitment_revision_read ON commitment_revision FOR SELECT
    USING (EXISTS (SELECT FROM commitment AS c
                    WHERE c.id = commitment_revision.commitment_id
                      AND (commitment_revision.published
                           OR c.organisation_id = (SELECT caller_organisation())
                           OR (SELECT caller_reads_all())
                           OR (c.status = 'SUBMITTED'
                               AND c.revision = commitment_revision.revision))));
DROP POLICY commitment_state_read ON commitment_state;
CREATE POLICY commitment_state_read ON commitment_state FOR SELECT
    USING (EXISTS (SELECT FROM commitment AS c
                    WHERE c.id = commitment_state.commitment_id
                      AND (commitment_state.published
                           OR c.organisation_id = (SELECT caller_organisation())
                           OR (SELECT caller_reads_all())
                           OR (c.status = 'SUBMITTED'
                               AND commitment_state.status = 'SUBMITTED'
                               AND c.revision = commitment_state.revision))));

CREATE OR REPLACE FUNCTION commitment_amend(of_commitment uuid, body jsonb) RETURNS answer
LANGUAGE plpgsql AS $$
DECLARE
    given   answer := write_begin(body);
    c       commitment;
    content jsonb;
    faults  jsonb;
    receipt ledger_receipt;
BEGIN
    IF given.status IS NOT NULL THEN
        RETURN given;
    END IF;
    c := commitment_lock_own(of_commitment);
    CALL refuse_unless_status(c, ARRAY['REGISTERED', 'EFFECTIVE'], 'amended');
    IF c.origin = 'imported' THEN
        CALL refuse_conflict('An imported commitment changes with the next import of the file '
                             'that its organisation publishes.');
    END IF;
    IF c.amendment IS NOT NULL THEN
        CALL refuse_conflict('An amendment is waiting for approval already; have it registered or '
                             'returned first.');
    END IF;
    SELECT jsonb_strip_nulls((commitment_content(r) - 'schedule') || (body -> 'changes'))
      INTO content
      FROM commitment_revision AS r
     WHERE r.commitment_id = c.id AND r.revision = c.registered_revision;
    SELECT coalesce(jsonb_agg(jsonb_set(f.value, '{pointer}',
               to_jsonb('/changes' || (f.value ->> 'pointer')))), '[]')
      INTO faults
      FROM jsonb_array_elements(commitment_gaps(content) || commitment_faults(content)) AS f;
    IF body -> 'changes' ? 'schedule' THEN
        faults := faults || fault('/changes/schedule', 'apart', format(
                      'The forward schedule is revised apart, at /v1/commitments/%s/schedule.',
                      c.id));
    END IF;
    CALL refuse_faults(faults);
    receipt := commitment_append(c, 'commitment.amendment_proposed',
                                 content || jsonb_build_object('reason', body -> 'reason'));
    c := commitment_advanced(c, receipt);
    c.amendment := commitment_revise(c, content, false, receipt);
    CALL commitment_store(c);
    RETURN write_end(body, commitment_answer(200, c, receipt));
END
$$;
COMMENT ON FUNCTION commitment_amend(uuid, jsonb) IS
    'Proposes a change of a public commitment; it is private until an approver registers it. The '
    'forward schedule is revised apart.';

-- Row-level security binds the owner too: an UPDATE of its own would pass over every draft without
-- a word.
CREATE PROCEDURE commitments_refresh()
LANGUAGE plpgsql AS $$
DECLARE
    of_organisation uuid;
BEGIN
    FOR of_organisation IN SELECT o.id FROM organisation AS o
    LOOP
        PERFORM set_config('aidledger.organisation', of_organisation::text, true);
        UPDATE commitment AS c
           SET document = commitment_document(c.id, NULL)::text
         WHERE c.organisation_id = of_organisation;
    END LOOP;
    PERFORM set_config('aidledger.organisation', '', true);
END
$$;
COMMENT ON PROCEDURE commitments_refresh() IS
    'Remakes the document of every commitment, drafts too: called by a migration that changes what '
    'a document holds.';
