// A report that was issued: the same bytes for ever, whatever is stated later, provable by anybody.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { before, test } from 'node:test';

import { decimal, decimalText, rescaled } from '../fold/split.mjs';
import { readLog } from '../fold/log.mjs';
import { follow } from '../fold/state.mjs';
import { REFERENCE_RATES, bodyExample } from '../lib/calls.mjs';
import { api, sequenced, until } from '../lib/client.mjs';
import { operations } from '../lib/contract.mjs';
import { snapshot } from '../lib/fold.mjs';
import * as make from '../lib/make.mjs';
import { somebody } from '../lib/principals.mjs';
import { rows, run } from '../lib/sql.mjs';
import { commit, good, makeWorld, pay } from './world.mjs';

const euros = { currency: 'EUR', rate_set: REFERENCE_RATES };
const asked = [
    ['portfolio', {}], ['portfolio', euros], ['portfolio', { ...euros, year: '2021' }],
    ['portfolio', { fiscal_year_of: 'MW', period_basis: 'reporting', recipient: 'MW' }],
    ['portfolio', { in_kind: 'true' }], ['group-allocation', {}], ['group-allocation', euros],
    ['ownership', {}], ['ownership', { country: 'NG' }],
    ['boundary-totals', { groups: 'LDC', countries: 'KZ' }],
    ['boundary-totals', { organisations: 'XI-TEST-NORTH', ...euros }],
    ['cube', { dimensions: 'donor,recipient_group,year', measures: 'amount,ict_220,countries' }],
    ['cube', { dimensions: 'recipient_country', group: 'LDC', ...euros }],
].flatMap(([report, parameters]) => ['json', 'csv']
    .map((format) => ({ report, parameters, format })));

let world;
let size;
const issued = [];

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

function live({ report, parameters, format }, as_of = size) {
    const query = new URLSearchParams({ ...parameters, format, as_of });
    return good(api.anonymous.get(`/v1/reports/${report}?${query}`));
}

function issue(body, who = api.auditor) {
    return good(who.post('/v1/report-runs', { ...body, as_of: size }));
}

before(async () => {
    world = await makeWorld();
    await make.closedPeriod({ period_start: '2020-12-01', period_end: '2020-12-31' });
    await pay(api.donor, world.a, '2020-12-20', '7.00', 'USD');
    await until(() => rows('SELECT FROM ledger_queue').length === 0);
    [{ size }] = rows('SELECT t.size FROM ledger_tree AS t');
    for (const body of asked) {
        const { body: answer } = await issue(body);
        issued.push(answer.report_run);
    }
});

test('what is issued is what the report gives, with its SHA-256', async () => {
    for (const [i, body] of asked.entries()) {
        const { text, headers } = await live(body);
        const result = await good(api.anonymous.get(issued[i].result));
        assert.equal(result.text, text);
        assert.equal(result.headers.get('content-type'), headers.get('content-type'));
        assert.equal(issued[i].sha256, sha256(text));
        assert.equal(issued[i].bytes, Buffer.byteLength(text));
        assert.equal(issued[i].tree_size, size);
        assert.deepEqual(issued[i].parameters, body.parameters);
        const again = await api.anonymous.get(issued[i].result,
            { headers: { 'if-none-match': result.etag } });
        assert.equal(again.status, 304);
    }
});

test('rows are counted', async () => {
    const { body } = await live(asked[0]);
    assert.equal(issued[0].rows, body.rows.length);
    assert.equal(issued[1].rows, body.rows.length);
    assert.ok(body.rows.length > 3);
});

test('who asks, and in which order, makes no difference', async () => {
    const [first] = asked;
    for (const who of [api.donor, api.signatory, api.steward]) {
        assert.equal((await issue(first, who)).body.report_run.sha256, issued[0].sha256);
    }
    const parameters = { year: '2021', rate_set: REFERENCE_RATES, currency: 'EUR' };
    const turned = await issue({ report: 'portfolio', parameters });
    assert.equal(turned.body.report_run.sha256, issued[4].sha256);
    const told = await live({ report: 'portfolio', format: 'json', parameters });
    assert.equal(sha256(told.text), issued[4].sha256);
});

test('the leaf says what was issued, and who asked', async () => {
    const [{ leaf }] = rows(`SELECT convert_from(leaf, 'UTF8')::json AS leaf FROM ledger_entry
        WHERE entry = '${issued[2].entry}'`);
    assert.equal(leaf.kind, 'report.issued');
    assert.equal(leaf.public.sha256, issued[2].sha256);
    assert.equal(leaf.public.rate_set, REFERENCE_RATES);
    assert.equal(leaf.public.tree_size, size);
    assert.deepEqual(leaf.public.totals, issued[2].totals);
    const [auditor] = rows("SELECT id FROM organisation WHERE identifier = 'XI-DEMO-AUDIT'");
    assert.equal(leaf.organisation, auditor.id);
});

test('a retry is answered as before; the key is for one request', async () => {
    const key = randomUUID();
    const body = { report: 'ownership', format: 'csv' };
    const once = await good(api.auditor.post('/v1/report-runs', body, { key }));
    await make.effective();
    const twice = await good(api.auditor.post('/v1/report-runs', body, { key }));
    assert.equal(twice.text, once.text);
    const other = await api.auditor.post('/v1/report-runs', { report: 'ownership' }, { key });
    assert.equal(other.status, 422);
});

// ---------------------------------------------------------------- what is stated later

// Statements of every sort about the very commitments that the reports count.
async function muchMore() {
    const { a, b, d, editor, approver } = world;
    const fresh = async (path) => (await good(api.anonymous.get(path))).etag;
    const amend = await good(api.donor.post(`${d}/amend`, { reason: 'Half is for maps.',
        changes: { title: 'Another title', sectors: [{ code: '22020', share: '50' },
            { code: '22040', share: '50' }] } }, { ifMatch: await fresh(d) }));
    await good(api.donorApprover.post(`${d}/register`, undefined, { ifMatch: amend.etag }));
    for (const [who, path] of [[api.donor, a], [editor, b]]) {
        const { body } = await good(api.anonymous.get(`${path}/transactions?type=3`));
        const [first] = body.items;
        await pay(who, path, first.transaction_date, `-${first.amount}`, first.currency,
            { adjusts: first.id, reason: 'Paid to somebody else.' });
        await pay(who, path, '2021-06-15', '12.34', first.currency);
    }
    await good(approver.post(`${b}/effect`,
        bodyExample(operations.commitment_effect), { ifMatch: await fresh(b) }));
    await good(approver.post(`${b}/suspend`, { reason: 'A flood.' },
        { ifMatch: await fresh(b) }));
    const endorser = await somebody('XI-TEST-KZ', 'recipient_signatory', 'KZ');
    await good(endorser.post(`${b}/ownership-inputs`, { position: 'endorse' }));
    await good(api.steward.post('/v1/country-groups/LDC/memberships',
        { ...bodyExample(operations.country_group_record), country: 'KZ', status: 'member',
            valid_from: '2000-01-01', valid_to: undefined }));
    await make.received('partial');
    await make.reopenedPeriod();
    await make.linked();
    await make.pledged();
    await make.reviewed();
    await make.disputed();
    await make.priorities();
    await make.observed();
    await make.commented();
    await good(api.steward.post('/v1/exchange-rate-sets', { name: 'Corrected',
        source: 'The bank', layout: 'plain', base_currency: 'EUR', method: 'annual_average',
        published_on: '2026-11-02', retrieved_on: '2026-11-03', reason: 'A digit was wrong.',
        supersedes: REFERENCE_RATES, csv: 'currency,valid_from,valid_to,rate\n'
            + 'USD,2020-01-01,2020-12-31,9\nJPY,2021-01-01,2021-12-31,9\n' }));
    await good(api.signatory.post('/v1/countries/MW/fiscal-calendar',
        { ...bodyExample(operations.country_fiscal_calendar_record), start_month: 10 }));
    await commit(api.donor, api.donorApprover, { commitment_date: '2020-12-03', amount: '77.00',
        currency: 'USD', recipients: [{ country: 'MW', share: '100' }],
        sectors: [{ code: '22040', share: '100' }] });
    await until(() => rows('SELECT FROM ledger_queue').length === 0);
}

test('whatever is stated later, the same run has the same bytes', async () => {
    await muchMore();
    const now = await good(api.anonymous.get('/v1/reports/portfolio'));
    assert.ok(now.body.tree_size > size + 40, `${now.body.tree_size}`);
    assert.notDeepEqual(now.body.rows, (await live(asked[0])).body.rows);
    for (const [i, body] of asked.entries()) {
        const { body: answer } = await issue(body);
        assert.equal(answer.report_run.sha256, issued[i].sha256,
            `${JSON.stringify(body)}: ${(await live(body)).text}`);
        assert.deepEqual(answer.report_run.totals, issued[i].totals);
        assert.equal(sha256((await live(body)).text), issued[i].sha256);
        assert.equal(sha256((await good(api.anonymous.get(issued[i].result))).text),
            issued[i].sha256);
    }
});

test('as of a time is as of the tree size that it means', async () => {
    const [{ at }] = rows(`SELECT rfc3339(latest_at) AS at FROM ledger_leaf
        WHERE leaf_index = ${size - 1}`);
    const { body } = await good(api.auditor.post('/v1/report-runs',
        { ...asked[0], as_of: at }));
    const there = body.report_run.tree_size;
    assert.ok(there <= size && there > 0);
    assert.equal(body.report_run.sha256, sha256((await live(asked[0], there)).text));
});

// ---------------------------------------------------------------- recomputed from the log

const RINGS = { ict_220: 1, ict_principal: 2, ict_significant: 3 };

function total(amounts) {
    const scale = Math.max(2, ...amounts.map((text) => decimal(text).scale));
    return decimalText(amounts.reduce((sum, text) => sum + rescaled(decimal(text), scale), 0n), scale);
}

// Exact decimals as numbers of the smallest unit there is, so that 10.0 and 10.00 are the same.
const same = (text) => rescaled(decimal(text), 10);

test('a fold of the leaves before the position comes to the same totals', () => {
    const read = snapshot();
    const leaves = read.leaves.filter((leaf) => Number(leaf.leaf_index) < size);
    const { said } = readLog({ ...read, leaves, whole: true });
    assert.equal(said.length, size);
    const state = follow(said, read);
    assert.deepEqual(state.found, []);
    const told = Object.fromEntries(issued[0].totals.map(({ currency, ...sums }) => [currency, sums]));
    const found = {};
    for (const [measure, type] of [['committed', '2'], ['disbursed', '3']]) {
        const counted = [...state.transactions.values()]
            .filter((t) => t.transaction_type === type && t.in_kind === null);
        for (const currency of new Set(counted.map((t) => t.currency))) {
            const ids = new Set(counted.filter((t) => t.currency === currency).map((t) => t.id));
            const parts = state.rows.allocation.filter((p) => ids.has(p.transaction_id));
            found[currency] ??= {};
            found[currency][measure] = total(parts.map((p) => p.amount));
            for (const [ring, most] of Object.entries(RINGS)) {
                found[currency][`${measure}_${ring}`] = total(parts
                    .filter((p) => p.ict_ring !== null && Number(p.ict_ring) <= most)
                    .map((p) => p.ict_amount));
            }
        }
    }
    assert.deepEqual(Object.keys(found).sort(), Object.keys(told).sort());
    for (const [currency, sums] of Object.entries(told)) {
        for (const [name, amount] of Object.entries(sums)) {
            assert.equal(same(found[currency][name] ?? '0'), same(amount), `${currency} ${name}`);
        }
    }
    assert.deepEqual(issued[1].totals, issued[0].totals);
});

test('a report whose rows do not add up has no totals', () => {
    for (const one of issued.filter((r) => r.report !== 'portfolio')) {
        assert.deepEqual(one.totals, []);
    }
});

// ---------------------------------------------------------------- the proof

const hash = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();

function rootOf(leafHash, index, treeSize, path) {
    let [at, last, root] = [BigInt(index), BigInt(treeSize) - 1n, leafHash];
    for (const sibling of path) {
        assert.ok(last > 0n, 'the path is not longer than the tree is high');
        if ((at & 1n) === 1n || at === last) {
            root = hash(Buffer.of(1), sibling, root);
            while ((at & 1n) === 0n && at !== 0n) {
                [at, last] = [at >> 1n, last >> 1n];
            }
        } else {
            root = hash(Buffer.of(1), root, sibling);
        }
        [at, last] = [at >> 1n, last >> 1n];
    }
    assert.equal(last, 0n);
    return root.toString('base64');
}

test('each run has its proof, from the first checkpoint that covers it, for good', async () => {
    for (const one of issued) {
        const { text } = await until(async () => {
            const answer = await api.anonymous.get(one.proof);
            return answer.status === 200 && answer;
        });
        const [head, note] = text.split(/\n\n(.*)/s);
        const [format, extra, index, ...path] = head.split('\n');
        const leaf = Buffer.from(extra.replace(/^extra /, ''), 'base64');
        const [origin, treeSize, root] = note.split('\n');
        assert.equal(format, 'c2sp.org/tlog-proof@v1');
        assert.equal(JSON.parse(leaf).public.sha256, one.sha256);
        assert.equal(JSON.parse(leaf).log, origin);
        assert.equal(rootOf(hash(Buffer.of(0), leaf), /^index (\d+)$/.exec(index)[1], treeSize,
            path.map((line) => Buffer.from(line, 'base64'))), root);
        const [first] = rows(`SELECT c.tree_size, c.note FROM ledger_checkpoint AS c
            JOIN ledger_leaf AS l ON l.leaf_index < c.tree_size
            WHERE l.entry = '${one.entry}' ORDER BY c.tree_size LIMIT 1`);
        assert.equal(first.tree_size, Number(treeSize));
        assert.ok(note.startsWith(first.note), 'what witnesses have said may follow');
    }
    await make.effective();
    await until(() => rows('SELECT FROM report_run_queue').length === 0);
    const [one] = issued;
    const kept = await good(api.anonymous.get(one.proof));
    assert.equal(kept.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    assert.equal(kept.text, (await good(api.anonymous.get(one.proof))).text);
});

// ---------------------------------------------------------------- how large

test('a report that is too large to be kept is refused, and says so', async () => {
    // Sectors with names of a kilobyte, in the database alone: no request gets that far.
    const cut = `SET session_replication_role = replica;
        DELETE FROM allocation WHERE sector LIKE 'xxx%';`;
    const fill = (parts) => run(`${cut} INSERT INTO allocation
        SELECT (SELECT t.id FROM transaction AS t WHERE t.transaction_type = '3' LIMIT 1), -1 - i, 'MW',
               NULL, repeat('x', 1000) || i, 1, 0, NULL
          FROM generate_series(1, ${parts}) AS i; CALL rollups_make()`);
    fill(18_000);
    try {
        const refused = await api.auditor.post('/v1/report-runs', { report: 'portfolio' });
        assert.equal(refused.status, 422, refused.text.slice(0, 300));
        assert.deepEqual(refused.body.errors.map((e) => `${e.pointer} ${e.rule}`),
            ['/parameters size']);
        fill(12_000);
        const large = await good(api.auditor.post('/v1/report-runs', { report: 'portfolio' }));
        assert.ok(large.body.report_run.bytes > 14_000_000);
        assert.ok(large.body.report_run.bytes < 16 * 2 ** 20);
        const result = await good(api.anonymous.get(large.body.report_run.result));
        assert.equal(sha256(result.text), large.body.report_run.sha256);
    } finally {
        run(`${cut} CALL rollups_make()`);
    }
});

test('what is not the caller\'s to see is in no report', async () => {
    const draft = await make.drafted({ title: 'Behind the wall' });
    await sequenced(draft.entry);
    const { body } = await good(api.auditor.post('/v1/report-runs', { report: 'portfolio' }));
    const open = await good(api.anonymous.get(
        `/v1/reports/portfolio?as_of=${body.report_run.tree_size}`));
    assert.equal(sha256(open.text), body.report_run.sha256);
});
