// Every figure of every report against the records that explain it: in each row of each report they add
// up to what the report says, each is there once, and what is left out says why.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { before, test } from 'node:test';

import { api, sequenced } from '../lib/client.mjs';
import { REPORTS, compareAll, told } from './explained.mjs';
import { commit, good, makeWorld, pay, withDeadlinesPassed } from './world.mjs';

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
    assert.deepEqual(readdirSync('reports').filter((slug) => !REPORTS[slug]), []);
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

// 60 % of A are for pillar d: of the 50.01 paid to Malawi, 33.34 and 16.67, that is 20.004 and 10.002. The report
// gives whole cents, and the odd one to the larger remainder: 30.01, which is 0.004 more.
test('money flow: exact shares, and what rounding adds to them', () => late(async () => {
    const { figures, items } = await explain('/v1/reports/money-flow/explain/disbursed?'
        + 'donor=XI-DEMO-DONOR&country=MW&country_groups=LDC%20%2B%20LLDC&serves=V1.2%20pillar-d');
    assert.deepEqual(figures.map((figure) => pick(figure, ['currency', 'value'])),
        [['USD', '30.01']]);
    assert.deepEqual(items.map((item) => pick(item, ['kind', 'part_amount', 'served_fraction',
        'numerator', 'excluded'])), [
        ['transaction_part', '300.00', '3/5', null, 'it is another type of transaction'],
        ['transaction_part', '200.00', '3/5', null, 'it is another type of transaction'],
        ['transaction_part', '300.00', null, null, 'it is another type of transaction'],
        ['transaction_part', '30.01', '3/5', '18.006', null],
        ['transaction_part', '20.00', '3/5', '12.00', null],
        ['transaction_part', '120.00', null, null, 'it is linked to another pillar'],
        ['transaction_part', '-120.00', null, null, 'it is linked to another pillar'],
        ['transaction_part', '110.00', null, null, 'it is linked to another pillar'],
        ['rounding', undefined, '3/5', '0.004', null]]);
    assert.deepEqual(pick(items.at(-1), ['split_amount', 'split_exact', 'split_rounded',
        'rounding', 'split_to']), ['50.01', '30.006', '30.01', 'largest_remainder',
        ['V1.2 pillar-d', 'rest of what is linked']]);
}));

// Vanuatu was a least developed country when A was committed, not any more when it was paid.
test('money flow: why a record of the row is left out', () => late(async () => {
    const reasons = async (measure, query) => [...new Set((await explain(`/v1/reports/money-flow/`
        + `explain/${measure}?donor=XI-DEMO-DONOR&${query}`)).items.map(({ excluded }) => excluded))];
    const other = 'it is another type of transaction';
    assert.deepEqual(await reasons('disbursed', 'country=VU&country_groups=LDC%20%2B%20SIDS'),
        [other, 'its country was in other groups on its date']);
    const of = (serves, more = '') => reasons('committed', `country=MW&serves=${serves}${more}`);
    assert.deepEqual(await of('linked%20to%20none'), ['it is linked to a pillar', other]);
    assert.deepEqual(await of('linked%20to%20none', '&version=V2'), [null, other]);
    assert.deepEqual(await of('V2%20pillar-d', '&version=V2'), ['it is linked to no pillar', other]);
    assert.deepEqual(await of('rest%20of%20what%20is%20linked'),
        [null, 'the shares of its links leave nothing', other]);
    assert.deepEqual(await of('linked%20without%20a%20share'), ['its link says a share', other]);
}));

// R of 150.00 in Ghana: a quarter for pillar b, what is left to pillar c without a share. Beside it a commitment
// of 100.01, of which pillars b, c and d have a third each, but for a hundredth. It is linked to pillar a
// of V2 as well, and then to that alone.
// In 2018, Malawi: 40.00 untied for scholarships (E01), 30.00 tied for refugees (H02), 20.00 partially tied
// for students (E02), 10.00 for experts (D01), and 100.00 tied for a project (C01).
test('shares that leave cents or no share, newer versions, and what two definitions disregard', async () => {
    const said = async (path, version, item, share) => (await good(world.south.post(`${path}/links`, {
        framework: 'C11', framework_version: version, item, share, rationale: 'As agreed.' })))
        .body.statement.entry;
    const usual = { currency: 'USD', commitment_date: '2018-05-05',
        sectors: [{ code: '22040', share: '100' }] };
    const thirds = [];
    for (const amount of ['100.01', '50.00']) {
        const path = await commit(world.south, world.south, { ...usual, amount,
            recipients: [{ country: 'LS', share: '33.33' }, { country: 'SZ', share: '66.67' }] });
        for (const item of ['pillar-b', 'pillar-c', 'pillar-d']) {
            await said(path, 'V1.2', item, '33.33');
        }
        await pay(world.south, path, '2018-06-06', '7.77', 'USD');
        await pay(world.south, path, '2018-07-07', '0.01', 'USD');
        thirds.push(path);
    }
    await said(thirds[1], 'V2', 'pillar-a', '12.5');
    await said(world.r, 'V1.2', 'pillar-b', '25');
    await said(world.r, 'V1.2', 'pillar-c');
    for (const [amount, aid_type, tied_status] of [['40.00', 'E01', '5'], ['30.00', 'H02', '4'],
        ['20.00', 'E02', '3'], ['10.00', 'D01', '5'], ['100.00', 'C01', '4']]) {
        await commit(world.south, world.south, { ...usual, amount, aid_type, tied_status,
            recipients: [{ country: 'MW', share: '100' }] });
    }
    const size = await sequenced(await said(thirds[0], 'V1.2', 'target-a'));
    for (const euro of ['', `&currency=EUR&rate_set=${set.id}`]) {
        for (const [slug, question] of [['untied-aid-bridge', 'year=2018'],
            ['money-flow', 'donor=XI-TEST-SOUTH'], ['money-flow', 'version=V1.2'],
            ['money-flow', 'version=V2']]) {
            await late(() => compareAll(get, slug, `${question}&as_of=${size}${euro}`,
                { measures: told(slug) }));
        }
    }
    const of = async (step, measure) => (await good(get(`/v1/reports/untied-aid-bridge/explain/${measure}`
        + `?country=MW&year=2018&step=${step}&as_of=${size}`))).body.items.map((item) =>
        pick(item, ['part_amount', 'said', 'left_out', 'sign', 'numerator', 'excluded']).join(' '));
    assert.deepEqual(await of('students', 'untied'), [
        '40.00 untied students -1 -40.00 ',
        '30.00 tied refugees -1  another cause changes how it counts',
        '20.00 partially_tied students -1  its tied status is another',
        '10.00 untied technical_cooperation -1  both definitions count it alike',
        '100.00 tied  -1  both definitions count it alike']);
    assert.deepEqual(await of('refugees', 'disregarded'), [
        '40.00 untied students 1  another cause changes how it counts',
        '30.00 tied refugees 1 30.00 ',
        '20.00 partially_tied students 1  another cause changes how it counts',
        '10.00 untied technical_cooperation 1  both definitions count it alike',
        '100.00 tied  1  both definitions count it alike']);
    assert.deepEqual((await of('definition_1', 'untied_rate')).slice(3), [
        '10.00 untied technical_cooperation 1  statistics on tying disregard its aid type',
        '100.00 tied  1 0.00 ']);
    assert.deepEqual((await of('students', 'untied_rate')).slice(0, 1), [
        '40.00 untied students -1  the difference that a cause makes has no rate']);
    const newer = await good(get('/v1/reports/money-flow/explain/committed?donor=XI-TEST-SOUTH&country=LS'
        + `&serves=V1.2%20pillar-b&as_of=${size}`));
    assert.deepEqual(newer.body.items.map((item) => pick(item, ['kind', 'part_amount', 'served_fraction',
        'excluded']).join(' ')).filter((told_) => !told_.includes('another type')), [
        'transaction_part 33.33 3333/10000 ', 'transaction_part 16.67  its links to a newer version are counted',
        'rounding  3333/10000 ']);
});

test('what no row of these reports is like', async () => {
    for (const [path, fault] of [
        ['untied-aid-bridge/explain/tied', 'step required'],
        ['untied-aid-bridge/explain/tied?step=causes', 'step enum'],
        ['money-flow/explain/committed?country_groups=LLDC%20%2B%20LDC', 'country_groups enum'],
        ['money-flow/explain/committed?version=V9', 'version known_item']]) {
        const { status, body } = await get(`/v1/reports/${path}`);
        assert.equal(status, 422, path);
        assert.deepEqual(body.errors.map((e) => `${e.parameter} ${e.rule}`), [fault]);
    }
});

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
        + `&limit=200${slug === 'boundary-totals' ? '&scope=set' : ''}`
        + `${slug === 'untied-aid-bridge' ? '&step=definition_1' : ''}`));
    for (const path of paths) {
        const said = await good(get(path));
        for (const who of [api.donor, api.auditor]) {
            assert.equal((await good(who.get(path))).text, said.text, path);
        }
    }
});
