// What was read at any moment can be read as of that moment for ever.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { bodyExample } from '../lib/calls.mjs';
import { api, sequenced } from '../lib/client.mjs';
import { passTime } from '../lib/clock.mjs';
import { operations } from '../lib/contract.mjs';
import * as make from '../lib/make.mjs';
import { rows } from '../lib/sql.mjs';

let made;
let transaction;
let receipt;
let pledge;
let link;
const around = [];
let wanted;
let served;
let plan;
const seen = [];

async function good(promise) {
    const answer = await promise;
    assert.ok(answer.status < 300, answer.text);
    return answer;
}

// Only now is it told by when a disbursement is to be confirmed, and which position that is.
function plain(value) {
    return JSON.parse(JSON.stringify(value, (name, inner) => {
        if (name === 'tree_size' || name === 'amendment_pending') {
            return undefined;
        }
        return name === 'receipts' ? inner.map((one) => ({ ...one, due_on: null })) : inner;
    }));
}

function paths() {
    const input = rows(`SELECT id FROM ownership_input WHERE commitment_id = '${made.id}'
                         AND country = 'MW'`)[0];
    return [made.path, `${made.path}/transactions?limit=200`, `${made.path}/schedule`,
        `${made.path}/schedule?version=1`, `${made.path}/documents`,
        `${made.path}/ownership-inputs`, `/v1/ownership-inputs/${input.id}`,
        `/v1/ownership-inputs?commitment=${made.id}`, `${made.path}/history?limit=200`,
        `${made.path}/field-history`,
        `${plan.path}`, `${plan.path}/2026/items`, `/v1/frameworks?country=MW`,
        ...(served ? [`${made.path}/links/${served}`] : []), `${made.path}/links`,
        `${made.path}/alignment`, `/v1/national-priorities?on=${wanted.day}`, wanted.path,
        `/v1/receipt-confirmations?commitment=${made.id}&limit=200`,
        '/v1/standing-disagreements', '/v1/report-runs?report=ownership',
        `${made.path}/grant-equivalent`, '/v1/countries/MW/fiscal-calendar',
        ...(pledge ? [pledge.path, `/v1/pledges?commitment=${made.id}`] : []),
        ...(transaction ? [`${made.path}/transactions/${transaction}`,
            `${made.path}/transactions/${transaction}/flows`,
            '/v1/parked-funds?donor=XI-DEMO-DONOR'] : []),
        ...(link ? [`/v1/flow-links/${link}`, `/v1/flow-links?parent=${transaction}`] : []),
        `/v1/comments?commitment=${made.id}&limit=200`,
        `/v1/comments?commitment=${made.id}&status=open`,
        `/v1/third-party-observations?commitment=${made.id}`, ...around,
        ...(receipt ? [`/v1/receipt-confirmations/${receipt}`] : [])];
}

async function look(what) {
    const [{ entry, at }] = rows(`SELECT entry, at FROM ledger_entry
        ORDER BY at DESC, version DESC LIMIT 1`);
    const size = await sequenced(entry);
    const read = {};
    for (const path of paths()) {
        read[path] = plain((await good(api.anonymous.get(path))).body);
    }
    seen.push({ what, size, at, read });
}

const act = async (what, who, verb, path, body) => {
    const { etag } = await good(api.anonymous.get(path.replace(/\/[a-z-]+$/, '')))
        .catch(() => ({}));
    const answer = await good(who[verb](path, body, { ifMatch: etag }));
    await look(what);
    return answer;
};

before(async () => {
    plan = await make.plan();
    wanted = await make.priorities({ priorities: [{ framework: plan.framework,
        framework_version: '2026', item: '1' }, { sector: '22040' }] });
    made = await make.registered({ commitment_date: wanted.day });
    await look('registered');
    pledge = await make.pledged();
    pledge = { ...pledge, ...await make.converted(pledge, made, '1000000.00') };
    await look('converted');
    await act('pledge withdrawn', api.donorApprover, 'post', `${pledge.path}/withdraw`,
        { reason: 'The rest was not voted.' });
    await act('aligned', api.donor, 'post', `${made.path}/alignment`, { country: 'MW',
        priorities: wanted.id, serves: [{ rank: 1, how: 'In its first phase.' }] });
    await make.priorities({ period_start: wanted.period_start, supersedes: [wanted.id],
        priorities: [{ sector: '11110' }] });
    await act('aligned anew', api.donor, 'post', `${made.path}/alignment`,
        bodyExample(operations.alignment_state));
    const asserted = await act('linked', api.donor, 'post', `${made.path}/links`, make.pillarC);
    served = asserted.body.link.id;
    for (const [answer, reason] of [['refused', 'It is for roads.'], ['endorsed', 'It is not.']]) {
        await act(answer, api.signatory, 'post', `${made.path}/links/${served}/answers`,
            { answer, reason });
    }
    const toPlan = await act('linked to the plan', api.donor, 'post', `${made.path}/links`,
        { framework: plan.framework, framework_version: '2026', item: '1.1', rationale: 'A ring.' });
    await act('plan endorsed', api.signatory, 'post',
        `${made.path}/links/${toPlan.body.link.id}/answers`, { answer: 'endorsed' });
    await good(api.signatory.post(`${plan.path}/2026/items`,
        { items: [{ code: '2.1', kind: 'programme', title: 'Teachers first', parent: '2' }] }));
    await act('linked anew', api.donor, 'post', `${made.path}/links`,
        { ...make.pillarC, share: '50' });
    await act('effect', api.donorApprover, 'post', `${made.path}/effect`,
        { agreement_reference: 'AGR-1', effective_date: '2026-10-01' });
    const paid = await act('paid', api.donor, 'post', `${made.path}/transactions`, {
        transaction_type: '3', transaction_date: '2026-11-02', amount: '250000.01', currency: 'USD' });
    transaction = paid.body.transaction.id;
    const lodged = await act('lodged', api.signatory, 'post', `${made.path}/ownership-inputs`,
        { position: 'request_change', text: 'Later.' });
    const input = `/v1/ownership-inputs/${lodged.body.ownership_input.id}`;
    const asked = await make.asked(made);
    around.push(asked.path);
    await look('asked');
    const reply = await make.replied(api.officer, asked);
    around.push(reply.path);
    await look('replied');
    await act('corrected', api.officer, 'post', `${reply.path}/correct`,
        { text: 'All of them.', reason: 'We counted again.' });
    await make.withdrawn(api.officer, reply);
    await look('open again');
    const observed = await make.observed({}, made);
    around.push(observed.path);
    await look('observed');
    const reported = await make.reported({}, made);
    around.push(reported.path, `/v1/joint-reviews?commitment=${made.id}`);
    await look('reported');
    await make.onReview(api.signatory, reported, 'actions/1/accept', {});
    await look('closed');
    await act('replied to it', api.donor, 'post', `${observed.path}/reply`, { text: 'In January.' });
    const counted = await make.measured();
    around.push(counted.path, `${counted.path}/history`,
        `/v1/observations?country=MW&indicator=${counted.indicator}&year=${counted.year}`,
        `/v1/observations?year=${counted.year}&state=accepted`);
    await look('measured');
    const recounted = await make.measured({ ...counted.row, value: '26.0', reason: 'New weights.' });
    around.push(recounted.path);
    await look('measured anew');
    await good((await make.statistician()).post(`${recounted.path}/withdraw`,
        { reason: 'The weights were wrong.' }, { ifMatch: recounted.etag }));
    await look('no longer measured');
    const won = await make.contracted({}, api.donor, made);
    around.push(won.path, `/v1/contract-awards?commitment=${made.id}`,
        `/v1/contract-awards?commitment=${made.id}&state=in_force`);
    await look('contracted');
    const rewon = await make.contracted({ reference: won.body.reference, amount: '1.00',
        supersedes: won.id, reason: 'As signed.' }, api.donor, made);
    await look('contracted anew');
    await good(api.donor.post(`${rewon.path}/withdraw`, { reason: 'Not signed.' },
        { ifMatch: rewon.etag }));
    await look('no longer contracted');
    const voted = await make.budgeted();
    around.push(voted.path, `/v1/approved-budgets?country=MW&year=${voted.year}`,
        `/v1/approved-budgets?year=${voted.year}&state=in_force`);
    await look('budgeted');
    const revoted = await make.budgeted({ year: voted.year, amount: '0.00', supersedes: voted.id,
        reason: 'A supplementary budget.' });
    await look('budgeted anew');
    await good(api.officer.post(`${revoted.path}/withdraw`, { reason: 'Not passed.' },
        { ifMatch: revoted.etag }));
    await look('no longer budgeted');
    const mask = await make.masked();
    around.push(mask.path, `/v1/indicator-masks?country=MW&year=${mask.year}&limit=200`,
        '/v1/indicator-masks?state=approved');
    await look('masked');
    const decided = await good(api.steward.post(`${mask.path}/decide`,
        { decision: 'approved', reason: 'So it is.' }, { ifMatch: mask.etag }));
    await look('mask approved');
    await good(api.steward.post(`${mask.path}/withdraw`, { reason: 'Not any more.' },
        { ifMatch: decided.etag }));
    await look('mask withdrawn');
    await act('document', api.donor, 'post', `${made.path}/documents`,
        bodyExample(operations.document_record));
    await act('rescheduled', api.donor, 'post', `${made.path}/schedule`,
        bodyExample(operations.schedule_record));
    await act('answered', api.donorApprover, 'post', `${input}/answer`,
        { answer: 'rejected', reason: 'No.' });
    await act('escalated', api.signatory, 'post', `${input}/escalate`, { ground: 'It was promised.' });
    await act('one side differs', api.donorApprover, 'post', `${input}/agree-to-differ`,
        { text: 'It was not.' });
    await act('both differ', api.signatory, 'post', `${input}/agree-to-differ`, { text: 'It was.' });
    assert.equal(seen.at(-1).read['/v1/standing-disagreements'].items.length, 1);
    around.push((await make.issued({ report: 'ownership' })).path);
    await look('issued');
    const partial = await good(api.officer.post('/v1/receipt-confirmations', {
        transaction_id: transaction, outcome: 'partial', amount: '120000.00',
        value_date: '2026-11-09' }));
    receipt = partial.body.receipt_confirmation.id;
    await look('partial');
    const path = `/v1/receipt-confirmations/${receipt}`;
    await act('explained', api.donor, 'post', `${path}/explain`,
        bodyExample(operations.receipt_confirmation_explain));
    await act('corrected', api.donor, 'post', `${path}/correct`, { amount: '-5000.00',
        transaction_date: '2026-11-20', reason: 'A part was kept.' });
    await passTime(100);
    await look('time has passed');
    const open = (await good(api.anonymous.get(path))).body.open_difference;
    await act('accepted', api.donorApprover, 'post', `${path}/accept`, { difference: open });
    await act('reconciled', api.signatory, 'post', `${path}/accept`, { difference: open });
    await act('parked', api.donor, 'post', '/v1/parked-funds',
        { transaction_id: transaction, purpose: 'Allocated later.' });
    const child = await act('paid again', api.donor, 'post', `${made.path}/transactions`, {
        transaction_type: '3', transaction_date: '2026-11-20', amount: '500.00', currency: 'USD' });
    const linked = await good(api.donor.post('/v1/flow-links', { parent_id: transaction,
        child_id: child.body.transaction.id, link_type: 'parked', amount: '400.00' }));
    link = linked.body.flow_link.id;
    await look('allocated');
    await act('taken back', api.donor, 'post', `/v1/flow-links/${link}/reverse`,
        { reason: 'It was other money.' });
    const now = await make.fresh(made);
    const amended = await good(api.donor.post(`${made.path}/amend`, { reason: 'Less.',
        changes: { amount: '900000.00' } }, { ifMatch: now.etag }));
    await good(api.donorApprover.post(`${made.path}/register`, undefined, { ifMatch: amended.etag }));
    await look('amended');
    await act('cancelled', api.donorApprover, 'post', `${made.path}/cancel`, { reason: 'Enough.' });
});

test('every read is told again as it was, by position and by time', async () => {
    assert.ok(seen.length > 12);
    for (const { what, size, at, read } of seen) {
        for (const [path, was] of Object.entries(read)) {
            const mark = path.includes('?') ? '&' : '?';
            for (const asked of [size, at]) {
                const then = await good(api.anonymous.get(
                    `${path}${mark}as_of=${encodeURIComponent(asked)}`));
                assert.deepEqual(plain(then.body), was, `${what}: ${path} as of ${asked}`);
                assert.equal(then.headers.get('aidledger-tree-size'), String(size));
            }
        }
    }
});

test('between any two positions: the differences of the documents, and the statements between', async () => {
    for (let at = 1; at < seen.length; at++) {
        const [from, to] = [seen[at - 1], seen[at]];
        const { body } = await good(api.anonymous.get(
            `${made.path}/differences?from=${from.size}&to=${to.size}`));
        const before = from.read[made.path];
        const after = to.read[made.path];
        // What is said to differ, and nothing else, makes the one of the other.
        // A list or object that holds something differs in what it holds.
        const value = (document, pointer) => {
            const found = pointer.split('/').slice(1)
                .reduce((inner, name) => inner?.[name], document) ?? null;
            return found !== null && typeof found === 'object' && Object.keys(found).length > 0
                ? null : found;
        };
        for (const { pointer, from: was, to: is } of body.differences) {
            assert.deepEqual([was, is], [value(before, pointer), value(after, pointer)], pointer);
        }
        for (const name of Object.keys({ ...before, ...after })) {
            const differs = JSON.stringify(before[name]) !== JSON.stringify(after[name]);
            assert.equal(body.differences.some(({ pointer }) => pointer.split('/')[1] === name),
                differs, `${to.what}: ${name}`);
        }
        // What was said around it is no statement about it.
        assert.equal(body.statements.length > 0, after.version > before.version, to.what);
        assert.ok(body.statements.every((one) => one.leaf_index >= from.size
            && one.leaf_index < to.size));
    }
    const all = await good(api.anonymous.get(`${made.path}/differences?to=${seen.at(-1).size}`));
    const cancelled = all.body.statements.find((one) => one.kind === 'commitment.cancelled');
    assert.equal(cancelled.reason, 'Enough.');
});

test('what was not there yet is not there as of then', async () => {
    const [first] = seen;
    for (const path of [`${made.path}/transactions/${transaction}`,
        `/v1/receipt-confirmations/${receipt}`]) {
        assert.equal((await api.anonymous.get(`${path}?as_of=${first.size}`)).status, 404);
    }
    assert.equal((await api.anonymous.get(`${made.path}?as_of=0`)).status, 404);
    assert.equal((await api.anonymous.get(`${made.path}/schedule?version=2&as_of=${first.size}`))
        .status, 404);
});

test('a time to come is refused, as a position to come is', async () => {
    for (const asked of ['2999-01-01T00:00:00Z', '999999999']) {
        const answer = await api.anonymous.get(`${made.path}?as_of=${asked}`);
        assert.equal(answer.status, 422);
        assert.deepEqual(answer.body.errors.map((one) => `${one.parameter} ${one.rule}`),
            ['as_of reached']);
    }
    const before = await api.anonymous.get(`${made.path}?as_of=1999-01-01T00:00:00%2B02:00`);
    assert.equal(before.status, 404);
});

test('a report by time is the report by position', async () => {
    const { size, at } = seen[5];
    const byTime = await good(api.anonymous.get(`/v1/reports/portfolio?as_of=${encodeURIComponent(at)}`));
    const byPosition = await good(api.anonymous.get(`/v1/reports/portfolio?as_of=${size}`));
    assert.equal(byTime.text, byPosition.text);
});

test('what stewards stated is told again as it was', async () => {
    const [country] = rows(`SELECT c.code FROM country AS c WHERE NOT EXISTS (
        SELECT FROM country_group_membership AS m WHERE m.country = c.code) ORDER BY c.code LIMIT 1`);
    const registered = async () => good(api.steward.post('/v1/organisations', {
        ...bodyExample(operations.organisation_register), identifier: `XI-TEST-${country.code}`,
        name: 'Zz of a test' }));
    const paths = ['/v1/country-groups', '/v1/country-groups/LDC/memberships',
        `/v1/countries/${country.code}`, '/v1/countries?limit=200',
        '/v1/organisations?text=Zz%20of%20a%20test', '/v1/ledger/entries?limit=200'];
    const looked = [];
    const lookAt = async (statement) => {
        const size = await sequenced(statement.entry);
        const read = {};
        for (const path of paths) {
            read[path] = plain((await good(api.anonymous.get(path))).body);
        }
        looked.push({ size, read });
    };
    await lookAt({ entry: rows('SELECT entry FROM ledger_leaf ORDER BY leaf_index DESC LIMIT 1')[0].entry });
    const { body } = await registered();
    paths.push(`/v1/organisations/${body.organisation.id}`);
    await lookAt(body.statement);
    await lookAt((await good(api.steward.post(`/v1/organisations/${body.organisation.id}/four-eyes`,
        { four_eyes: !body.organisation.four_eyes, reason: 'By letter.' }))).body.statement);
    await lookAt((await good(api.steward.post('/v1/country-groups/LDC/memberships',
        { ...bodyExample(operations.country_group_record), country: country.code,
            valid_from: '2020-01-01', valid_to: undefined, supersedes: undefined })))
        .body.statement);
    assert.notDeepEqual(looked[0].read['/v1/country-groups'], looked[3].read['/v1/country-groups']);
    for (const { size, read } of looked) {
        for (const [path, was] of Object.entries(read)) {
            const then = await good(api.anonymous.get(
                `${path}${path.includes('?') ? '&' : '?'}as_of=${size}`));
            assert.deepEqual(plain(then.body), was, `${path} as of ${size}`);
            assert.equal(then.headers.get('aidledger-tree-size'), String(size));
        }
    }
    assert.equal((await api.anonymous.get(
        `/v1/organisations/${body.organisation.id}?as_of=${looked[0].size}`)).status, 404);
});

test('what is withheld now is withheld at every position, from whoever asks but auditors', async () => {
    const observed = await make.observed({}, made);
    const size = await sequenced(observed.entry);
    const then = async (who) => (await good(who.get(`${observed.path}?as_of=${size}`))).body;
    assert.deepEqual(await then(api.anonymous), observed.body);
    await good(api.steward.post(`${observed.path}/withhold`,
        { harm: 'unlawful', reason: 'A court has ordered it.' }, { ifMatch: observed.etag }));
    for (const who of [api.anonymous, api.donor, api.signatory, api.steward]) {
        const { withheld, ...rest } = await then(who);
        assert.equal(withheld.reason, 'A court has ordered it.');
        assert.deepEqual(rest, { ...rest, ground: null, text: null, place: null, evidence: null,
            moderations: [], version: 1 });
    }
    const { withheld, ...rest } = await then(api.auditor);
    assert.equal(withheld.harm, 'unlawful');
    assert.deepEqual({ ...rest, withheld: null }, observed.body);
    const { body } = await good(api.anonymous.get(`/v1/ledger/entries/${observed.body.entry}`));
    assert.doesNotMatch(Buffer.from(body.leaf, 'base64').toString(), /equipment|Karonga/);
});

test('what is said around a commitment changes nothing of it', async () => {
    const paths = [made.path, '/v1/reports/ownership', '/v1/reports/portfolio'];
    const read = () => Promise.all(paths.map(async (path) => plain(
        (await good(api.anonymous.get(path))).body)));
    const link = (documents) => documents.map((one) => ({ ...one, standing_disagreements: null,
        data_limitations: null }));
    const before = link(await read());
    await make.asked(made);
    const observed = await make.observed({}, made);
    await good(api.donor.post(`${observed.path}/reply`, { text: 'No.' }));
    await sequenced(observed.entry);
    assert.deepEqual(link(await read()), before);
});
