// Money at the edges of its decimals, from the request to the report: no decimals, three, a thousand
// million million, less than the smallest unit.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { api, until } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { rows } from '../lib/sql.mjs';

async function good(promise, status) {
    const answer = await promise;
    assert.equal(answer.status, status, answer.text);
    return answer;
}

const thirds = [{ country: 'MW', share: '33.333333' }, { country: 'ZM', share: '33.333333' },
    { country: 'KE', share: '33.333334' }];
const education = [{ code: '11110', share: '100' }];

// Three countries, one sector, nothing of it for ICT: a part for each country.
function content(currency, amount, changes) {
    return { recipients: thirds, sectors: education, ict_significance: 0, ict_share: undefined,
        ict_reason: undefined, schedule: undefined, currency, amount, ...changes };
}

const pay = (made, changes, status = 201) => good(api.donor.post(`${made.path}/transactions`, {
    transaction_type: '3', transaction_date: '2026-11-02', ...changes }), status);

const partsOf = ({ parts }) => Object.fromEntries(parts.map((part) => [part.country, part.amount]));

const faultsOf = (answer) => answer.body.errors.map((one) => `${one.pointer} ${one.rule}`);

// What the newest schedule holds: "amount settled state" of each instalment.
async function settledOf(made) {
    const { body } = await good(api.anonymous.get(`${made.path}/schedule`), 200);
    return body.planned_disbursements.map((one) => `${one.amount} ${one.settled} ${one.state}`);
}

// The rows of a country, sector 11110, in a currency: in JSON and in CSV.
async function reported(currency, country) {
    await until(() => rows('SELECT FROM ledger_queue').length === 0);
    const path = `/v1/reports/portfolio?donor=XI-DEMO-DONOR&recipient=${country}`;
    const { body } = await good(api.anonymous.get(path), 200);
    const names = body.columns.map((column) => column.name);
    const pick = (row) => ['year', 'currency', 'committed', 'disbursed']
        .map((name) => String(row[names.indexOf(name)])).join(' ');
    const json = body.rows.map((row) => (Array.isArray(row) ? row : names.map((n) => row[n])));
    const csv = (await good(api.anonymous.get(`${path}&notes=none`,
        { headers: { accept: 'text/csv' } }), 200)).text.split('\r\n').slice(1, -1)
        .map((line) => line.split(','));
    const mine = (list) => list.map(pick).filter((row) => row.split(' ')[1] === currency);
    assert.deepEqual(mine(csv), mine(json));
    return mine(json);
}

// Each line: what is committed and paid to whom in which parts, and what the reports make of MW's.
const edges = [
    { currency: 'JPY', committed: '100', parts: { MW: '33', ZM: '33', KE: '34' },
        paid: '5', paidParts: { MW: '2', ZM: '1', KE: '2' }, report: '2026 JPY 33 2' },
    { currency: 'XOF', committed: '1000000000000000',
        parts: { MW: '333333330000000', ZM: '333333330000000', KE: '333333340000000' },
        paid: '999999999999999', paidParts: { MW: '333333330000000', ZM: '333333330000000',
            KE: '333333339999999' }, report: '2026 XOF 333333330000000 333333330000000' },
    { currency: 'KWD', committed: '1.000', parts: { MW: '0.333', ZM: '0.333', KE: '0.334' },
        paid: '0.001', paidParts: { MW: '0.000', ZM: '0.000', KE: '0.001' },
        report: '2026 KWD 0.333 0.000' },
    { currency: 'BHD', committed: '1000000000000000.001', parts: { MW: '333333330000000.000',
        ZM: '333333330000000.000', KE: '333333340000000.001' },
    paid: '0.002', paidParts: { MW: '0.001', ZM: '0.000', KE: '0.001' },
    report: '2026 BHD 333333330000000.000 0.001' },
    { currency: 'TND', committed: '0.003', parts: { MW: '0.001', ZM: '0.001', KE: '0.001' },
        paid: '0.003', paidParts: { MW: '0.001', ZM: '0.001', KE: '0.001' },
        report: '2026 TND 0.001 0.001' },
    { currency: 'EUR', committed: '1000000000000000.01', parts: { MW: '333333330000000.00',
        ZM: '333333330000000.00', KE: '333333340000000.01' },
    paid: '0.02', paidParts: { MW: '0.01', ZM: '0.00', KE: '0.01' },
    report: '2026 EUR 333333330000000.00 0.01' },
];

for (const edge of edges) {
    const { currency, committed, paid } = edge;
    test(`${committed} ${currency} committed, ${paid} paid, confirmed and reported`, async () => {
        const made = await make.effective(content(currency, committed, { schedule: [
            { period_start: '2027-01-01', amount: committed }] }));
        const { body } = await good(api.anonymous.get(`${made.path}/transactions?type=2`), 200);
        assert.deepEqual(body.items.map((one) => one.amount), [committed]);
        assert.deepEqual(partsOf(body.items[0]), edge.parts);

        const { body: { transaction } } = await pay(made, { currency, amount: paid });
        assert.equal(transaction.amount, paid);
        assert.deepEqual(partsOf(transaction), edge.paidParts);
        const now = await good(api.anonymous.get(made.path), 200);
        assert.deepEqual(now.body.money, [{ currency, committed, disbursed: paid,
            expended: '0' }]);
        const settled = await settledOf(made);
        assert.deepEqual(settled,
            [`${committed} ${paid} ${paid === committed ? 'SETTLED' : 'SCHEDULED'}`]);

        const mine = edge.paidParts.MW;
        if (!/^[0.]+$/.test(mine)) {
            const receipt = await good(api.officer.post('/v1/receipt-confirmations', {
                transaction_id: transaction.id, outcome: 'full', amount: mine,
                value_date: '2026-11-03' }), 201);
            const { reported_amount, difference, state } = receipt.body.receipt_confirmation;
            assert.deepEqual([state, reported_amount], ['CONFIRMED', mine]);
            assert.match(difference, /^0(\.0+)?$/);
        }
        assert.deepEqual(await reported(currency, 'MW'), [edge.report]);
    });
}

test('what is smaller than the smallest unit is refused wherever money is said', async () => {
    const smaller = { JPY: '0.5', KWD: '0.0005', USD: '0.005' };
    for (const [currency, amount] of Object.entries(smaller)) {
        const draft = await good(api.donor.post('/v1/commitments',
            make.draft(content(currency, amount))), 422);
        assert.deepEqual(faultsOf(draft), ['/amount minor_unit']);
        const made = await make.effective(content(currency, '100', { schedule: [
            { period_start: '2027-01-01', amount: '50' }] }));
        assert.deepEqual(faultsOf(await pay(made, { currency, amount }, 422)),
            ['/amount minor_unit']);
        assert.deepEqual(faultsOf(await pay(made, { currency, amount: '9',
            settles: [{ instalment: 1, amount }] }, 422)), ['/settles/0/amount minor_unit']);
        const schedule = await good(api.donor.post(`${made.path}/schedule`, { reason: 'Finer.',
            planned_disbursements: [{ period_start: '2027-01-01', amount }] },
        { ifMatch: made.etag }), 422);
        assert.deepEqual(faultsOf(schedule), ['/planned_disbursements/0/amount minor_unit']);
        const { body: { transaction } } = await pay(made, { currency, amount: '9' });
        const receipt = await good(api.officer.post('/v1/receipt-confirmations', {
            transaction_id: transaction.id, outcome: 'partial', amount, value_date: '2026-11-03' }),
        422);
        assert.deepEqual(faultsOf(receipt), ['/amount minor_unit']);
    }
});

test('zeros at the end are no smaller unit: a cent said as 0.0100 is not split', async () => {
    const made = await make.effective(content('USD', '100.0000', {
        recipients: [{ country: 'MW', share: '50' }, { country: 'ZM', share: '50' }] }));
    const { body: { transaction } } = await pay(made, { currency: 'USD', amount: '0.0100' });
    assert.deepEqual(partsOf(transaction), { MW: '0.01', ZM: '0.00' });
    const { body: back } = await pay(made, { currency: 'USD', amount: '-0.0100',
        adjusts: transaction.id, reason: 'It came back.' });
    assert.deepEqual(partsOf(back.transaction), { MW: '-0.01', ZM: '0.00' });
});

test('half a percent is within tolerance to the last unit, and not beyond it', async () => {
    const mw = { recipients: [{ country: 'MW', share: '100' }] };
    const confirm = (transaction, amount, status) => good(api.officer.post(
        '/v1/receipt-confirmations', { transaction_id: transaction.id, outcome: 'full', amount,
            value_date: '2026-11-03' }), status);
    for (const [currency, amount, within, beyond] of [
        ['JPY', '200', '199', '198'],
        ['JPY', '199', '199', '198'],
        ['KWD', '0.200', '0.201', '0.202'],
        ['USD', '1000000000000000.00', '995000000000000.00', '994999999999999.99'],
    ]) {
        const made = await make.effective(content(currency, amount, mw));
        const { body: { transaction } } = await pay(made, { currency, amount });
        assert.deepEqual(faultsOf(await confirm(transaction, beyond, 422)), ['/outcome tolerance']);
        await confirm(transaction, within, 201);
    }
});

test('money comes from a request as digits: a JSON number is refused', async () => {
    for (const raw of ['"amount": 1250000.00', '"amount": 1250000', '"amount": 1e15',
        '"amount": "1e15"', '"amount": " 1"', '"amount": "1,000"', '"amount": "+1"',
        '"amount": "NaN"', '"amount": "0x10"', '"amount": "1234567890123456789"']) {
        const answer = await api.donor.post('/v1/commitments', undefined,
            { raw: `{"title": "Digits", "currency": "USD", ${raw}}` });
        assert.equal(answer.status, 422, `${raw}: ${answer.text}`);
    }
});
