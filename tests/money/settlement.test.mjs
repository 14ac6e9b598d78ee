// What payments settle of the schedule: against a count of our own, over many payments, corrections
// and new versions by chance; and what is missed.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api } from '../lib/client.mjs';
import { moveClock, passTime } from '../lib/clock.mjs';
import * as make from '../lib/make.mjs';

async function good(promise) {
    const answer = await promise;
    assert.ok(answer.status < 300, answer.text);
    return answer;
}

const cents = (text) => BigInt(text.replace('.', ''));
const text = (units) => `${units < 0n ? '-' : ''}${(units < 0n ? -units : units).toString()
    .padStart(3, '0').replace(/(..)$/, '.$1')}`;
const integer = (most) => Math.floor(Math.random() * (most + 1));
const least = (a, b) => (a < b ? a : b);

const scheduleOf = async (made) => (await good(api.anonymous.get(`${made.path}/schedule`))).body;

const pay = (made, content) => good(api.donor.post(`${made.path}/transactions`, {
    transaction_type: '3', transaction_date: '2026-11-02', currency: 'USD', ...content }));

// A model of the rule: payments are families (a payment and what adjusts it), instalments are places.
class Model {
    constructor(instalments) {
        this.version = 1;
        this.places = instalments.map((amount) => ({ amount, settled: 0n }));
        this.families = [];
    }

    pour(amount) {
        const settles = [];
        for (const [at, place] of this.places.entries()) {
            const part = least(place.amount - place.settled, amount);
            if (part > 0n) {
                place.settled += part;
                amount -= part;
                settles.push([at, part]);
            }
        }
        return settles;
    }

    pay(amount) {
        const family = { amount, settled: 0n, by: new Map() };
        this.note(family, this.pour(amount));
        this.families.push(family);
        return family;
    }

    note(family, settles) {
        for (const [at, part] of settles) {
            const key = `${this.version} ${at}`;
            family.by.set(key, (family.by.get(key) ?? 0n) + part);
            family.settled += part;
        }
    }

    adjust(family, amount) {
        family.amount += amount;
        if (amount > 0n) {
            this.note(family, this.pour(amount));
            return;
        }
        let take = family.settled - least(family.settled, family.amount > 0n ? family.amount : 0n);
        const own = (at) => {
            const net = family.by.get(`${this.version} ${at}`) ?? 0n;
            return least(this.places[at].settled, net > 0n ? net : 0n);
        };
        const owns = this.places.map((_, at) => own(at));
        for (const capacity of [(at) => owns[at], (at) => this.places[at].settled]) {
            for (let at = this.places.length - 1; at >= 0; at--) {
                const part = least(capacity(at), take);
                if (part > 0n) {
                    take -= part;
                    this.note(family, [[at, -part]]);
                    this.places[at].settled -= part;
                }
            }
        }
    }

    reschedule(instalments) {
        const paid = this.places.reduce((total, place) => total + place.settled, 0n);
        this.version += 1;
        this.places = instalments.map((amount) => ({ amount, settled: 0n }));
        this.pour(paid);
    }
}

function someInstalments() {
    return Array.from({ length: 1 + integer(4) }, () => BigInt(1 + integer(20_000_000)));
}

function promised(instalments) {
    return instalments.map((amount, at) => ({ period_start: `20${27 + at}-01-01`,
        period_end: `20${27 + at}-12-31`, amount: text(amount) }));
}

test('payments, corrections and new versions by chance settle what the rule says', async () => {
    for (let round = 0; round < 12; round++) {
        const first = someInstalments();
        let made = await make.effective({ amount: '1250000.00', schedule: promised(first) });
        const model = new Model(first);
        const families = [];
        for (let step = 0; step < 25; step++) {
            const kind = integer(9);
            if (kind < 4 || families.length === 0) {
                const amount = BigInt(1 + integer(15_000_000));
                const { body } = await pay(made, { amount: text(amount) });
                families.push({ id: body.transaction.id, family: model.pay(amount) });
            } else if (kind < 9) {
                const { id, family } = families[integer(families.length - 1)];
                const most = Number(family.amount);
                const amount = kind === 4 ? BigInt(1 + integer(1_000_000)) : kind === 5 ? -family.amount
                    : -BigInt(1 + integer(Math.max(most - 1, 0)));
                if (amount === 0n || family.amount + amount < 0n) {
                    continue;
                }
                await pay(made, { amount: text(amount), adjusts: id, reason: 'By chance.' });
                model.adjust(family, amount);
            } else {
                const next = someInstalments();
                made = await make.fresh(made);
                await good(api.donor.post(`${made.path}/schedule`, { reason: 'By chance.',
                    planned_disbursements: promised(next) }, { ifMatch: made.etag }));
                model.reschedule(next);
            }
            const { planned_disbursements: found } = await scheduleOf(made);
            assert.deepEqual(found.map((one) => cents(one.settled === '0' ? '0.00' : one.settled)),
                model.places.map((place) => place.settled), `round ${round}, step ${step}`);
            for (const [at, one] of found.entries()) {
                const place = model.places[at];
                assert.equal(one.state, place.settled === place.amount ? 'SETTLED' : 'SCHEDULED');
            }
        }
    }
});

test('an instalment that is not paid in its period is missed, and may still be paid', async () => {
    const made = await make.effective({ schedule: [
        { period_start: '2026-10-01', period_end: '2026-12-31', amount: '100.00' },
        { period_start: '2027-01-01', amount: '50.00' }] });
    await pay(made, { amount: '60.00' });
    const states = async () => (await scheduleOf(made)).planned_disbursements
        .map((one) => `${one.settled} ${one.state}`);
    await passTime(300);
    assert.deepEqual(await states(), ['60.00 MISSED', '0 MISSED']);
    const history = await good(api.anonymous.get(`${made.path}/history?limit=200`));
    const missed = history.body.items.filter((item) => item.kind === 'instalment.missed');
    assert.deepEqual(missed.map(({ public: said }) => [said.instalment, said.due_on, said.unpaid,
        said.currency]), [[1, '2026-12-31', '40.00', 'USD'], [2, '2027-01-01', '50.00', 'USD']]);
    const inbox = async () => (await good(api.donor.get('/v1/inbox?kind=instalment&limit=200')))
        .body.items.filter((item) => item.commitment.id === made.id);
    assert.deepEqual((await inbox()).map((item) => [item.due_on, item.state, item.amount]),
        [['2026-12-31', 'MISSED', '40.00'], ['2027-01-01', 'MISSED', '50.00']]);
    const { body } = await pay(made, { amount: '70.00' });
    assert.deepEqual(await states(), ['100.00 SETTLED', '30.00 MISSED']);
    await pay(made, { amount: '-70.00', adjusts: body.transaction.id, reason: 'It came back.' });
    assert.deepEqual(await states(), ['60.00 MISSED', '0.00 MISSED'], 'what was missed stays missed');
});

test('a new version takes the place of what was missed; one that ends owes nothing', async () => {
    const made = await make.effective({ schedule: [
        { period_start: '2026-10-01', amount: '100.00' }] });
    await passTime(300);
    const before = await make.fresh(made);
    await good(api.donor.post(`${made.path}/schedule`, { reason: 'Later.', planned_disbursements: [
        { period_start: '2029-01-01', amount: '100.00' }] }, { ifMatch: before.etag }));
    const old = await good(api.anonymous.get(`${made.path}/schedule?version=1`));
    assert.equal(old.body.planned_disbursements[0].state, 'ENDED');
    const now = await make.fresh(made);
    await good(api.donorApprover.post(`${made.path}/cancel`, { reason: 'No works.' },
        { ifMatch: now.etag }));
    moveClock(0);
    await passTime(2000);
    assert.equal((await scheduleOf(made)).planned_disbursements[0].state, 'ENDED');
});

test('an amendment that moves shares moves what is committed with them', async () => {
    const made = await make.amending({ recipients: [{ country: 'MW', share: '20' },
        { country: 'KE', share: '80' }] });
    await good(api.donorApprover.post(`${made.path}/register`, undefined, { ifMatch: made.etag }));
    const { body } = await good(api.anonymous.get(`${made.path}/transactions?type=2&limit=200`));
    const committed = {};
    for (const part of body.items.flatMap((item) => item.parts)) {
        committed[part.country] = (committed[part.country] ?? 0n) + cents(part.amount);
    }
    assert.deepEqual(committed, { MW: 25_000_000n, ZM: 0n, KE: 100_000_000n });
    assert.deepEqual(body.items.map((item) => item.amount).sort(),
        ['-1250000.00', '1250000.00', '1250000.00']);
});

test('what is due last is taken back first, whatever its number', async () => {
    const made = await make.effective({ schedule: [
        { period_start: '2028-01-01', amount: '100.00' },
        { period_start: '2027-01-01', amount: '100.00' }] });
    const settled = async () => (await scheduleOf(made)).planned_disbursements
        .map((one) => one.settled);
    const { body } = await pay(made, { amount: '150.00' });
    assert.deepEqual(await settled(), ['50.00', '100.00']);
    await pay(made, { amount: '-70.00', adjusts: body.transaction.id, reason: 'It came back.' });
    assert.deepEqual(await settled(), ['0.00', '80.00']);
});

test('an instalment of a commitment that has ended is settled or owes nothing', async () => {
    const made = await make.effective({ recipients: [{ country: 'MW', share: '100' }], schedule: [
        { period_start: '2026-10-01', amount: '100.00' }] });
    const { body } = await pay(made, { amount: '100.00' });
    const receipt = await good(api.officer.post('/v1/receipt-confirmations', {
        transaction_id: body.transaction.id, outcome: 'not_received' }));
    const { etag } = await make.fresh(made);
    const closed = await good(api.donorApprover.post(`${made.path}/close`, undefined,
        { ifMatch: etag }));
    const state = async () => (await scheduleOf(made)).planned_disbursements
        .map((one) => `${one.settled} ${one.state}`).join();
    assert.equal(await state(), '100.00 SETTLED');
    const path = `/v1/receipt-confirmations/${receipt.body.receipt_confirmation.id}/correct`;
    const correct = async (amount, ifMatch) => (await good(api.donor.post(path,
        { amount, transaction_date: '2026-11-20', reason: 'As it was.' }, { ifMatch }))).etag;
    await correct('-60.00', closed.etag);
    assert.equal(await state(), '40.00 ENDED');
    await passTime(400);
    assert.equal(await state(), '40.00 ENDED', 'nothing is missed any more');
    await correct('60.00', (await make.fresh(made)).etag);
    assert.equal(await state(), '100.00 SETTLED');
});

test('what was paid in another currency is no part of a new promise', async () => {
    const made = await make.effective({ schedule: [
        { period_start: '2027-01-01', amount: '100.00' }] });
    await pay(made, { amount: '60.00' });
    const { etag } = await make.fresh(made);
    const amended = await good(api.donor.post(`${made.path}/amend`, { reason: 'In euro.',
        changes: { currency: 'EUR' } }, { ifMatch: etag }));
    const now = await good(api.donorApprover.post(`${made.path}/register`, undefined,
        { ifMatch: amended.etag }));
    await good(api.donor.post(`${made.path}/schedule`, { reason: 'In euro.', planned_disbursements: [
        { period_start: '2027-01-01', amount: '100.00' }] }, { ifMatch: now.etag }));
    assert.deepEqual((await scheduleOf(made)).planned_disbursements
        .map((one) => `${one.settled} ${one.currency}`), ['0 EUR']);
});
