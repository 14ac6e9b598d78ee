// Every figure of every report against the records that explain it: in each row of each report they add
// up to what the report says, each is there once, and what is left out says why.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { before, test } from 'node:test';

import { api, sequenced } from '../lib/client.mjs';
import { REPORTS, compareAll, told } from './explained.mjs';
import { good, makeWorld, withDeadlinesPassed } from './world.mjs';

let world;
let set;

before(async () => {
    world = await makeWorld();
    const { body } = await good(api.steward.post('/v1/exchange-rate-sets', {
        name: 'A third, for tests', source: 'This test', layout: 'plain', base_currency: 'EUR',
        method: 'annual_average', published_on: '2026-01-03', retrieved_on: '2026-01-04',
        csv: `currency,valid_from,valid_to,rate\n${[2020, 2021, 2022, 2023, 2024, 2025]
            .map((year) => `USD,${year}-01-01,${year}-12-31,3\n`).join('')}` }));
    set = { id: body.rate_set.id, size: await sequenced(body.statement.entry) };
});

const get = (path) => api.anonymous.get(path);
const late = (work) => withDeadlinesPassed(world.a, work);
const explain = async (path) => (await good(get(`${path}&as_of=${set.size}`))).body;

for (const [slug, { asked = [''], converts = true }] of Object.entries(REPORTS)) {
    for (const question of asked) {
        for (const convert of converts ? [false, true] : [false]) {
            test(`${slug}?${question}${convert ? ' in euro' : ''}: every cell`, () => late(async () => {
                const bound = `${question}&as_of=${set.size}`
                    + `${convert ? `&currency=EUR&rate_set=${set.id}` : ''}`;
                await compareAll(get, slug, bound, { measures: told(slug) });
            }));
        }
    }
}

// Cells that say which row it is, or what another one means.
const NO_FIGURES = new RegExp('^(\\w+_name|kind|framework|framework_version|meaning|unit|reason|'
    + '\\w*null_reason|state|observation|mask_\\w+)$');

test('every figure of every report is explained', () => {
    for (const [slug, shape] of Object.entries(REPORTS)) {
        if (!shape.of) {
            const { columns } = JSON.parse(readFileSync(`reports/${slug}/manifest.json`, 'utf8'));
            const known = [...told(slug), ...Object.values(shape.keys)];
            assert.deepEqual(columns.map(({ name }) => name).filter((name) =>
                !known.includes(name) && !NO_FIGURES.test(name)), [], slug);
        }
    }
    // Not explained yet.
    const apart = ['money-flow', 'untied-aid-bridge'];
    assert.deepEqual(readdirSync('reports').filter((slug) => !REPORTS[slug]), apart);
});

test('a figure that a report does not have: the answer lists those that it has', async () => {
    const { status, body } = await get('/v1/reports/untied-aid/explain/lag_median');
    assert.equal(status, 404);
    assert.match(body.detail, /there are committed, .*disregarded, .*, untied_rate\.$/);
});

const pick = (item, names) => names.map((name) => item[name]);

// D is linked to pillar c with 70 % of its 300.00 USD: 210.00.
test('coverage: the share of a link, beside the exact part', () => late(async () => {
    const { figures, items } = await explain('/v1/reports/framework-coverage/explain/committed?'
        + 'scope=item&version=V1.2&item=pillar-c');
    assert.deepEqual(figures, [{ currency: 'USD', counted: 1, excluded: 3, numerator: '210.00',
        denominator: null, value: '210.00' }]);
    assert.deepEqual(items.map((item) => pick(item, ['transaction_type', 'part_amount', 'split',
        'link_share', 'endorsed', 'numerator', 'excluded'])), [
        ['2', '300.00', '1/1', '70', true, '210.00', null],
        ['3', '120.00', '1/1', '70', true, null, 'it is another type of transaction'],
        ['3', '-120.00', '1/1', '70', true, null, 'it is another type of transaction'],
        ['3', '110.00', '1/1', '70', true, null, 'it is another type of transaction']]);
}));

// Malawi: 300.00 and 200.00 of A's 1000.00, which are 3/10 and 1/5 of it; Vanuatu 9/50 and 3/25.
test('boundaries: what enters a member is a fraction of a transaction', () => late(async () => {
    const { items } = await explain('/v1/reports/boundary-totals/explain/incoming_committed?'
        + 'scope=member&member=VU&year=2020');
    assert.deepEqual(items.map((item) => pick(item, ['kind', 'split', 'numerator', 'direction',
        'source', 'destination'])), [
        ['flow', '3/25', '120.00', 'incoming', 'XI-DEMO-DONOR', null],
        ['flow', '9/50', '180.00', 'incoming', 'XI-DEMO-DONOR', null]]);
}));

// Malawi said something of both A and D; the one of A was due and came after its deadline of 2021.
test('ownership: each position once, as what it counts', () => late(async () => {
    const of = async (measure) => (await explain(`/v1/reports/ownership/explain/${measure}?`
        + 'donor=XI-DEMO-DONOR&country=MW')).items.map((item) =>
        pick(item, ['position', 'numerator', 'excluded']).join(' ')).sort();
    assert.deepEqual(await of('change_requested'), [
        'endorse_with_reservation  another position is lodged', 'request_change 1 ']);
    assert.deepEqual(await of('uptake'), ['endorse_with_reservation 1 ', 'request_change 0 ']);
    assert.deepEqual(await of('silent'), ['endorse_with_reservation  a position is lodged',
        'request_change  its deadline has not passed']);
}));

// The position on A is answered at once, the one on D waits: half are answered in 0 days, nine tenths
// never. What waits is in the list, as censored.
test('scorecards: days waited, in their order, and who waits still', () => late(async () => {
    const { figures, items } = await explain('/v1/reports/donor-scorecard/explain/M-O4-p90?'
        + 'donor=XI-DEMO-DONOR');
    assert.deepEqual(items.map((item) => pick(item, ['position', 'days', 'censored'])).sort(), [
        ['endorse_with_reservation', 0, false], ['request_change', 0, true]]);
    assert.deepEqual(pick(figures[0], ['numerator', 'denominator', 'value']), ['1', '2', null]);
}));

// 1826 days, a dollar on each: 365 of them fall in 2022, one year after 2021.
test('forward schedules: the days of a commitment that fall in the year', () => late(async () => {
    const { figures, items } = await explain('/v1/reports/medium-term-predictability/explain/'
        + 'value_covered?donor=XI-TEST-SOUTH&country=KE&year=2021&years_ahead=1');
    assert.deepEqual(items.map((item) => pick(item, ['days_fraction', 'commitment_share', 'scheduled',
        'schedule_version', 'numerator', 'denominator'])),
    [['365/1826', '1826.00', '100.00', 1, '100.00', '365.00']]);
    assert.equal(figures[0].value, '27.40');
}));

test('a figure of figures: each part has an explanation that says the same', () => late(async () => {
    for (const path of ['timeliness/explain/timeliness?donor=XI-TEST-SOUTH',
        'timeliness/explain/forward_looking?donor=XI-TEST-SOUTH',
        'on-budget/explain/9b?donor=XI-TEST-SOUTH&country=GH&year=2022',
        'participation/explain/balance?channel=all',
        'medium-term-predictability/explain/country_covered?country=KE&year=2021&years_ahead=1']) {
        const { items } = await explain(`/v1/reports/${path}`);
        assert.ok(items.length > 0, path);
        for (const item of items) {
            assert.equal(item.kind, 'figure');
            const { figures } = (await good(get(item.resource))).body;
            const part = item.numerator ?? '0';
            const [{ value = '0', numerator = '0' } = {}] = figures;
            assert.ok([value, numerator].some((said) => Math.abs(Number(said) - Number(part)) < 0.005),
                `${item.resource}: ${part}, but ${JSON.stringify(figures)}`);
        }
    }
}));

// Kenya's three payments are all of 2021 to 2023 and were reported on their days.
test('timeliness: months with the dates seen in them', () => late(async () => {
    const { items, figures } = await explain('/v1/reports/timeliness/explain/frequency?'
        + 'donor=XI-TEST-SOUTH');
    assert.equal(figures[0].class, 'less_than_annual');
    const seen = items.flatMap(({ days, excluded }) => days.map((day) => [day, excluded]));
    assert.deepEqual(seen, ['2020-11-02', '2021-04-01', '2021-11-02', '2022-03-01', '2022-05-02',
        '2022-09-01', '2023-06-01'].map((day) => [day, 'it is more than 12 months ago']));
}));

test('what is private is in no explanation: everybody gets the same', async () => {
    const paths = Object.keys(REPORTS).flatMap((slug) => told(slug).map((measure) =>
        `/v1/reports/${slug}/explain/${measure}?donor=XI-DEMO-DONOR&country=MW&as_of=${set.size}`
        + `&limit=200${slug === 'boundary-totals' ? '&scope=set' : ''}`));
    for (const path of paths) {
        const said = await good(get(path));
        for (const who of [api.donor, api.auditor]) {
            assert.equal((await good(who.get(path))).text, said.text, path);
        }
    }
});
