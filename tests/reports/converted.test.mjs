// Converted reports against figures worked out by hand, and against exact arithmetic of their own.
// SPDX-License-Identifier: Apache-2.0
//
// tests/reports/converted/*.csv are the figures of world.mjs in euro. The rate set has the averages
// of four years: 1.2500 US dollars for a euro in 2020, 1.2000 in 2021, 1.5000 in 2022 and 1.0000 in
// 2023, and no yen at all.
//   2020  Malawi's disbursement of 50.01 USD: 30.01 / 1.25 = 24.008, so 24.01; 20.00 / 1.25 = 16.00;
//         together 40.008, so 40.01. Vanuatu 30.00 = 24.00, Africa 20.00 = 16.00; all 80.008.
//   2021  D: 300.00 / 1.2 = 250.00; 110.00 / 1.2 = 91.666.., so 91.67. I: 50.00 / 1.2 = 41.666..,
//         10.00 / 1.2 = 8.333.. . Together 291.67 committed and exactly 100.00 disbursed.
//         B is in euro already. LLDC: 500.00 + 291.666.. = 791.67; ring 2 of what was paid:
//         20.00 + 91.666.. = 111.67.
//   P     1826.00 / 1.25 = 1460.80; 80.00 / 1.2 = 66.666.., 120.00 / 1.5 = 80.00, and 50.00.
//   Q, R  350.00 / 1.2 = 291.666..; 180.00 / 1.5 = 120.00. All of 2021: 791.666.. + 291.666.. = 1083.33
//         committed, 300.00 + 66.666.. = 366.67 disbursed.
// C is in yen and stays where it is, without amounts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';

import { REFERENCE_RATES } from '../lib/calls.mjs';
import { api, sequenced } from '../lib/client.mjs';
import { rows } from '../lib/sql.mjs';
import { good, makeWorld, pay } from './world.mjs';

const slugs = ['portfolio', 'group-allocation'];
const heading = 'currency,valid_from,valid_to,rate\n';
let world;
let set;
let size;

async function state(csv, more = {}) {
    const { body } = await good(api.steward.post('/v1/exchange-rate-sets', {
        name: 'Four years, for tests', source: 'This test', layout: 'plain', base_currency: 'EUR',
        method: 'annual_average', published_on: '2022-01-03', retrieved_on: '2022-01-04',
        csv: heading + csv, ...more }));
    return { ...body.rate_set, size: await sequenced(body.statement.entry) };
}

const fourYears = 'USD,2020-01-01,2020-12-31,1.2500\nUSD,2021-01-01,2021-12-31,1.2000\n'
    + 'USD,2022-01-01,2022-12-31,1.5000\nUSD,2023-01-01,2023-12-31,1.0000\n';

before(async () => {
    world = await makeWorld();
    set = await state(fourYears);
    size = set.size;
});

function report(slug, query, accept = 'application/json') {
    return good(api.anonymous.get(`/v1/reports/${slug}?as_of=${size}${query}`,
        { headers: { accept } }));
}

const inEuro = () => `&currency=EUR&rate_set=${set.id}`;

for (const slug of slugs) {
    test(`${slug} in euro is what was worked out by hand`, async () => {
        const { text } = await report(slug, `${inEuro()}&notes=none`, 'text/csv');
        assert.equal(text, readFileSync(`tests/reports/converted/${slug}.csv`, 'utf8'));
    });

    test(`${slug} in euro names its rates, and what they are not enough for`, async () => {
        const manifest = JSON.parse(readFileSync(`reports/${slug}/manifest.json`, 'utf8'));
        const { body } = await report(slug, inEuro());
        const method = body.method.slice(manifest.method.length);
        const limitations = body.limitations.slice(manifest.limitations.length);
        assert.deepEqual(body.method.slice(0, manifest.method.length), manifest.method);
        assert.deepEqual(body.parameters, { currency: 'EUR', rate_set: set.id });
        for (const told of [set.id, set.name, set.source, set.published_on, set.source_sha256,
            set.rates_sha256, 'annual average', 'base EUR']) {
            assert.ok(method[0].includes(told), `${told}: ${method[0]}`);
        }
        assert.match(method[1], /the average of its year/);
        assert.match(method[2], /rounded once/);
        assert.equal(limitations.length, 2);
        assert.match(limitations[1],
            /^No rate: 1 transactions of type 2 in JPY, together 1000\. /);
        const { text } = await report(slug, inEuro(), 'text/csv');
        for (const line of [...method.map((one) => `# method: ${one}`),
            ...limitations.map((one) => `# limitations: ${one}`)]) {
            assert.ok(text.includes(`${line}\r\n`), line);
        }
        const plain = await report(slug, '');
        assert.deepEqual([plain.body.method, plain.body.limitations],
            [manifest.method, manifest.limitations]);
    });

    test(`${slug} in euro is the same bytes after the rates were corrected`, async () => {
        const first = [(await report(slug, inEuro())).text,
            (await report(slug, inEuro(), 'text/csv')).text];
        const fixed = await state('USD,2020-01-01,2020-12-31,2\n', { name: `Instead, ${slug}` });
        await pay(api.donor, world.d, '2021-07-02', '0.01', 'USD');
        assert.deepEqual([(await report(slug, inEuro())).text,
            (await report(slug, inEuro(), 'text/csv')).text], first);
        const early = await api.anonymous.get(`/v1/reports/${slug}?as_of=${size}&currency=EUR`
            + `&rate_set=${fixed.id}`);
        assert.deepEqual(early.body.errors.map((e) => `${e.parameter} ${e.rule}`),
            ['rate_set known_set']);
    });

    test(`${slug}: a currency and a set go together, and both are known`, async () => {
        for (const [query, faults] of [['currency=EUR', ['rate_set required']],
            [`rate_set=${set.id}`, ['currency required']],
            [`currency=QQQ&rate_set=${set.id}`, ['currency codelist']],
            ['currency=EUR&rate_set=3f1f0d4e-98a5-4f8e-9f0a-2b7b0c1d2e3f', ['rate_set known_set']],
            ['currency=eur&rate_set=x', ['currency type', 'rate_set type']]]) {
            const answer = await api.anonymous.get(`/v1/reports/${slug}?${query}`);
            assert.equal(answer.status, 422, query);
            assert.deepEqual(answer.body.errors.map((e) => `${e.parameter} ${e.rule}`), faults);
        }
    });
}

test('through the base, and into a currency without decimals', async () => {
    const inDollars = (await report('portfolio',
        `&donor=XI-TEST-NORTH&currency=USD&rate_set=${set.id}`)).body.rows;
    assert.deepEqual(inDollars.map((row) => [row.currency, row.committed, row.disbursed]),
        [['USD', '600.00', '240.00'], ['JPY', null, '0']]);
    const rates = Object.fromEntries((await good(api.anonymous.get(
        `/v1/exchange-rate-sets/${REFERENCE_RATES}/rates?on=2021-05-05&limit=200`))).body.items
        .map((one) => [one.currency, one.rate]));
    const inYen = (await report('portfolio',
        `&donor=XI-TEST-NORTH&currency=JPY&rate_set=${REFERENCE_RATES}`)).body;
    assert.deepEqual(inYen.rows.map((row) => row.committed),
        [String(Math.round(500 * rates.JPY / rates.EUR)), '1000']);
    assert.ok(inYen.limitations.some((one) => one.startsWith('Of the rates: Confidence high')));
});

test('into a currency that the set does not have nothing is converted', async () => {
    const plain = (await report('portfolio', '')).body.rows;
    const { body } = await report('portfolio', `&currency=KES&rate_set=${set.id}`);
    assert.deepEqual(body.rows.map((row) => row.currency), plain.map((row) => row.currency));
    for (const [at, row] of body.rows.entries()) {
        for (const name of Object.keys(row).filter((one) => /^(committed|disbursed)/.test(one))) {
            assert.equal(row[name], Number(plain[at][name]) === 0 ? plain[at][name] : null, name);
        }
    }
    const told = body.limitations.filter((one) => one.startsWith('No rate: ')).join(' ');
    for (const words of ['of type 2 in EUR, together 500.00.', 'of type 3 in EUR, together 200.00.',
        'of type 2 in JPY, together 1000.', 'of type 2 in USD, together 3526.00.',
        'of type 3 in USD, together 650.01.']) {
        assert.ok(told.includes(words), words);
    }
});

test('contracts and budgets that have no rate are told beside the transactions', async () => {
    const inShillings = `&currency=KES&rate_set=${set.id}`;
    const told = async (slug, query) => (await report(slug, inShillings + query)).body.limitations
        .filter((one) => /^No rate: \d+ (contracts|approved budgets) /.test(one))
        .map((one) => one.slice('No rate: '.length, one.indexOf('. They are in no converted sum')));
    // 610.00 + 300.00 + 100.00 of P, which was agreed in 2020, 50.00 of Q, and 10.00 of D.
    assert.deepEqual(await told('untied-aid', ''), ['5 contracts in USD, together 1070.00']);
    assert.deepEqual(await told('untied-aid', '&donor=XI-TEST-SOUTH&year=2020'),
        ['3 contracts in USD, together 1010.00']);
    assert.deepEqual(await told('untied-aid', '&country=GH'), ['1 contracts in USD, together 50.00']);
    assert.deepEqual(await told('untied-aid', '&in_kind=true'), []);
    // What the parliament did not approve at all, 0.00 for 2024, needs no rate.
    assert.deepEqual(await told('on-budget', ''), ['1 approved budgets in MWK, together 90000.00',
        '5 approved budgets in USD, together 420.00']);
    assert.deepEqual(await told('on-budget', '&country=KE&year=2022'),
        ['1 approved budgets in USD, together 130.00']);
    assert.deepEqual(await told('on-budget', '&donor=XI-DEMO-DONOR'),
        ['1 approved budgets in MWK, together 90000.00']);
    const { body } = await report('untied-aid', inEuro());
    assert.ok(!body.limitations.some((one) => / contracts in /.test(one)));
});

// ---------------------------------------------------------------- the rate of a day

function converted(amount, from, day, to, of = set) {
    const [{ value }] = rows(`SELECT money_converted(${amount}, '${from}', '${day}', '${of.id}',
                                                     '${to}')::text AS value`);
    return value;
}

test('a daily rate holds until the next one, for at most seven days', async () => {
    const daily = await state('USD,2026-11-20,2026-11-20,1.25\nUSD,2026-11-23,2026-11-23,1.20\n',
        { method: 'daily', published_on: '2026-11-24', retrieved_on: '2026-11-24' });
    const at = (day) => converted('3.00', 'USD', day, 'EUR', daily);
    for (const [day, value] of [['2026-11-19', null], ['2026-11-20', '2.4'], ['2026-11-22', '2.4'],
        ['2026-11-23', '2.5'], ['2026-11-30', '2.5'], ['2026-12-01', null]]) {
        assert.equal(at(day) && String(Number(at(day))), value, day);
    }
});

test('an average holds in its month or year and on no day beside it', async () => {
    const monthly = await state('USD,2020-02-01,2020-02-29,1.25\n', { method: 'monthly_average' });
    for (const [of, first, last] of [[monthly, '2020-02-01', '2020-02-29'],
        [set, '2020-01-01', '2023-12-31']]) {
        const day = (date, by) => new Date(Date.parse(date) + by * 86_400_000)
            .toISOString().slice(0, 10);
        assert.notEqual(converted(1, 'USD', first, 'EUR', of), null);
        assert.notEqual(converted(1, 'USD', last, 'EUR', of), null);
        assert.equal(converted(1, 'USD', day(first, -1), 'EUR', of), null);
        assert.equal(converted(1, 'USD', day(last, 1), 'EUR', of), null);
    }
});

test('rates that are quoted the other way round are divided by, not inverted', async () => {
    const { body } = await good(api.steward.post('/v1/exchange-rate-sets', { name: 'IMF, a day',
        source: 'This test', layout: 'imf', published_on: '2026-11-02', retrieved_on: '2026-11-02',
        csv: 'Currency\tNovember 02, 2026\nEuro(1)\t1.0750\nBotswana pula(1)\t0.0700\n'
            + 'Japanese yen\t150.00\n' }));
    const at = (amount, from, to) =>
        String(Number(converted(amount, from, '2026-11-02', to, body.rate_set)));
    assert.equal(at('100.00', 'EUR', 'USD'), '107.5');
    assert.equal(at('107.50', 'USD', 'EUR'), '100');
    assert.equal(at('100.00', 'EUR', 'JPY'), '16125');
    assert.equal(at('16125', 'JPY', 'EUR'), '100');
    // 7 pula are 0.49 dollars. Through 1 / 0.07, which has no end, they would be a little more.
    assert.equal(at('7.00', 'BWP', 'USD'), '0.49');
    assert.equal(at('0.49', 'USD', 'BWP'), '7');
});

test('nothing is rounded before a sum is complete', async () => {
    const thirds = await state('USD,2020-01-01,2020-12-31,3\n');
    const [{ one, three, half, less }] = rows(`SELECT
        report_sum(a.cent, 2, 'EUR') AS one, report_sum(a.cent * 3, 2, 'EUR') AS three,
        report_sum(a.cent * 1.5, 2, 'EUR') AS half, report_sum(-a.cent * 1.5, 2, 'EUR') AS less
        FROM (SELECT money_converted(0.01, 'USD', '2020-05-05', '${thirds.id}', 'EUR')) AS a (cent)`);
    assert.deepEqual([one, three, half, less], ['0.00', '0.01', '0.00', '0.00']);
    // Half a cent, exactly, goes away from zero on both sides.
    const [{ up, down }] = rows(`SELECT report_sum(0.005, 2, 'EUR') AS up,
                                        report_sum(-0.005, 2, 'EUR') AS down`);
    assert.deepEqual([up, down], ['0.01', '-0.01']);
});

test('what is in the currency already needs no rate', () => {
    assert.equal(Number(converted('12.34', 'JPY', '1999-01-01', 'JPY')), 12.34);
    assert.equal(converted('12.34', 'JPY', '2020-01-01', 'EUR'), null);
    assert.equal(converted('12.34', 'EUR', '2020-01-01', 'JPY'), null);
});

// ---------------------------------------------------------------- sums

const SCALE = 10n ** 30n;

function scaled(decimal) {
    const [whole, fraction = ''] = decimal.replace('-', '').split('.');
    const value = BigInt(whole + fraction.padEnd(30, '0'));
    return decimal.startsWith('-') ? -value : value;
}

function cents(value) {
    const unit = SCALE / 100n;
    const rounded = ((value < 0n ? -value : value) + unit / 2n) / unit;
    return value < 0n ? -rounded : rounded;
}

test('a total is the sum of every transaction at its own day, by exact fractions', async () => {
    const days = Array.from({ length: 60 }, (_, at) =>
        new Date(Date.UTC(2020, 5, 1 + at)).toISOString().slice(0, 10));
    const rates = new Map(days.map((day, at) => [day, `1.${1000 + (at * 7919) % 8999}`]));
    const daily = await state([...rates].map(([day, rate]) =>
        `USD,${day},${day},${rate}\n`).join(''), { method: 'daily' });
    const amounts = days.map((day, at) => [day, `${(at * 104_729) % 9973}.${10 + at}`]);
    let last;
    for (const [day, amount] of amounts) {
        last = await good(api.donor.post(`${world.d}/transactions`, { transaction_type: '3',
            transaction_date: '2019-01-31', value_date: day, amount, currency: 'USD' }));
    }
    const position = await sequenced(last.body.statement.entry);
    const { body } = await good(api.anonymous.get(`/v1/reports/portfolio?as_of=${position}`
        + `&year=2019&currency=EUR&rate_set=${daily.id}`));
    const total = amounts.reduce((sum, [day, amount]) =>
        sum + scaled(amount) * SCALE / scaled(rates.get(day)), 0n);
    assert.equal(body.rows.length, 1);
    assert.equal(scaled(body.rows[0].disbursed) * 100n / SCALE, cents(total));
});
