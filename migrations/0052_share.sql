-- Shares as exact fractions of percent: a third is "100/3", and what is split by it is split by it.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- ---------------------------------------------------------------- exact shares

-- What a constraint calls names the schema: a database that is restored has no search path.

CREATE FUNCTION share_fraction(share text, OUT numerator numeric, OUT denominator numeric)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF share LIKE '%/%' THEN
        numerator := split_part(share, '/', 1)::numeric;
        denominator := split_part(share, '/', 2)::numeric;
    ELSE
        denominator := trunc(10::numeric ^ scale(share::numeric));
        numerator := trunc(share::numeric * denominator);
    END IF;
END
$$;
COMMENT ON FUNCTION share_fraction(text) IS
    'A share in percent as a fraction of whole numbers, be it a decimal, "33.34", or a fraction '
    'itself, "100/3".';

-- Decimals are weights as they are; only a fraction among them asks for whole numbers.
CREATE FUNCTION share_weights(shares text[], OUT weights numeric[], OUT denominator numeric)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    share text;
BEGIN
    denominator := 1;
    IF array_to_string(shares, ' ') LIKE '%/%' THEN
        FOREACH share IN ARRAY shares
        LOOP
            denominator := lcm(denominator, (aidledger.share_fraction(share)).denominator);
        END LOOP;
        weights := (SELECT array_agg(f.numerator * div(share_weights.denominator, f.denominator)
                                     ORDER BY s.place)
                      FROM unnest(shares) WITH ORDINALITY AS s (share, place)
                     CROSS JOIN aidledger.share_fraction(s.share) AS f);
    ELSE
        weights := shares::numeric[];
    END IF;
END
$$;
COMMENT ON FUNCTION share_weights(text[]) IS
    'Shares in percent as weights over one denominator, exactly: a weight divided by it is the '
    'share. With a fraction among them the weights are whole numbers; decimals alone stay as they '
    'are, over 1.';

CREATE FUNCTION share_sum(shares text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    exact  record := share_weights(shares);
    total  numeric := (SELECT coalesce(sum(e.weight), 0) FROM unnest(exact.weights) AS e (weight));
    common numeric;
BEGIN
    IF cardinality(shares) = 1 THEN
        RETURN shares[1];
    ELSIF exact.denominator = 1 THEN
        RETURN total::text;
    END IF;
    common := gcd(total, exact.denominator);
    RETURN concat_ws('/', div(total, common),
                     nullif(div(exact.denominator, common), 1));
END
$$;
COMMENT ON FUNCTION share_sum(text[]) IS
    'The exact sum of shares in percent: a decimal when they are, otherwise a whole number or a '
    'fraction in lowest terms. A share alone is given back as it was written.';

CREATE FUNCTION shares_are_whole(parts jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    exact record := aidledger.share_weights(
        (SELECT array_agg(p.value ->> 'share') FILTER (WHERE p.value ? 'share')
           FROM jsonb_array_elements(parts) AS p));
BEGIN
    RETURN (SELECT sum(e.weight) FROM unnest(exact.weights) AS e (weight))
               = 100 * exact.denominator;
END
$$;
COMMENT ON FUNCTION shares_are_whole(jsonb) IS
    'Whether the shares of a list of parts add up to exactly 100; null when none has a share.';
COMMENT ON FUNCTION shares_total(jsonb) IS
    'The sum of the shares of a list of parts, all of them decimals as in published files.';

ALTER TABLE commitment_revision
    DROP CONSTRAINT commitment_revision_recipients_total,
    DROP CONSTRAINT commitment_revision_sectors_total,
    ADD CONSTRAINT commitment_revision_recipients_total CHECK (
        recipients IS NULL OR shares_are_whole(recipients)),
    ADD CONSTRAINT commitment_revision_sectors_total CHECK (
        sectors IS NULL OR shares_are_whole(sectors));
COMMENT ON CONSTRAINT commitment_revision_recipients_total ON commitment_revision IS
    '/recipients: The shares of the recipients add up to exactly 100.';
COMMENT ON CONSTRAINT commitment_revision_sectors_total ON commitment_revision IS
    '/sectors: The shares of the sectors add up to exactly 100.';
COMMENT ON COLUMN commitment_revision.recipients IS
    'Recipient countries (ISO 3166-1) and regions (DAC) with their share in percent, a decimal or '
    'a fraction.';
COMMENT ON COLUMN commitment_revision.sectors IS
    'DAC 5-digit purpose codes with their share in percent, a decimal or a fraction.';

-- ---------------------------------------------------------------- what is wrong

CREATE OR REPLACE FUNCTION share_faults(pointer text, parts jsonb, what text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    given text[] := (SELECT array_agg(p.value ->> 'share' ORDER BY p.ordinality)
                       FROM jsonb_array_elements(parts) WITH ORDINALITY AS p);
    exact record := share_weights(given);
BEGIN
    RETURN (
    SELECT CASE WHEN parts IS NULL OR shares_are_whole(parts) THEN '[]'
                ELSE fault(pointer, 'total_100', format(
                         'The shares of the %s add up to %s; they must add up to exactly 100.',
                         what, share_sum(given))) END
        || coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('%s/%s/share', pointer, p.ordinality - 1),
                         'rule', 'share_range',
                         'detail', 'A share is greater than 0 and at most 100.'))
                       FROM jsonb_array_elements(parts) WITH ORDINALITY AS p
                      WHERE exact.weights[p.ordinality] <= 0
                         OR exact.weights[p.ordinality] > 100 * exact.denominator), '[]')
        || coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'pointer', format('%s/%s', pointer, p.ordinality - 1),
                         'rule', 'unique',
                         'detail', 'It is listed before; give one share for each.'))
                       FROM (SELECT e.ordinality, row_number() OVER (
                                        PARTITION BY e.value - 'share'
                                            ORDER BY e.ordinality) AS times
                               FROM jsonb_array_elements(parts) WITH ORDINALITY AS e) AS p
                      WHERE p.times > 1), '[]'));
END
$$;

CREATE OR REPLACE FUNCTION ict_faults(content jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT CASE WHEN (content ->> 'ict_significance')::integer > 0
                     AND content ->> 'ict_share' IS NULL
                THEN fault('/ict_share', 'required',
                           'An ICT significance of 1 or 2 states the ICT share in percent.')
                ELSE '[]' END
        || CASE WHEN (content ->> 'ict_significance')::integer > 0
                     AND content ->> 'ict_reason' IS NULL
                THEN fault('/ict_reason', 'required',
                           'An ICT significance of 1 or 2 gives its reason.')
                ELSE '[]' END
        || CASE WHEN coalesce((content ->> 'ict_significance')::integer, 0) = 0
                     AND (content ->> 'ict_share')::numeric > 0
                THEN fault('/ict_share', 'significance',
                           'An ICT share needs an ICT significance of 1 or 2; purpose codes of '
                           'family 220 count as ICT without one.')
                ELSE '[]' END
        || coalesce((SELECT fault('/ict_share', 'covers_family_220', format(
                                'The ICT share covers at least the %s percent of purpose codes of '
                                'family 220.', share_sum(f.shares)))
                       FROM (SELECT array_agg(s.value ->> 'share') AS shares
                               FROM jsonb_array_elements(content -> 'sectors') AS s
                              WHERE is_ict_sector(s.value ->> 'code')) AS f
                      CROSS JOIN share_weights(f.shares) AS w
                      WHERE (content ->> 'ict_significance')::integer > 0
                        AND (content ->> 'ict_share')::numeric * w.denominator
                            < (SELECT sum(e.weight) FROM unnest(w.weights) AS e (weight))), '[]'));
END
$$;

-- ---------------------------------------------------------------- splitting

-- Percent inside family 220, the ICT share and the whole are counted over one denominator.
DROP FUNCTION ict_fraction_elsewhere(integer, numeric, numeric);
CREATE FUNCTION ict_fraction_elsewhere(ict_significance integer, ict_share numeric,
                                       in_family numeric, hundred numeric, OUT part numeric,
                                       OUT whole numeric)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN coalesce(ict_significance, 0) = 0 OR in_family >= hundred THEN 0
                ELSE greatest(coalesce(ict_share, in_family) - in_family, 0) END,
           CASE WHEN in_family >= hundred THEN 1 ELSE hundred - in_family END
$$;
COMMENT ON FUNCTION ict_fraction_elsewhere(integer, numeric, numeric, numeric) IS
    'Part and whole of the fraction of the money outside family 220 that is for ICT, when so much '
    'of the hundred percent is inside: 0 of 1 when the commitment says nothing beyond it.';

CREATE OR REPLACE FUNCTION split_amount(amount numeric, currency text, recipients jsonb,
                                        sectors jsonb, ict_significance integer,
                                        ict_share numeric)
RETURNS TABLE (ordinal bigint, country text, region text, sector text, amount_part numeric,
               ict_part numeric, ict_ring smallint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH unit AS (
        SELECT greatest(scale(trim_scale(amount)), (SELECT u.minor_unit FROM currency AS u
                                         WHERE u.code = split_amount.currency)) AS scale),
    given AS (
        SELECT r.weights AS recipient_weights, s.weights AS sector_weights,
               100 * s.denominator AS hundred, ict_share * s.denominator AS ict_weight
          FROM share_weights(
                   (SELECT array_agg(e.value ->> 'share' ORDER BY e.ordinality)
                      FROM jsonb_array_elements(recipients) WITH ORDINALITY AS e)) AS r
         CROSS JOIN share_weights(
                   (SELECT array_agg(e.value ->> 'share' ORDER BY e.ordinality)
                      FROM jsonb_array_elements(sectors) WITH ORDINALITY AS e)) AS s),
    recipient AS (
        SELECT r.ordinality, r.value, p.part
          FROM unit
         CROSS JOIN given AS g
         CROSS JOIN largest_remainder(amount, unit.scale, g.recipient_weights) AS p
          JOIN jsonb_array_elements(recipients) WITH ORDINALITY AS r ON r.ordinality = p.ordinal),
    cell AS (
        SELECT r.ordinality AS recipient, s.ordinality AS sector_ordinal,
               r.value ->> 'country' AS country, r.value ->> 'region' AS region,
               s.value ->> 'code' AS sector, p.part AS amount
          FROM unit
         CROSS JOIN given AS g
         CROSS JOIN recipient AS r
         CROSS JOIN largest_remainder(r.part, unit.scale, g.sector_weights) AS p
          JOIN jsonb_array_elements(sectors) WITH ORDINALITY AS s ON s.ordinality = p.ordinal),
    elsewhere AS (
        SELECT f.part, f.whole
          FROM given AS g
         CROSS JOIN ict_fraction_elsewhere(ict_significance, g.ict_weight,
                   (SELECT coalesce(sum(g.sector_weights[e.ordinality])
                                        FILTER (WHERE is_ict_sector(e.value ->> 'code')), 0)
                      FROM jsonb_array_elements(sectors) WITH ORDINALITY AS e), g.hundred) AS f)
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

-- ---------------------------------------------------------------- what follows from shares

CREATE OR REPLACE FUNCTION grant_equivalent_json(r commitment_revision, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
    named   text := (SELECT s.name
                       FROM discount_rate_set AS s
                      WHERE s.valid_from <= r.commitment_date
                         OR s.valid_from = (SELECT min(w.valid_from) FROM discount_rate_set AS w)
                      ORDER BY s.valid_from DESC
                      LIMIT 1);
    lacks   text;
    element numeric;
    parts   json := '[]';
BEGIN
    IF EXISTS (SELECT FROM codelist_item AS i
                WHERE i.codelist = 'FinanceType' AND i.code = r.finance_type
                  AND i.category = '100') THEN
        element := 100;
    ELSIF NOT is_loan(r.finance_type) THEN
        lacks := 'finance_type';
    ELSIF r.loan_terms IS NULL OR r.commitment_date IS NULL THEN
        lacks := 'loan_terms';
    ELSE
        SELECT sum(g.element * w.weights[g.ordinal]) / (100 * max(w.denominator)),
               CASE WHEN r.loan_terms ->> 'repayment_type' = '5' THEN 'repayment_type'
                    WHEN count(g.rate) < count(*) THEN 'income_class' END,
               json_agg(json_build_object(
                   'country', g.country, 'region', g.region, 'share', g.share,
                   'income_class', g.income_class, 'discount_rate', g.rate::text,
                   'grant_element', round(g.element, 4)::text) ORDER BY g.ordinal)
          INTO element, lacks, parts
          FROM grant_elements(r, named, as_of) AS g
         CROSS JOIN share_weights(
                   (SELECT array_agg(p.value ->> 'share' ORDER BY p.ordinality)
                      FROM jsonb_array_elements(parts_with_share(r.recipients))
                           WITH ORDINALITY AS p)) AS w;
    END IF;
    element := CASE WHEN lacks IS NULL THEN element END;
    RETURN (
    SELECT json_build_object(
        'commitment_id', r.commitment_id, 'finance_type', r.finance_type,
        'face_value', r.amount::text, 'currency', r.currency,
        'loan_terms', r.loan_terms, 'discount_rate_set', named, 'recipients', parts,
        'grant_element', round(element, 4)::text,
        'grant_equivalent', round(r.amount * element / 100, u.minor_unit)::text,
        'lacking', lacks)
      FROM (SELECT 1) AS o
      LEFT JOIN currency AS u ON u.code = r.currency);
END
$$;

DROP FUNCTION alignment_matches(commitment, commitment_revision, uuid, bigint);
CREATE FUNCTION alignment_matches(c commitment, r commitment_revision, priorities uuid,
                                  as_of bigint)
RETURNS TABLE (rank integer, sector text, framework text, framework_version text, item text,
               link uuid, share text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT p.rank, p.sector, NULL::text, NULL::text, NULL::text, NULL::uuid,
           s.value ->> 'share'
      FROM national_priority AS p
      JOIN jsonb_array_elements(r.sectors) AS s ON s.value ->> 'code' = p.sector
     WHERE p.statement_id = priorities
     UNION ALL
    SELECT p.rank, NULL, p.framework, p.framework_version, p.item, l.id, l.share::text
      FROM national_priority AS p
      JOIN framework_links(c.id, as_of) AS l
        ON l.framework = p.framework AND l.framework_version = p.framework_version
       AND item_within(l.framework, l.framework_version, l.item, p.item)
     WHERE p.statement_id = priorities;
END
$$;
COMMENT ON FUNCTION alignment_matches(commitment, commitment_revision, uuid, bigint) IS
    'Where the sectors of a commitment are among the priorities, and where a link of it is to one '
    'of them or to an item below it. The share is that of the sector or of the link, as it was '
    'given.';

-- Only sectors divide the money once; what links say overlaps, and is shown match by match.
DROP FUNCTION aligned_share(commitment_revision, uuid);
CREATE FUNCTION aligned_share(r commitment_revision, priorities uuid) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT share_sum(coalesce(array_agg(s.value ->> 'share' ORDER BY s.ordinality)
                                  FILTER (WHERE s.value ? 'share' AND EXISTS (
               SELECT FROM national_priority AS p
                WHERE p.statement_id = priorities AND p.sector = s.value ->> 'code')), '{}'))
      FROM jsonb_array_elements(r.sectors) WITH ORDINALITY AS s
    HAVING count(s.value ->> 'share') > 0
       AND EXISTS (SELECT FROM national_priority AS p
                    WHERE p.statement_id = priorities AND p.sector IS NOT NULL));
END
$$;
COMMENT ON FUNCTION aligned_share(commitment_revision, uuid) IS
    'The percentage of a commitment, by its own sector shares, whose sector is a priority, '
    'exactly: a fraction where a share is one. Null, never 0, where that cannot be said: nothing '
    'stated, no sector among the priorities, or none with a share in the commitment.';

DROP FUNCTION country_alignment(commitment, commitment_revision, text, numeric, bigint);
CREATE FUNCTION country_alignment(c commitment, r commitment_revision, of_country text,
                                  country_share text, as_of bigint)
RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
    in_force uuid := priorities_on(of_country, r.commitment_date, as_of);
BEGIN
    RETURN (
    SELECT json_build_object(
        'country', of_country, 'share', country_share,
        'priorities', (
            SELECT json_build_object('id', s.id, 'period_start', s.period_start,
                                     'period_end', s.period_end,
                                     'stated_at', rfc3339(s.recorded_at))
              FROM priority_statement AS s
             WHERE s.id = in_force),
        'aligned_share', aligned_share(r, in_force),
        'matches', CASE WHEN in_force IS NOT NULL THEN (
            SELECT coalesce(json_agg(json_build_object(
                       'rank', m.rank, 'sector', m.sector, 'framework', m.framework,
                       'framework_version', m.framework_version, 'item', m.item,
                       'link', m.link, 'share', m.share)
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
COMMENT ON FUNCTION country_alignment(commitment, commitment_revision, text, text, bigint) IS
    'How a commitment stands to the priorities that one recipient country had on the commitment '
    'date: what follows from its sectors and links, what the donor says, what the government says.';

CREATE OR REPLACE FUNCTION commitment_alignment(of_commitment uuid, as_of bigint) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
    SELECT json_build_object(
        'commitment_id', c.id, 'commitment_date', r.commitment_date,
        'countries', (
            SELECT coalesce(json_agg(country_alignment(c, r, p.country, p.share, as_of)
                                     ORDER BY p.country), '[]')
              FROM (SELECT e.value ->> 'country' AS country,
                           share_sum(array_agg(e.value ->> 'share' ORDER BY e.ordinality)
                                         FILTER (WHERE e.value ? 'share')) AS share
                      FROM jsonb_array_elements(r.recipients) WITH ORDINALITY AS e
                     WHERE e.value ? 'country'
                     GROUP BY e.value ->> 'country') AS p),
        'tree_size', coalesce(as_of, tree_size()))
      FROM commitment AS c
     CROSS JOIN revision_at(c.id, as_of) AS r
     WHERE c.id = of_commitment);
END
$$;

GRANT EXECUTE ON FUNCTION share_fraction(text), share_weights(text[]), share_sum(text[]),
      shares_are_whole(jsonb)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter,
      aidledger_importer;
GRANT EXECUTE ON FUNCTION ict_fraction_elsewhere(integer, numeric, numeric, numeric)
   TO aidledger_writer, aidledger_importer, aidledger_reporter;
GRANT EXECUTE ON FUNCTION alignment_matches(commitment, commitment_revision, uuid, bigint),
      aligned_share(commitment_revision, uuid),
      country_alignment(commitment, commitment_revision, text, text, bigint)
   TO aidledger_public, aidledger_scoped, aidledger_writer, aidledger_reporter;
