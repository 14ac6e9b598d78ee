// Rollups: a report of the newest position is a lookup, and the very bytes that the rows give later.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { before, test } from 'node:test';

import { bodyExample } from '../lib/calls.mjs';
import { api, sequenced, until } from '../lib/client.mjs';
import { moveClock, passTime } from '../lib/clock.mjs';
import { operations } from '../lib/contract.mjs';
import * as make from '../lib/make.mjs';
import { rollupFaults } from '../lib/rollup.mjs';
import { rows, run } from '../lib/sql.mjs';
import { Dice } from '../seed/dice.mjs';

const SEED = Number(process.env.ROLLUP_SEED ?? randomInt(1_000_000));
const dice = new Dice(SEED);
const ROUNDS = Number(process.env.ROLLUP_ROUNDS ?? 40);

const paths = ['portfolio', 'portfolio?donor=XI-DEMO-DONOR', 'portfolio?recipient=MW&year=2026',
    'portfolio?sector=22040', 'portfolio?in_kind=true', 'group-allocation', 'group-allocation?year=2026',
    'group-allocation?donor=XI-DEMO-DONOR', 'group-allocation?donor=XI-NOBODY', 'ownership', 'ownership?country=MW',
    'ownership?donor=XI-DEMO-DONOR'].map((path) => `/v1/reports/${path}`);

async function done(promise) {
    const answer = await promise;
    assert.ok(answer.status < 300, answer.text);
    return answer;
}

const read = async (path) => (await done(api.anonymous.get(path))).text;

async function settled() {
    await until(() => rows('SELECT FROM ledger_queue').length === 0);
    return Number(rows('SELECT tree_size() AS size')[0].size);
}

// The newest report of each kind as it is given now, with the position it is of.
async function newest() {
    const size = await settled();
    return { size, answers: await Promise.all(paths.map(read)) };
}

// Given later, by the position, from the rows.
async function again({ size, answers }) {
    for (const [at, path] of paths.entries()) {
        assert.equal(await read(`${path}${path.includes('?') ? '&' : '?'}as_of=${size}`), answers[at],
            `ROLLUP_SEED=${SEED}: ${path} at ${size}`);
    }
}

const amount = () => `${1 + dice.below(100_000)}.${String(dice.below(100)).padStart(2, '0')}`;
const COUNTRIES = ['MW', 'ZM', 'KE', 'FJ', 'NP', 'DE', 'VU'];

function content() {
    const first = 1 + dice.below(98);
    const chosen = dice.shuffled(COUNTRIES);
    return {
        recipients: dice.below(4) === 0 ? [{ country: 'MW', share: '100/3' }, { country: chosen[1] === 'MW'
            ? 'ZM' : chosen[1], share: '200/3' }]
            : [{ country: chosen[0], share: String(first) }, { country: chosen[1], share: String(100 - first) }],
        sectors: dice.below(2) === 0 ? [{ code: '11110', share: '100' }]
            : [{ code: '22040', share: '60' }, { code: '11110', share: '40' }],
        currency: dice.one(['USD', 'EUR']), ict_significance: 1 + dice.below(2), ict_share: '80',
        amount: amount(), schedule: undefined,
    };
}

const commitments = [];
const payments = [];
const membership = { group: 'EIT', id: undefined };

async function pay(made, body) {
    const { body: { transaction } } = await done(api.donor.post(`${made.path}/transactions`, body));
    payments.push({ made, transaction });
    return transaction;
}

const deeds = {
    effective: async () => { commitments.push(await make.effective(content())); },
    registered: async () => { commitments.push(await make.registered(content())); },
    submitted: async () => { await make.submitted(content()); },
    paid: async () => {
        const made = dice.one(commitments);
        const { body } = await make.fresh(made);
        await pay(made, { transaction_type: dice.one(['3', '3', '4']), amount: amount(),
            transaction_date: dice.one(['2025-12-31', '2026-01-01', '2026-11-02']), currency: body.currency });
    },
    reversed: async () => {
        const { made, transaction: t } = dice.one(payments);
        await done(api.donor.post(`${made.path}/transactions`, { transaction_type: t.transaction_type,
            transaction_date: t.transaction_date, currency: t.currency, adjusts: t.id, reason: 'Too much.',
            amount: `${t.amount.startsWith('-') ? '' : '-'}${t.amount.replace('-', '')}` }));
    },
    amended: async () => {
        const made = await make.effective(content());
        commitments.push(made);
        const proposed = await done(api.donor.post(`${made.path}/amend`, { reason: 'It was agreed.',
            changes: dice.below(2) === 0 ? { amount: amount() } : { recipients: [{ country: 'MW', share: '100' }] } },
        { ifMatch: made.etag }));
        await done(api.donorApprover.post(`${made.path}/register`, undefined, { ifMatch: proposed.etag }));
    },
    imported: async () => { await make.imported(); },
    lodged: async () => { await make.lodged(dice.below(2) === 0 ? { position: 'contest' } : {}); },
    answered: async () => { await make.answered(); },
    received: async () => {
        await make.received(dice.one(['full', 'partial', 'not_received', 'not_visible']));
    },
    corrected: async () => { await make.corrected(await make.received('partial'), '-0.01'); },
    agreedToDiffer: async () => {
        const made = await make.disputed();
        const one = await done(api.donorApprover.post(`${made.path}/agree-to-differ`,
            { text: 'We see it so.' }, { ifMatch: made.etag }));
        await done(api.signatory.post(`${made.path}/agree-to-differ`, { text: 'We do not.' },
            { ifMatch: one.etag }));
    },
    lapsed: async () => { await make.lapsed(); },
    moved: async () => {
        // In the group from the first day of 2026 on, or not at all, or always.
        const { body } = await done(api.steward.post(`/v1/country-groups/${membership.group}/memberships`, {
            ...bodyExample(operations.country_group_record), country: 'MW',
            valid_from: dice.one(['1990-01-01', '2026-01-01']), valid_to: dice.one([undefined, '2026-11-01']),
            supersedes: membership.id, reason: 'It was another day.' }));
        membership.id = body.membership.id;
    },
};

before(async () => {
    await deeds.effective();
    await deeds.paid();
});

test(`${ROUNDS} rounds of what may happen, ROLLUP_SEED=${SEED}: the same bytes from both, at every position`, async (t) => {
    const told = [];
    const names = Object.keys(deeds);
    for (let round = 0; round < ROUNDS; round++) {
        const name = round < names.length ? names[round] : dice.one(names);
        await deeds[name]();
        told.push(name);
        const before = await newest();
        await deeds.paid();
        await settled();
        try {
            await again(before);
        } catch (error) {
            t.diagnostic(told.join(', '));
            throw error;
        }
    }
});

test('the newest position by its number is read like no position at all', async () => {
    const held = await newest();
    await again(held);
});

test('the day moves on, and what is due with it', async () => {
    const made = await make.lodged();
    await make.paid();
    await passTime(70);
    const held = await newest();
    await deeds.paid();
    await settled();
    await again(held);
    assert.deepEqual(rollupFaults(), []);
    assert.ok(made.id);
    moveClock(0);
});

test('folded one leaf after the other, or all at once, the rollups are the same', async () => {
    await settled();
    run(`BEGIN; UPDATE rollup_progress SET tree_size = 0, day = NULL WHERE only_one;
         TRUNCATE rollup_portfolio, rollup_group, rollup_group_country, rollup_ownership,
                  rollup_disagreement, rollup_disagreement_place, rollup_disagreement_count,
                  rollup_speech;
         DO $$ BEGIN WHILE aidledger.rollups_fold(7) > 0 LOOP NULL; END LOOP; END $$; COMMIT;`);
    assert.deepEqual(rollupFaults(), []);
});

test('an error in a rollup keeps no statement out of the log: reports read the rows until it is mended', async () => {
    await settled();
    run('REVOKE UPDATE ON rollup_portfolio FROM aidledger_sealer');
    await deeds.paid();
    const size = await settled();
    assert.ok(Number(rows('SELECT tree_size FROM rollup_progress')[0].tree_size) < size);
    const behind = await Promise.all(paths.map(read));
    assert.deepEqual(rollupFaults().slice(0, 1), [`the rollups hold ${
        rows('SELECT tree_size FROM rollup_progress')[0].tree_size} leaves of ${size}`]);
    run('GRANT UPDATE ON rollup_portfolio TO aidledger_sealer');
    await deeds.paid();
    await settled();
    await again({ size, answers: behind });
    assert.deepEqual(rollupFaults(), []);
});

test('a report does not see what gets its place between its two questions', async () => {
    // Were the second question newer than the first, it would find the rollups ahead of its position.
    const [{ level }] = rows(`SELECT split_part(s.setting, '=', 2) AS level FROM pg_db_role_setting AS d
        JOIN pg_roles AS r ON r.oid = d.setrole, unnest(d.setconfig) AS s (setting)
        WHERE r.rolname = 'aidledger_reporter' AND s.setting LIKE 'default_transaction_isolation=%'`);
    assert.equal(level, 'repeatable read');
    let isWriting = true;
    const writer = (async () => {
        for (let i = 0; i < 15; i++) {
            await deeds.paid();
        }
        isWriting = false;
    })();
    const seen = [];
    while (isWriting) {
        const [path] = dice.shuffled(paths);
        const text = await read(path);
        seen.push([path, JSON.parse(text).tree_size, text]);
    }
    await writer;
    await settled();
    for (const [path, size, text] of seen) {
        assert.equal(await read(`${path}${path.includes('?') ? '&' : '?'}as_of=${size}`), text, `${path} at ${size}`);
    }
    await sequenced(rows('SELECT entry FROM ledger_leaf ORDER BY leaf_index DESC LIMIT 1')[0].entry);
});
