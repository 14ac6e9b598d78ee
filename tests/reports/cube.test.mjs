// cube.test.mjs - the cube against the same small world (world.mjs), cut by hand, and against the
// portfolio.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';

import { api, base } from '../lib/client.mjs';
import { checkCharts, checkDrawings, plain } from './charts.mjs';
import { all, cellsOf, readHtml } from './read.mjs';
import { good, makeWorld } from './world.mjs';

let world;

before(async () => { world = await makeWorld(); });

const ask = (query) => api.anonymous.get(`/v1/reports/cube?as_of=${world.size}${query}`);

// The rows, each as the values of these columns; what was not asked for must be empty.
async function cells(query, ...columns) {
    const { body } = await good(ask(query));
    return body.rows.map((row) => {
        const told = ['transaction_type', 'currency', ...columns];
        for (const [name, value] of Object.entries(row)) {
            assert.ok(told.includes(name) || value === null, `${name} is ${value}, though nobody asked`);
        }
        return columns.map((name) => row[name]);
    });
}

// D is Malawi's alone; of A half is. In 2021 120.00 was paid, taken back, and 110.00 paid.
test('by country and year, of one donor', async () => {
    assert.deepEqual(await cells('&dimensions=recipient_country,year&donor=XI-DEMO-DONOR&transaction_type=3',
        'recipient_country', 'year', 'amount'), [
        ['MW', 2020, '50.01'], ['MW', 2021, '110.00'], ['VU', 2020, '30.00'], ['not stated', 2020, '20.00']]);
});

// Rings of the commitments of A and D: Malawi 300.00 + 300.00 in family 220, 75.00 more by the share of A.
test('the rings of ICT, and counts', async () => {
    assert.deepEqual(await cells('&dimensions=donor&recipient=MW&transaction_type=2'
        + '&measures=amount,ict_220,ict_principal,ict_significant,transactions,commitments,donors,countries',
    'donor', 'amount', 'ict_220', 'ict_principal', 'ict_significant', 'transactions', 'commitments',
    'donors', 'countries'),
    [['XI-DEMO-DONOR', '800.00', '600.00', '600.00', '675.00', 2, 2, 1, 1]]);
});

// Malawi is in two groups, Vanuatu left the LDC the day after the commitment of A, Africa is no country.
test('by group: rows overlap, and none is lost', async () => {
    assert.deepEqual(await cells('&dimensions=recipient_group&transaction_type=2&donor=XI-DEMO-DONOR',
        'recipient_group', 'amount'),
    [['LDC', '1100.00'], ['LLDC', '800.00'], ['SIDS', '300.00'], ['no country', '200.00']]);
    assert.deepEqual(await cells('&dimensions=recipient_group&transaction_type=3&donor=XI-DEMO-DONOR',
        'recipient_group', 'amount'),
    [['LDC', '160.01'], ['LLDC', '160.01'], ['SIDS', '30.00'], ['no country', '20.00']]);
});

test('only what went to a group, whatever it is cut by', async () => {
    assert.deepEqual(await cells('&group=LLDC&dimensions=recipient_country&transaction_type=2',
        'recipient_country', 'amount'), [['KZ', '500.00'], ['BF', '50.00'], ['MW', '800.00']]);
    assert.deepEqual(await cells('&group=LDC&dimensions=recipient_group&transaction_type=2&donor=XI-DEMO-DONOR',
        'recipient_group', 'amount'), [['LDC', '1100.00']]);
});

test('by sector, its category, and years from and to', async () => {
    assert.deepEqual(await cells('&dimensions=sector_category,sector&transaction_type=2&donor=XI-DEMO-DONOR'
        + '&year_from=2020&year_to=2020', 'sector_category', 'sector', 'amount'),
    [['111', '11110', '400.00'], ['220', '22040', '600.00']]);
    assert.deepEqual(await cells('&transaction_type=2&year_from=2022', 'amount'), []);
});

test('every cut adds up to the whole', async () => {
    const cent = (text) => BigInt(text.replace('.', ''));
    const whole = await cells('&transaction_type=2&donor=XI-DEMO-DONOR', 'amount');
    for (const dimension of ['donor', 'donor_type', 'recipient_country', 'recipient_region', 'sector',
        'sector_category', 'year', 'flow_type', 'finance_type', 'aid_type', 'tied_status']) {
        const parts = await cells(`&transaction_type=2&donor=XI-DEMO-DONOR&dimensions=${dimension}`,
            dimension, 'amount');
        assert.ok(parts.every(([name]) => name !== null), dimension);
        assert.equal(parts.reduce((sum, [, amount]) => sum + cent(amount), 0n), cent(whole[0][0]), dimension);
    }
});

test('the finest cut is the portfolio', async () => {
    const { body } = await good(api.anonymous.get(`/v1/reports/portfolio?as_of=${world.size}`));
    const portfolio = body.rows.flatMap((row) => [['2', 'committed'], ['3', 'disbursed']]
        .map(([type, column]) => [type, row.donor, row.recipient_country ?? 'not stated',
            row.recipient_region ?? 'not stated', row.sector ?? 'not stated', row.year, row.currency,
            row[column], row[`${column}_ict_significant`]]))
        .filter((cell) => !/^[0.]*$/.test(cell[7]));
    const { body: cube } = await good(ask('&dimensions=donor,recipient_country,recipient_region,sector,year'
        + '&measures=amount,ict_significant'));
    const cut = cube.rows.map((row) => [row.transaction_type, row.donor, row.recipient_country,
        row.recipient_region, row.sector, row.year, row.currency, row.amount, row.ict_significant]);
    const sorted = (list) => list.map((cell) => cell.join('|')).sort();
    assert.deepEqual(sorted(cut), sorted(portfolio));
});

test('what was asked for is part of the report', async () => {
    const { body } = await good(ask('&dimensions=donor&measures=amount,donors'));
    assert.deepEqual(body.parameters, { dimensions: 'donor', measures: 'amount,donors' });
    const again = await good(ask('&dimensions=donor&measures=amount,donors'));
    assert.equal(again.text, (await good(ask('&dimensions=donor&measures=amount,donors'))).text);
});

// ---------------------------------------------------------------- charts

const manifest = JSON.parse(readFileSync('reports/cube/manifest.json', 'utf8'));
const bars = (title, by, ...values) => ({ kind: 'bars', title, by, values });
const heat = (title, rows, columns, value) => ({ kind: 'heat', title, rows, columns, value });
const flow = (title, value, ...through) => ({ kind: 'flow', title, value, through });

async function page(query) {
    const answer = await fetch(`${base}/v1/reports/cube?as_of=${world.size}&format=html${query}`);
    return readHtml(await answer.text());
}

// What is drawn follows from what is asked for; counts are drawn where each figure is one row, and
// money is added over what is left out, but not over groups.
for (const [query, charts] of [
    ['', []],
    ['&dimensions=year', [bars('Amount by year', 'year', 'amount')]],
    ['&dimensions=sector&measures=amount,ict_220,donors',
        [bars('Amount by sector', 'sector', 'amount', 'ict_220')]],
    ['&dimensions=recipient_group&measures=countries,donors',
        [bars('Countries by recipient group', 'recipient_group', 'countries', 'donors')]],
    ['&dimensions=donor,recipient_group',
        [heat('Amount by donor and recipient group', 'donor', 'recipient_group', 'amount')]],
    ['&dimensions=year,donor', [bars('Amount by year', 'year', 'amount'),
        heat('Amount by donor and year', 'donor', 'year', 'amount')]],
    ['&dimensions=donor,year&measures=countries',
        [heat('Countries by donor and year', 'donor', 'year', 'countries')]],
    ['&dimensions=donor,recipient_country,sector', [flow(
        'Amount, from donor to recipient country to sector', 'amount', 'donor', 'recipient_country', 'sector')]],
    ['&dimensions=donor,recipient_group,sector&measures=ict_significant', [
        flow('Ict significant, from donor to sector', 'ict_significant', 'donor', 'sector'),
        heat('Ict significant by donor and recipient group', 'donor', 'recipient_group', 'ict_significant')]],
    ['&dimensions=donor,year,sector,recipient_country', [bars('Amount by year', 'year', 'amount'),
        flow('Amount, from donor to sector to recipient country', 'amount', 'donor', 'sector',
            'recipient_country'),
        heat('Amount by donor and year', 'donor', 'year', 'amount')]],
    ['&dimensions=donor,recipient_country,sector&measures=donors', []],
]) {
    test(`charts of ${query || 'nothing'}: ${charts.map(({ title }) => title).join('; ') || 'none'}`,
        async () => {
            const { body } = await good(ask(query));
            const html = await page(query);
            checkCharts(manifest, charts, body.rows, html);
            checkDrawings(html);
            const text = async () => (await fetch(
                `${base}/v1/reports/cube?as_of=${world.size}&format=html${query}`)).text();
            assert.equal(await text(), await text(), 'the same again');
        });
}

// Committed to the least developed by A 800.00 and D 300.00, and to landlocked ones 800.00: a country
// in both is in both, and no total is of the two.
test('totals are of one kind of money, one currency and one group', async () => {
    const html = await page('&dimensions=recipient_group&transaction_type=2&donor=XI-DEMO-DONOR');
    const { tfoot } = cellsOf(all(html, 'table').find(({ attributes }) => attributes.id === 'rows'));
    const names = manifest.columns.map(({ name }) => name);
    assert.deepEqual(tfoot.map((row) => ['currency', 'recipient_group', 'amount']
        .map((name) => plain(row[names.indexOf(name)]))), [
        ['USD', 'LDC', '1100.00'], ['USD', 'LLDC', '800.00'], ['USD', 'SIDS', '300.00'],
        ['USD', 'no country', '200.00']]);
});

for (const [what, query, name, pattern] of [
    ['an unknown dimension', '&dimensions=donor,colour', 'dimensions', /no "colour"; choose from donor, /],
    ['a dimension twice', '&dimensions=donor,donor', 'dimensions', /each once/],
    ['an unknown measure', '&measures=profit', 'measures', /no "profit"/],
    ['SQL for a dimension', '&dimensions=donor)--', 'dimensions', /choose from/],
    ['years that go backwards', '&year_from=2021&year_to=2020', 'year_from', /not after 2020/],
    ['a group that is none', '&group=G7', 'group', /LDC, SIDS, LLDC or EIT/],
]) {
    test(`${what} is refused and named`, async () => {
        const { status, body } = await ask(query);
        assert.equal(status, 422);
        assert.deepEqual(body.errors.map((error) => error.parameter), [name]);
        assert.match(body.errors[0].detail, pattern);
    });
}
