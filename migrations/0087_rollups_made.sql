-- To make the rollups anew is not to live everything again: what stands of a commitment is counted once,
-- as it stands, however often it was spoken of.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

-- Thousands of commitments are not what a plan for a turn of the sealer is made for.
CREATE OR REPLACE PROCEDURE rollups_make()
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    leaves_at_once      CONSTANT bigint := 250000;
    commitments_at_once CONSTANT integer := 50000;
    there  bigint;
    on_day date;
    done   bigint := 0;
    batch  uuid[];
    last   uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
    -- As a turn of the sealer does, which waits here or is waited for.
    PERFORM FROM rollup_progress FOR UPDATE;
    there := tree_size();
    on_day := (SELECT (e.at AT TIME ZONE 'UTC')::date
                 FROM ledger_leaf AS l
                 JOIN ledger_entry AS e ON e.entry = l.entry
                WHERE l.leaf_index = there - 1);
    TRUNCATE rollup_portfolio, rollup_group, rollup_group_country, rollup_ownership,
             rollup_disagreement, rollup_disagreement_place, rollup_disagreement_count;
    WHILE done < there
    LOOP
        PERFORM rollup_money_fold(done, least(there, done + leaves_at_once));
        done := done + leaves_at_once;
    END LOOP;
    LOOP
        batch := ARRAY(SELECT c.id
                        FROM commitment AS c
                       WHERE c.id > last
                       ORDER BY c.id
                       LIMIT commitments_at_once);
        EXIT WHEN batch = '{}';
        last := batch[cardinality(batch)];
        PERFORM rollup_disagreement_fold(batch, there);
        PERFORM rollup_ownership_fold(batch, 0, NULL, there, on_day);
    END LOOP;
    -- Its rows were written many times over; what is asked for together lies together again.
    CLUSTER rollup_portfolio USING rollup_portfolio_cell_unique;
    UPDATE rollup_progress SET tree_size = there, day = on_day;
END
$$;
