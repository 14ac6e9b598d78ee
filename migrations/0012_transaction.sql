-- Dated money, and how each amount is split over recipients and sectors without losing a cent.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

CREATE TABLE transaction (
    id                   uuid    NOT NULL CONSTRAINT transaction_pkey PRIMARY KEY,
    commitment_id        uuid    NOT NULL
        CONSTRAINT transaction_commitment_id_known REFERENCES commitment (id)
        DEFERRABLE INITIALLY DEFERRED,
    organisation_id      uuid    NOT NULL
        CONSTRAINT transaction_organisation_id_known REFERENCES organisation (id),
    transaction_type     text    NOT NULL,
    ref                  text,
    transaction_date     date    NOT NULL,
    value_date           date    NOT NULL,
    amount               numeric NOT NULL,
    currency             text    NOT NULL
        CONSTRAINT transaction_currency_known REFERENCES currency (code),
    description          text,
    provider_org         jsonb,
    receiver_org         jsonb,
    recipient_country    text    CONSTRAINT transaction_recipient_country_known
                                 REFERENCES country (code),
    recipient_region     text,
    sector               text,
    disbursement_channel text,
    flow_type            text,
    finance_type         text,
    aid_type             text,
    tied_status          text,
    adjusts              uuid    CONSTRAINT transaction_adjusts_known REFERENCES transaction (id),
    reason               text,
    entry                uuid    NOT NULL
        CONSTRAINT transaction_entry_known REFERENCES ledger_entry (entry),
    recorded_at          timestamptz NOT NULL,
    CONSTRAINT transaction_transaction_type_known CHECK (
        transaction_type IN ('1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13')),
    CONSTRAINT transaction_recipient_single CHECK (
        recipient_country IS NULL OR recipient_region IS NULL),
    CONSTRAINT transaction_adjusts_reason CHECK ((adjusts IS NULL) OR (reason IS NOT NULL))
);
CREATE INDEX transaction_commitment_id ON transaction (commitment_id, transaction_date, id);
CREATE INDEX transaction_adjusts ON transaction (adjusts) WHERE adjusts IS NOT NULL;
COMMENT ON TABLE transaction IS
    'Dated money, IATI transaction types 1 to 13. A correction is a further record that adjusts '
    'or reverses an earlier one.';
COMMENT ON COLUMN transaction.organisation_id IS 'Who asserted it.';
COMMENT ON COLUMN transaction.provider_org IS 'IATI provider-org: ref, name, activity_id.';
COMMENT ON COLUMN transaction.receiver_org IS 'IATI receiver-org: ref, name, activity_id.';
COMMENT ON CONSTRAINT transaction_transaction_type_known ON transaction IS
    '/transaction_type: The transaction type is an IATI code from 1 to 13.';
COMMENT ON CONSTRAINT transaction_recipient_single ON transaction IS
    '/recipient_region: A transaction names one recipient country or one region, not both.';
COMMENT ON CONSTRAINT transaction_adjusts_reason ON transaction IS
    '/reason: A record that adjusts another one gives its reason.';

CREATE TABLE allocation (
    transaction_id uuid     NOT NULL
        CONSTRAINT allocation_transaction_id_known REFERENCES transaction (id),
    ordinal        smallint NOT NULL,
    country        text     CONSTRAINT allocation_country_known REFERENCES country (code),
    region         text,
    sector         text,
    amount         numeric  NOT NULL,
    ict_amount     numeric  NOT NULL,
    ict_ring       smallint,
    CONSTRAINT allocation_pkey PRIMARY KEY (transaction_id, ordinal),
    CONSTRAINT allocation_ict_amount_within CHECK (
        abs(ict_amount) <= abs(amount) AND sign(ict_amount) * sign(amount) >= 0),
    CONSTRAINT allocation_ict_ring_known CHECK (
        (ict_amount = 0) = (ict_ring IS NULL) AND ict_ring BETWEEN 1 AND 3)
);
CREATE INDEX allocation_country ON allocation (country);
COMMENT ON TABLE allocation IS
    'The parts of a transaction by recipient and sector. They add up to the transaction to the '
    'last minor unit, so that every cut of a report adds up to the whole.';
COMMENT ON COLUMN allocation.ict_amount IS
    'The part of the amount that is for ICT: all of it in a sector of family 220, the rest of the '
    'ICT share spread over the other sectors. Counts in a report only within its ring.';
COMMENT ON COLUMN allocation.ict_ring IS
    'The narrowest ring the ICT part is in: 1 for purpose codes of family 220, 2 where ICT was the '
    'principal aim (significance 2), 3 where it was a significant one (1), as the commitment was '
    'marked when the transaction was recorded.';
COMMENT ON CONSTRAINT allocation_ict_ring_known ON allocation IS
    'An ICT part is in ring 1, 2 or 3; where there is none there is no ring.';
COMMENT ON CONSTRAINT allocation_ict_amount_within ON allocation IS
    'The ICT part lies within the amount.';

DO $$
DECLARE
    record_table text;
BEGIN
    FOREACH record_table IN ARRAY ARRAY['transaction', 'allocation']
    LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION record_is_immutable()',
                       record_table || '_kept', record_table);
    END LOOP;
END
$$;

ALTER TABLE transaction ENABLE ROW LEVEL SECURITY;
ALTER TABLE transaction FORCE ROW LEVEL SECURITY;
CREATE POLICY transaction_read ON transaction FOR SELECT
    USING (EXISTS (SELECT FROM commitment AS c WHERE c.id = transaction.commitment_id));
CREATE POLICY transaction_make ON transaction FOR INSERT
    WITH CHECK (organisation_id = (SELECT caller_organisation())
                AND EXISTS (SELECT FROM commitment AS c
                             WHERE c.id = transaction.commitment_id
                               AND c.organisation_id = (SELECT caller_organisation())));
ALTER TABLE allocation ENABLE ROW LEVEL SECURITY;
ALTER TABLE allocation FORCE ROW LEVEL SECURITY;
CREATE POLICY allocation_read ON allocation FOR SELECT
    USING (EXISTS (SELECT FROM transaction AS t WHERE t.id = allocation.transaction_id));
CREATE POLICY allocation_make ON allocation FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM transaction AS t
                         WHERE t.id = allocation.transaction_id
                           AND t.organisation_id = (SELECT caller_organisation())));

-- Hare-Niemeyer: each part gets its quota rounded down to a minor unit, and the units left over go
-- to the largest remainders, the earlier part first where they are equal. Everything is counted in
-- whole minor units, so nothing is rounded on the way.
CREATE FUNCTION largest_remainder(amount numeric, scale integer, weights numeric[])
RETURNS TABLE (ordinal bigint, part numeric)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN QUERY
    WITH whole AS (
        SELECT trunc(abs(amount) * 10::numeric ^ scale) AS units,
               (SELECT sum(w) FROM unnest(weights) AS w) AS total),
    quota AS (
        SELECT w.ordinality AS ordinal,
               div(whole.units * w.weight, whole.total) AS units,
               whole.units * w.weight
                   - div(whole.units * w.weight, whole.total) * whole.total AS remainder
          FROM whole
         CROSS JOIN unnest(weights) WITH ORDINALITY AS w (weight, ordinality)),
    ranked AS (
        SELECT q.ordinal, q.units,
               row_number() OVER (ORDER BY q.remainder DESC, q.ordinal) AS place,
               (SELECT whole.units FROM whole) - sum(q.units) OVER () AS left_over
          FROM quota AS q)
    SELECT r.ordinal,
           round(sign(amount) * (r.units + CASE WHEN r.place <= r.left_over THEN 1 ELSE 0 END)
                     / 10::numeric ^ scale, scale)
      FROM ranked AS r
     ORDER BY r.ordinal;
END
$$;
COMMENT ON FUNCTION largest_remainder(numeric, integer, numeric[]) IS
    'Splits an amount in proportion to weights whose sum is positive; the parts add up to the '
    'amount exactly. "scale" is the number of decimals of the smallest unit to give away, at '
    'least as many as the amount has.';

CREATE FUNCTION is_ict_sector(sector text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(sector LIKE '220%', false) $$;
COMMENT ON FUNCTION is_ict_sector(text) IS
    'DAC purpose codes of family 220, communications; postal services and broadcasting are inside.';

-- How much of the share outside family 220 is for ICT, as weights of an exact fraction: 0 of 1
-- when the commitment says nothing beyond family 220.
CREATE FUNCTION ict_fraction_elsewhere(ict_significance integer, ict_share numeric,
                                       in_family numeric, OUT part numeric, OUT whole numeric)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN coalesce(ict_significance, 0) = 0 OR in_family >= 100 THEN 0
                ELSE greatest(coalesce(ict_share, in_family) - in_family, 0) END,
           CASE WHEN in_family >= 100 THEN 1 ELSE 100 - in_family END
$$;
COMMENT ON FUNCTION ict_fraction_elsewhere(integer, numeric, numeric) IS
    'Part and whole of the fraction of the money outside family 220 that is for ICT, when so many '
    'percent are inside.';

CREATE FUNCTION split_amount(amount numeric, currency text, recipients jsonb, sectors jsonb,
                             ict_significance integer, ict_share numeric)
RETURNS TABLE (ordinal bigint, country text, region text, sector text, amount_part numeric,
               ict_part numeric, ict_ring smallint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH unit AS (
        SELECT greatest(scale(amount), (SELECT u.minor_unit FROM currency AS u
                                         WHERE u.code = split_amount.currency)) AS scale),
    recipient AS (
        SELECT r.ordinality, r.value, p.part
          FROM unit
         CROSS JOIN largest_remainder(amount, unit.scale,
                   (SELECT array_agg((e.value ->> 'share')::numeric ORDER BY e.ordinality)
                      FROM jsonb_array_elements(recipients) WITH ORDINALITY AS e)) AS p
          JOIN jsonb_array_elements(recipients) WITH ORDINALITY AS r ON r.ordinality = p.ordinal),
    cell AS (
        SELECT r.ordinality AS recipient, s.ordinality AS sector_ordinal,
               r.value ->> 'country' AS country, r.value ->> 'region' AS region,
               s.value ->> 'code' AS sector, p.part AS amount
          FROM unit
         CROSS JOIN recipient AS r
         CROSS JOIN largest_remainder(r.part, unit.scale,
                   (SELECT array_agg((e.value ->> 'share')::numeric ORDER BY e.ordinality)
                      FROM jsonb_array_elements(sectors) WITH ORDINALITY AS e)) AS p
          JOIN jsonb_array_elements(sectors) WITH ORDINALITY AS s ON s.ordinality = p.ordinal),
    elsewhere AS (
        SELECT f.part, f.whole
          FROM ict_fraction_elsewhere(ict_significance, ict_share,
                   (SELECT coalesce(sum((e.value ->> 'share')::numeric)
                                        FILTER (WHERE is_ict_sector(e.value ->> 'code')), 0)
                      FROM jsonb_array_elements(sectors) AS e)) AS f)
    SELECT row_number() OVER (ORDER BY c.recipient, c.sector_ordinal),
           c.country, c.region, c.sector, c.amount, i.part,
           CASE WHEN i.part = 0 THEN NULL
                WHEN is_ict_sector(c.sector) THEN 1
                WHEN ict_significance = 2 THEN 2
                ELSE 3 END::smallint
      FROM cell AS c
     CROSS JOIN elsewhere AS e
     CROSS JOIN unit
     CROSS JOIN LATERAL (
           SELECT CASE WHEN is_ict_sector(c.sector) THEN c.amount
                       WHEN e.part = 0 THEN 0
                       ELSE (SELECT p.part
                               FROM largest_remainder(c.amount, unit.scale,
                                                      ARRAY[e.part, e.whole - e.part]) AS p
                              WHERE p.ordinal = 1) END AS part) AS i
     ORDER BY 1;
END
$$;
COMMENT ON FUNCTION split_amount(numeric, text, jsonb, jsonb, integer, numeric) IS
    'The parts of an amount: first over the recipients, then each part over the sectors, each time '
    'by largest remainder. Lists hold {"country"|"region", "share"} and {"code", "share"}; an '
    'entry with a share alone stands for what is not specified.';

CREATE FUNCTION parts_with_share(parts jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN coalesce((SELECT jsonb_agg(p.value ORDER BY p.ordinality)
                       FROM jsonb_array_elements(parts) WITH ORDINALITY AS p
                      WHERE p.value ? 'share'), '[{"share": "100"}]');
END
$$;
COMMENT ON FUNCTION parts_with_share(jsonb) IS
    'The parts an amount is split over. A part without a share is named and gets nothing; when no '
    'share is known at all, the whole is not specified.';

-- A record that takes an earlier one back takes back exactly its parts, whatever the shares of the
-- commitment are by then: otherwise a few cents would stay behind in some country.
CREATE FUNCTION allocate(of_transaction transaction, revision commitment_revision)
RETURNS TABLE (ordinal bigint, country text, region text, sector text, amount_part numeric,
               ict_part numeric, ict_ring smallint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF of_transaction.adjusts IS NOT NULL THEN
        RETURN QUERY
        SELECT a.ordinal::bigint, a.country, a.region, a.sector, -a.amount, -a.ict_amount,
               a.ict_ring
          FROM transaction AS o
          JOIN allocation AS a ON a.transaction_id = o.id
         WHERE o.id = of_transaction.adjusts
           AND o.amount = -of_transaction.amount
           AND (o.recipient_country, o.recipient_region, o.sector)
               IS NOT DISTINCT FROM (of_transaction.recipient_country,
                                     of_transaction.recipient_region, of_transaction.sector)
         ORDER BY a.ordinal;
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;
    RETURN QUERY
    SELECT s.*
      FROM split_amount(
               of_transaction.amount, of_transaction.currency,
               CASE WHEN of_transaction.recipient_country IS NOT NULL
                    THEN jsonb_build_array(jsonb_build_object(
                             'country', of_transaction.recipient_country, 'share', '100'))
                    WHEN of_transaction.recipient_region IS NOT NULL
                    THEN jsonb_build_array(jsonb_build_object(
                             'region', of_transaction.recipient_region, 'share', '100'))
                    ELSE parts_with_share(revision.recipients) END,
               CASE WHEN of_transaction.sector IS NOT NULL
                    THEN jsonb_build_array(jsonb_build_object(
                             'code', of_transaction.sector, 'share', '100'))
                    ELSE parts_with_share(revision.sectors) END,
               revision.ict_significance, revision.ict_share) AS s;
END
$$;
COMMENT ON FUNCTION allocate(transaction, commitment_revision) IS
    'The parts of a transaction: those of the record it takes back, or by its own recipient and '
    'sector, or else by those of its commitment as it stood.';

GRANT SELECT ON transaction, allocation
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT INSERT ON transaction, allocation TO aidledger_writer, aidledger_importer;
GRANT EXECUTE ON FUNCTION largest_remainder(numeric, integer, numeric[]), is_ict_sector(text),
      ict_fraction_elsewhere(integer, numeric, numeric),
      split_amount(numeric, text, jsonb, jsonb, integer, numeric),
      parts_with_share(jsonb), allocate(transaction, commitment_revision)
   TO aidledger_writer, aidledger_importer, aidledger_reporter;
