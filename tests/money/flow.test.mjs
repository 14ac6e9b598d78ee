// Flow links: never in a circle and never over-drawn, whoever asks at once; parked money tells its
// rest to the last minor unit.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { api } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { organisation, somebody } from '../lib/principals.mjs';
import { rows, run } from '../lib/sql.mjs';

async function good(promise) {
    const answer = await promise;
    assert.ok(answer.status < 300, answer.text);
    return answer;
}

let commitment;
let other;
let otherPath;

before(async () => {
    commitment = await make.effective({ amount: '9000000.00', schedule: undefined });
    await organisation('XI-TEST-FUND');
    other = await somebody('XI-TEST-FUND', 'donor_editor,donor_approver');
    const drafted = await good(other.post('/v1/commitments', make.draft({ schedule: undefined })));
    otherPath = drafted.location;
    const sent = await good(other.post(`${otherPath}/submit`, undefined,
        { ifMatch: drafted.etag }));
    await good(other.post(`${otherPath}/register`, undefined, { ifMatch: sent.etag }));
});

async function pay(amount, changes = {}, who = api.donor, path = commitment.path) {
    const { body } = await good(who.post(`${path}/transactions`, { transaction_type: '3',
        transaction_date: '2026-11-02', amount, currency: 'USD', unscheduled: undefined,
        ...changes }));
    return body.transaction;
}

const link = (child, parent, amount, changes = {}, who = api.donor) => who.post('/v1/flow-links',
    { child_id: child.id, parent_id: parent.id, link_type: 'standard', amount, ...changes });

const chain = async ({ id, commitment_id: of }) =>
    (await good(api.anonymous.get(`/v1/commitments/${of}/transactions/${id}/flows`))).body;

const statuses = (answers) => answers.map(({ status }) => status).sort();

test('eight draws at once take no more than there is', async () => {
    const parent = await pay('500.00');
    const children = [];
    for (let at = 0; at < 8; at++) {
        children.push(await pay('100.00'));
    }
    const answers = await Promise.all(children.map((child) => link(child, parent, '100.00')));
    assert.deepEqual(statuses(answers), [201, 201, 201, 201, 201, 422, 422, 422]);
    const { drawn, undrawn, down } = await chain(parent);
    assert.deepEqual([drawn, undrawn, down.length], ['500.00', '0.00', 5]);
});

test('links that would close a circle together: one is left out, over and over', async () => {
    // Each of a commitment of its own: no lock on a commitment keeps two of the links apart.
    const made = await Promise.all(Array.from({ length: 6 }, () =>
        make.registered({ schedule: undefined })));
    for (let round = 0; round < 8; round++) {
        const ring = await Promise.all(made.map(({ path }) => pay('10.00', {}, api.donor, path)));
        const answers = await Promise.all(ring.map((one, at) =>
            link(one, ring[(at + 1) % ring.length], '1.00')));
        assert.deepEqual(statuses(answers), [201, 201, 201, 201, 201, 422]);
        const [refused] = answers.filter(({ status }) => status === 422);
        assert.deepEqual(refused.body.errors.map(({ rule }) => rule), ['acyclic']);
    }
});

test('the tables themselves refuse a circle and an over-draw', async () => {
    const made = await make.linked();
    const [{ organisation_id: who, entry }] = rows(`SELECT organisation_id, entry FROM flow_link
        WHERE id = '${made.id}'`);
    assert.throws(() => run(`INSERT INTO flow_link (id, child_id, parent_id, link_type, amount,
            organisation_id, entry, recorded_at)
        VALUES (gen_random_uuid(), '${made.parent.id}', '${made.child.id}', 'standard', 1,
            '${who}', '${entry}', now())`), /flow_link_acyclic/);
    for (const [change, rule] of [['drawn = amount + 0.01', 'drawn_within'],
        ['drawn = -0.01', 'drawn_natural'], ['short = true', 'short_true']]) {
        assert.throws(() => run(`UPDATE flow_parent SET ${change}
            WHERE transaction_id = '${made.parent.id}'`), new RegExp(`flow_parent_${rule}`));
    }
});

test('a reversed link is no link: the money may go the other way', async () => {
    const [one, two] = [await pay('10.00'), await pay('10.00')];
    const { body } = await good(link(one, two, '10.00'));
    assert.equal((await link(two, one, '10.00')).status, 422);
    await good(api.donor.post(`/v1/flow-links/${body.flow_link.id}/reverse`,
        { amount: '9.99', reason: 'Wrong way.' }));
    assert.equal((await link(two, one, '0.01')).status, 422);
    await good(api.donor.post(`/v1/flow-links/${body.flow_link.id}/reverse`,
        { reason: 'Wrong way.' }));
    await good(link(two, one, '10.00'));
    assert.deepEqual((await chain(two)).up.map((step) => step.link.parent.id), [one.id]);
});

test('two reversals at once give back what there is once', async () => {
    const made = await make.linked();
    const answers = await Promise.all([1, 2].map(() => api.donor.post(`${made.path}/reverse`,
        { amount: '60000.00', reason: 'Too much.' })));
    assert.deepEqual(statuses(answers), [201, 422]);
    assert.equal((await chain(made.parent)).drawn, '40000.00');
});

test('the named receiver draws on what was parked with it, nobody else does', async () => {
    const parked = await pay('300.00', { receiver_org: { ref: 'XI-TEST-FUND', name: 'A fund' } });
    const elsewhere = await pay('300.00');
    await good(api.donor.post('/v1/parked-funds',
        { transaction_id: parked.id, purpose: 'Networks of small islands.' }));
    const spend = (amount) => pay(amount, {}, other, otherPath);
    const first = await spend('100.00');
    assert.equal((await link(first, elsewhere, '1.00', {}, other)).status, 403);
    await good(link(first, parked, '100.00', { link_type: 'parked' }, other));
    // The donor does not say for the fund what the fund's payment draws on, nor takes it back.
    const second = await spend('150.00');
    assert.equal((await link(second, parked, '1.00')).status, 403);
    await good(link(second, parked, '150.00', { link_type: 'parked' }, other));
    const { body } = await good(api.anonymous.get('/v1/parked-funds?limit=200'));
    const fund = body.items.find(({ transaction }) => transaction.id === parked.id);
    assert.deepEqual([fund.state, fund.parked, fund.drawn, fund.residual],
        ['OPEN', '300.00', '250.00', '50.00']);
    assert.equal((await api.donor.post(`/v1/flow-links/${fund.draws[0].id}/reverse`,
        { reason: 'No.' })).status, 403);
    await good(link(await spend('50.00'), parked, '50.00', { link_type: 'parked' }, other));
    const left = await good(api.anonymous.get('/v1/parked-funds?limit=200'));
    assert.ok(left.body.items.every(({ transaction }) => transaction.id !== parked.id));
    const all = await good(api.anonymous.get('/v1/parked-funds?state=allocated&limit=200'));
    assert.equal(all.body.items.find(({ transaction }) => transaction.id === parked.id).residual,
        '0.00');
});

test('a correction is never refused: what it over-draws is told, no more is drawn', async () => {
    const parent = await pay('100.00');
    await good(api.donor.post('/v1/parked-funds',
        { transaction_id: parent.id, purpose: 'Later.' }));
    await good(link(await pay('80.00'), parent, '80.00'));
    const correct = (amount) => pay(amount, { adjusts: parent.id, reason: 'It came back.' });
    await correct('-30.00');
    const short = await chain(parent);
    assert.deepEqual([short.net_amount, short.drawn, short.undrawn], ['70.00', '80.00', '-10.00']);
    assert.equal((await link(await pay('1.00'), parent, '1.00')).status, 422);
    const { body } = await good(api.anonymous.get('/v1/parked-funds?state=overdrawn&limit=200'));
    assert.equal(body.items.find(({ transaction }) => transaction.id === parent.id).residual,
        '-10.00');
    await good(api.donor.post(`/v1/flow-links/${short.down[0].link.id}/reverse`,
        { amount: '10.00', reason: 'It was never there.' }));
    assert.equal((await chain(parent)).undrawn, '0.00');
    await correct('5.00');
    await good(link(await pay('5.00'), parent, '5.00'));
    assert.equal((await chain(parent)).undrawn, '0.00');
});

test('what an amendment takes off a commitment cannot be drawn any more', async () => {
    const made = await make.effective({ amount: '100.00', schedule: undefined });
    const amend = async (amount) => {
        const { etag } = await make.fresh(made);
        const proposed = await good(api.donor.post(`${made.path}/amend`,
            { reason: 'The plan has changed.', changes: { amount } }, { ifMatch: etag }));
        await good(api.donorApprover.post(`${made.path}/register`, undefined,
            { ifMatch: proposed.etag }));
    };
    const committed = async () => (await good(api.anonymous.get(
        `${made.path}/transactions?limit=200`))).body.items
        .filter(({ transaction_type: type }) => type === '2')
        .sort((a, b) => a.recorded_at.localeCompare(b.recorded_at));
    const [first] = await committed();
    await good(api.donor.post('/v1/parked-funds',
        { transaction_id: first.id, purpose: 'Later.' }));
    await amend('10.00');
    const { body } = await good(api.anonymous.get('/v1/parked-funds?limit=200'));
    const fund = body.items.find(({ transaction }) => transaction.id === first.id);
    assert.deepEqual([fund.parked, fund.residual], ['10.00', '10.00']);
    assert.equal((await link(await pay('11.00'), first, '10.01')).status, 422);
    await good(link(await pay('10.00'), first, '10.00'));
    // Of what was raised and lowered again, the newest record loses first.
    await amend('30.00');
    await amend('25.00');
    await amend('4.00');
    const records = await committed();
    assert.deepEqual(records.map(({ amount }) => amount),
        ['100.00', '-90.00', '20.00', '-5.00', '-15.00', '-6.00']);
    const places = new Map(records.map(({ id }, at) => [id, at]));
    assert.deepEqual(records.map(({ adjusts }) => places.get(adjusts)),
        [undefined, 0, undefined, 2, 2, 0]);
    const { net_amount: net, undrawn } = await chain(first);
    assert.deepEqual([net, undrawn], ['4.00', '-6.00']);
});

test('what is left of one year is carried over to a later one', async () => {
    const old = await pay('100.00', { transaction_date: '2025-12-30' });
    const { body } = await good(link(await pay('40.00'), old, '40.00',
        { link_type: 'carry_over' }));
    assert.equal(body.flow_link.link_type, 'carry_over');
});

test('a chain is read up and down, each link once, by its distance', async () => {
    const [a, b, c, d] = [await pay('100.00'), await pay('100.00'), await pay('100.00'),
        await pay('100.00')];
    for (const [child, parent, amount] of [[b, a, '60.00'], [c, a, '30.00'], [c, b, '60.00'],
        [d, c, '90.00']]) {
        await good(link(child, parent, amount, { link_type: 'pass_through' }));
    }
    const told = (steps) => steps.map(({ depth, link: one }) => [depth, one.parent.id,
        one.child.id, one.amount]);
    assert.deepEqual(told((await chain(d)).up), [[1, c.id, d.id, '90.00'],
        [2, a.id, c.id, '30.00'], [2, b.id, c.id, '60.00'], [3, a.id, b.id, '60.00']]);
    assert.deepEqual(told((await chain(a)).down), [[1, a.id, b.id, '60.00'],
        [1, a.id, c.id, '30.00'], [2, b.id, c.id, '60.00'], [2, c.id, d.id, '90.00']]);
});

test('in the currency of the parent, to its smallest unit', async () => {
    const large = await pay('999999999999999.005', { currency: 'KWD' });
    const child = await pay('1.00');
    await good(link(child, large, '999999999999999.004'));
    assert.equal((await chain(large)).undrawn, '0.001');
    assert.equal((await link(child, large, '0.002')).status, 422);
    await good(link(child, large, '0.001'));
    const yen = await pay('3', { currency: 'JPY' });
    assert.equal((await link(child, yen, '0.5')).body.errors[0].rule, 'minor_unit');
    await good(link(child, yen, '3'));
});
