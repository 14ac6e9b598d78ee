-- A commitment is found by its agreement among a million others.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- A column of its own, as a transaction has: behind row-level security an index of
-- agreement_key(agreement_reference) is not used, for the policy may not be asked after the function.
ALTER TABLE commitment_revision
    ADD COLUMN reference_key text GENERATED ALWAYS AS (agreement_key(agreement_reference)) STORED;
COMMENT ON COLUMN commitment_revision.reference_key IS
    'The agreement without what people write differently: see agreement_key().';
DROP INDEX commitment_revision_agreement_key;
CREATE INDEX commitment_revision_reference_key ON commitment_revision (reference_key)
 WHERE reference_key IS NOT NULL;

-- What is made of a column that is erased goes with it.
CREATE OR REPLACE FUNCTION record_is_emptied() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    was      jsonb := to_jsonb(old);
    stands   jsonb := CASE tg_op WHEN 'UPDATE' THEN to_jsonb(new) ELSE '{}' END;
    of_entry uuid := was ->> 'entry';
    changed  text;
BEGIN
    IF tg_table_name = 'third_party_account' THEN
        SELECT o.entry INTO of_entry
          FROM third_party_observation AS o
         WHERE o.id = (was ->> 'observation_id')::uuid;
    END IF;
    IF tg_op = 'DELETE' AND is_erased(of_entry, 'distinct_from') THEN
        RETURN NULL;
    END IF;
    SELECT k.name INTO changed
      FROM jsonb_object_keys(was) AS k (name)
     WHERE was -> k.name IS DISTINCT FROM stands -> k.name
       AND NOT (is_erased(of_entry, k.name)
                AND stands -> k.name IN ('null', '"erased"', '[]'))
       AND NOT EXISTS (SELECT FROM pg_attribute AS a
                        WHERE a.attrelid = tg_relid AND a.attname = k.name
                          AND a.attgenerated = 's')
     LIMIT 1;
    IF changed IS NOT NULL THEN
        RAISE EXCEPTION 'an erasure would change "%" of %', changed, tg_table_name;
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION likely_duplicates(c commitment, content jsonb)
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
                     WHERE v.reference_key = agreement_key(content ->> 'agreement_reference')
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

CREATE OR REPLACE FUNCTION agreement_faults(pointer text, reference text, own text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN reference IS NULL
                     OR agreement_key(reference) = agreement_key(own)
                     OR EXISTS (SELECT FROM commitment_revision AS r
                                  JOIN commitment AS c ON c.id = r.commitment_id
                                 WHERE r.reference_key = agreement_key(reference)
                                   AND c.organisation_id = caller_organisation()) THEN '[]'
                ELSE fault(pointer, 'known_agreement', format(
                         'No commitment of your organisation names the agreement "%s".',
                         reference)) END;
END
$$;
