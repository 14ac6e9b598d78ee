// Pledges: never over-consumed, whoever asks at once; what a commitment does not commit any more is
// given back to the last minor unit.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api, until } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { rows, run } from '../lib/sql.mjs';

async function good(promise) {
    const answer = await promise;
    assert.ok(answer.status < 300, answer.text);
    return answer;
}

const read = async ({ path }) => (await good(api.anonymous.get(path))).body;

const figures = async (pledge) => {
    const { converted, withdrawn, open } = await read(pledge);
    return [converted, withdrawn, open].map(Number);
};

async function amend(made, changes) {
    const { etag } = await make.fresh(made);
    const proposed = await good(api.donor.post(`${made.path}/amend`,
        { reason: 'The plan has changed.', changes },
        { ifMatch: etag }));
    await good(api.donorApprover.post(`${made.path}/register`, undefined,
        { ifMatch: proposed.etag }));
}

async function cancel(made, body = {}) {
    const { etag } = await make.fresh(made);
    await good(api.donorApprover.post(`${made.path}/cancel`, { reason: 'It was ended.', ...body },
        { ifMatch: etag }));
}

const commitment = (amount, currency = 'USD') =>
    make.registered({ amount, currency, schedule: undefined });

test('eight commitments at once take no more of a pledge than there is', async () => {
    const pledge = await make.pledged({ amount: '500.00' });
    const made = await Promise.all(Array.from({ length: 8 }, () => commitment('100.00')));
    const answers = await Promise.all(made.map(({ id }) => api.donorApprover.post(
        `${pledge.path}/conversions`, { commitment_id: id, amount: '100.00' })));
    assert.deepEqual(answers.map(({ status }) => status).sort(),
        [201, 201, 201, 201, 201, 422, 422, 422]);
    assert.ok(answers.filter(({ status }) => status === 422)
        .every(({ body }) => body.errors[0].rule === 'within_pledge'));
    const now = await read(pledge);
    assert.deepEqual([now.state, now.converted, now.open], ['CONVERTED', '500.00', '0.00']);
    assert.equal(now.version, 6);
});

test('one commitment makes good on no more than it commits, over all pledges at once', async () => {
    const pledges = await Promise.all(Array.from({ length: 5 }, () => make.pledged()));
    const { id } = await commitment('250.00');
    const answers = await Promise.all(pledges.map(({ path }) => api.donorApprover.post(
        `${path}/conversions`, { commitment_id: id, amount: '100.00' })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 201, 422, 422, 422]);
});

test('withdrawing and converting at once: one comes first, nothing is counted twice', async () => {
    for (let round = 0; round < 4; round++) {
        const pledge = await make.pledged({ amount: '100.00' });
        const { id } = await commitment('100.00');
        const [converted, withdrawn] = await Promise.all([
            api.donorApprover.post(`${pledge.path}/conversions`,
                { commitment_id: id, amount: '60.00' }),
            api.donorApprover.post(`${pledge.path}/withdraw`, { reason: 'Not voted.' },
                { ifMatch: pledge.etag }),
        ]);
        assert.deepEqual([converted.status, withdrawn.status],
            converted.status === 201 ? [201, 412] : [422, 200]);
    }
});

test('the table itself refuses what is more than pledged, or less than nothing', async () => {
    const { id } = await make.pledged({ amount: '100.00' });
    for (const [change, rule] of [['converted = 100.01', 'converted_within'],
        ['converted = 60, withdrawn = 40.001', 'converted_within'],
        ['converted = -0.01', 'converted_natural'], ['withdrawn = -1', 'withdrawn_natural']]) {
        assert.throws(() => run(`UPDATE pledge SET ${change} WHERE id = '${id}'`),
            new RegExp(`pledge_${rule}`));
    }
});

test('a cancelled commitment gives back what was not paid, in proportion', async () => {
    const pledge = await make.pledged({ amount: '1000.00' });
    const made = await make.effective({ amount: '300.00', schedule: undefined });
    await make.converted(pledge, made, '200.00');
    await good(api.donor.post(`${made.path}/transactions`, { transaction_type: '3',
        transaction_date: '2026-11-02', amount: '100.00', currency: 'USD' }));
    await cancel(made);
    // 200 of 300 are decommitted: of the 200 converted that is 133.33; the rest stays.
    const now = await read(pledge);
    assert.deepEqual([now.converted, now.open], ['66.67', '933.33']);
    assert.deepEqual(now.conversions.map(({ amount, reason }) => [amount, reason]),
        [['200.00', null], ['-133.33', 'It was ended.']]);
    assert.deepEqual(now.commitments, [{ commitment_id: made.id, converted: '66.67' }]);
});

test('cancelled before anything was paid, all of it comes back to each pledge', async () => {
    const [one, two] = [await make.pledged({ amount: '70.00' }),
        await make.pledged({ amount: '30.01' })];
    const made = await commitment('100.01');
    await make.converted(one, made, '70.00');
    await make.converted(two, made, '30.01');
    await cancel(made);
    assert.deepEqual(await figures(one), [0, 0, 70]);
    assert.deepEqual(await figures(two), [0, 0, 30.01]);
    // What came back is there for another commitment.
    await make.converted(two, await commitment('40.00'), '30.01');
    assert.equal((await read(two)).state, 'CONVERTED');
});

test('an amendment gives back what it takes away, nothing when only parts change', async () => {
    const pledge = await make.pledged({ amount: '1000.00' });
    const made = await commitment('1000.00');
    await make.converted(pledge, made, '400.00');
    await amend(made, { recipients: [{ country: 'MW', share: '100' }] });
    assert.deepEqual(await figures(pledge), [400, 0, 600]);
    await amend(made, { amount: '1500.00' });
    assert.deepEqual(await figures(pledge), [400, 0, 600]);
    // A third of 1500 is taken away, with other parts; a third of 400 in cents is 133.33.
    await amend(made, { amount: '1000.00', recipients: [{ country: 'ZM', share: '100' }] });
    assert.deepEqual(await figures(pledge), [266.67, 0, 733.33]);
    await amend(made, { amount: '900.00', currency: 'EUR' });
    assert.deepEqual(await figures(pledge), [0, 0, 1000]);
});

test('what comes back to a withdrawn pledge is open again', async () => {
    const pledge = await make.pledged({ amount: '100.00' });
    const made = await commitment('60.00');
    const { etag } = await make.converted(pledge, made, '60.00');
    await good(api.donorApprover.post(`${pledge.path}/withdraw`, { reason: 'Not voted.' },
        { ifMatch: etag }));
    await cancel(made);
    assert.deepEqual(await figures(pledge), [0, 40, 60]);
    assert.equal((await read(pledge)).state, 'OPEN');
});

test('to the minor unit in currencies of none, two and three decimals, however large', async () => {
    for (const [currency, pledged, committed, taken, kept, rest] of [
        ['JPY', '1000000000000000', '3', '2', '2', '2'],
        ['KWD', '999999999999999.005', '0.010', '0.005', '0.007', '0.004'],
        ['USD', '999999999999999.99', '999999999999999.99', '999999999999999.99',
            '333333333333333.33', '333333333333333.33'],
    ]) {
        const pledge = await make.pledged({ amount: pledged, currency });
        const made = await commitment(committed, currency);
        await make.converted(pledge, made, taken);
        await amend(made, { amount: kept });
        assert.equal((await read(pledge)).converted, rest, currency);
    }
});

test('many conversions, amendments, cancellations by chance, against a count in cents', async () => {
    const cents = (text) => BigInt(text.replace('.', ''));
    const text = (n) => n.toString().padStart(3, '0').replace(/(..)$/, '.$1');
    const upTo = (most) => BigInt(Math.floor(Math.random() * (Number(most) + 1)));
    const pledge = await make.pledged({ amount: '100000.00' });
    let open = 10_000_000n;
    for (let at = 0; at < 12; at++) {
        const committed = upTo(2_000_000n) + 100n;
        const made = await commitment(text(committed));
        const taken = upTo(committed < open ? committed : open) || 1n;
        await make.converted(pledge, made, text(taken));
        const less = at % 3 === 0 ? 0n : upTo(committed - 2n) + 1n;
        await (at % 3 === 0 ? cancel(made) : amend(made, { amount: text(less) }));
        open += -taken + taken * (committed - less) / committed;
        assert.equal(cents((await read(pledge)).open), open);
    }
    const [{ same }] = rows(`SELECT p.converted = sum(k.amount) AS same FROM pledge AS p
        JOIN pledge_conversion AS k ON k.pledge_id = p.id WHERE p.id = '${pledge.id}'
        GROUP BY p.converted`);
    assert.ok(same);
});

test('together pledges never hold more than is committed, whatever is rounded at each', async () => {
    const held = async (pledges) => {
        const told = await Promise.all(pledges.map(read));
        return told.map(({ converted }) => converted);
    };
    const hold = async (amounts) => {
        const made = await commitment('100.00');
        const pledges = [];
        for (const amount of amounts) {
            const pledge = await make.pledged({ amount: '200.00' });
            await make.converted(pledge, made, amount);
            pledges.push(pledge);
        }
        return { made, pledges };
    };
    const two = await hold(['50.00', '50.00']);
    await amend(two.made, { amount: '99.99' });
    assert.deepEqual((await held(two.pledges)).sort(), ['49.99', '50.00']);
    // Nothing is left to convert, and the cent that came back is open.
    assert.equal((await api.donorApprover.post(`${two.pledges[0].path}/conversions`,
        { commitment_id: two.made.id, amount: '0.01' })).status, 422);
    const many = await hold(['33.33', '0.01', '33.33', '0.01', '33.32']);
    for (const amount of ['99.99', '99.98', '66.67', '0.03']) {
        await amend(many.made, { amount });
        const sum = (await held(many.pledges)).reduce((all, one) =>
            all + BigInt(one.replace('.', '')), 0n);
        assert.equal(sum, BigInt(amount.replace('.', '')));
    }
    await cancel(many.made);
    assert.deepEqual(new Set(await held(many.pledges)), new Set(['0.00']));
});

test('a pledge is in no total of commitments', async () => {
    const settled = () => until(() => rows('SELECT FROM ledger_queue').length === 0);
    await settled();
    const before = await good(api.anonymous.get('/v1/reports/portfolio?donor=XI-DEMO-DONOR'));
    await make.pledged();
    await settled();
    const after = await good(api.anonymous.get('/v1/reports/portfolio?donor=XI-DEMO-DONOR'));
    assert.deepEqual(after.body.rows, before.body.rows);
});
