// Boundary totals: a small chain of payments worked out by hand, and a thousand sets drawn at random.
// SPDX-License-Identifier: Apache-2.0
//
// The chain, all in US dollars of 2021. The donor (of the Netherlands) commits 1000.00 to Malawi; the
// agency commits 200.00, half to Malawi and half to Kenya; Kenya's ministry 10.00 to Malawi.
//   donor    pays 300.00 to the agency's activity and takes back 40.00 of them, pays 100.00 for
//            Malawi, and 50.00 for Malawi to an organisation there, which has no activity here
//   agency   says that it got 300.00 from the donor's activity, 70.00 from the donor, and 20.00 from
//            the activity of somebody who is not here; pays 120.00 for Malawi and spends 30.00 in Kenya
//   ministry pays 10.00 for Malawi
// Of what the agency says it got only the 20.00 count: the donor tells the 300.00 itself, and the
// 70.00 may be among them. So the agency receives 300.00 - 40.00 + 20.00 = 280.00, and Malawi
// 100.00 + 50.00 + 120.00 + 10.00 = 280.00.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { api, sequenced } from '../lib/client.mjs';
import { imported } from '../lib/make.mjs';
import { organisation, somebody } from '../lib/principals.mjs';
import { commit, good } from './world.mjs';

const [DONOR, AGENCY, MINISTRY, NGO] = ['DONOR', 'AGENCY', 'MINISTRY', 'NGO']
    .map((name) => `XI-BOUNDARY-${name}`);
const homes = { [DONOR]: 'NL', [AGENCY]: undefined, [MINISTRY]: 'KE', [NGO]: 'MW' };
const editors = {};
let position;
let chain;
let passedOn;

const all = (code) => [{ code, share: '100' }];

async function promise(who, date, amount, countries) {
    const path = await commit(editors[who], editors[who], { commitment_date: date, amount,
        currency: 'USD', sectors: all('22040'),
        recipients: countries.map((country) => ({ country, share: String(100 / countries.length) })) });
    return { who, path, id: path.split('/').at(-1) };
}

async function record({ who, path }, type, date, amount, more = {}) {
    const { body } = await good(editors[who].post(`${path}/transactions`, { transaction_type: type,
        transaction_date: date, amount, currency: 'USD', ...more }));
    position = body.statement.entry;
    return body.transaction.id;
}

async function makeChain() {
    const given = await promise(DONOR, '2021-01-10', '1000.00', ['MW']);
    const passed = await promise(AGENCY, '2021-01-10', '200.00', ['MW', 'KE']);
    passedOn = passed;
    const south = await promise(MINISTRY, '2021-01-10', '10.00', ['MW']);
    const first = await record(given, '3', '2021-02-01', '300.00',
        { receiver_org: { ref: AGENCY, activity_id: passed.id } });
    await record(given, '3', '2021-02-02', '-40.00', { adjusts: first, reason: 'Not needed.' });
    await record(given, '3', '2021-02-03', '100.00');
    await record(given, '3', '2021-02-04', '50.00', { receiver_org: { ref: NGO } });
    await record(passed, '1', '2021-02-01', '300.00',
        { provider_org: { ref: DONOR, activity_id: given.id } });
    await record(passed, '1', '2021-02-02', '70.00', { provider_org: { ref: DONOR } });
    await record(passed, '1', '2021-02-03', '20.00',
        { provider_org: { ref: 'XI-NOT-HERE', activity_id: 'XI-NOT-HERE-1' } });
    await record(passed, '3', '2021-03-01', '120.00', { recipient_country: 'MW' });
    await record(passed, '4', '2021-03-01', '30.00', { recipient_country: 'KE' });
    await record(south, '3', '2021-03-02', '10.00');
    return sequenced(position);
}

before(async () => {
    for (const [identifier, country] of Object.entries(homes)) {
        await organisation(identifier, country);
        editors[identifier] = await somebody(identifier, 'donor_editor,donor_approver');
    }
    chain = await makeChain();
});

async function totals(query, size = chain) {
    const { body } = await good(api.auditor.get(
        `/v1/reports/boundary-totals?as_of=${size}${query ? `&${query}` : ''}`));
    return body;
}

const MONEY = ['incoming_committed', 'internal_committed', 'outgoing_committed', 'incoming_paid',
    'internal_paid', 'outgoing_paid'];

function shown({ rows }) {
    return rows.map((row) => [row.scope, row.member, ...MONEY.map((name) => row[name])].join(' '));
}

for (const [query, ...expected] of [
    ['countries=MW',
        'set  1110.00 0.00 0.00 280.00 0.00 0.00', 'member MW 1110.00 0.00 0.00 280.00 0.00 0.00'],
    ['countries=MW,KE',
        'set  1200.00 10.00 0.00 300.00 10.00 0.00', 'member KE 100.00 0.00 10.00 30.00 0.00 10.00',
        'member MW 1110.00 0.00 0.00 280.00 0.00 0.00'],
    [`organisations=${AGENCY}`,
        'set  0.00 0.00 200.00 280.00 0.00 150.00',
        `member ${AGENCY} 0.00 0.00 200.00 280.00 0.00 150.00`],
    [`organisations=${AGENCY}&countries=MW,KE`,
        'set  1000.00 210.00 0.00 430.00 160.00 0.00',
        'member KE 100.00 0.00 10.00 30.00 0.00 10.00',
        'member MW 1110.00 0.00 0.00 280.00 0.00 0.00',
        `member ${AGENCY} 0.00 0.00 200.00 280.00 0.00 150.00`],
    [`organisations=${NGO}&countries=MW`,
        'set  1110.00 0.00 0.00 280.00 0.00 0.00', 'member MW 1110.00 0.00 0.00 230.00 0.00 0.00',
        'shared  0.00 0.00 0.00 50.00 0.00 0.00'],
    ['countries=NL',
        'set  0.00 0.00 1000.00 0.00 0.00 410.00', 'member NL 0.00 0.00 1000.00 0.00 0.00 410.00'],
    ['groups=LDC,LLDC',
        'set  1110.00 0.00 0.00 280.00 0.00 0.00', 'member MW 1110.00 0.00 0.00 280.00 0.00 0.00'],
    [`countries=MW&donor=${AGENCY}`,
        'set  100.00 0.00 0.00 120.00 0.00 0.00', 'member MW 100.00 0.00 0.00 120.00 0.00 0.00'],
    ['countries=MW&sector=11110'],
    ['countries=MW&year=2020'],
]) {
    test(`${query} is what was worked out by hand`, async () => {
        assert.deepEqual(shown(await totals(query)), expected);
    });
}

test('the set is the four groups when nothing is named', async () => {
    assert.deepEqual((await totals('')).rows, (await totals('groups=EIT,LDC,LLDC,SIDS')).rows);
});

test('what a receiver says twice is left out, and told where it would have counted', async () => {
    const told = (body) => body.limitations.filter((one) => one.startsWith('Not counted'));
    assert.equal(told(await totals('countries=MW')).length, 0);
    const [sentence, ...others] = told(await totals(`organisations=${AGENCY}`));
    assert.match(sentence, /^Not counted: 2 transactions of type 1 in USD, /);
    assert.deepEqual(others, []);
});

test('members that nobody knows are refused, all at once', async () => {
    const answer = await api.anonymous.get(
        '/v1/reports/boundary-totals?countries=MW,XX&groups=DAC&organisations=XI-NOT-HERE');
    assert.equal(answer.status, 422);
    assert.deepEqual(answer.body.errors.map((e) => `${e.parameter} ${e.rule}`),
        ['countries known_country', 'groups known_group', 'organisations known_organisation']);
    const early = await api.anonymous.get(
        `/v1/reports/boundary-totals?organisations=${AGENCY}&as_of=0`);
    assert.equal(early.status, 422);
});

test('converted, what has no rate is null in its row and told', async () => {
    const set = (await good(api.steward.post('/v1/exchange-rate-sets', { name: 'One year',
        source: 'This test', layout: 'plain', base_currency: 'EUR', method: 'annual_average',
        published_on: '2022-01-03', retrieved_on: '2022-01-03',
        csv: 'currency,valid_from,valid_to,rate\nUSD,2021-01-01,2021-12-31,3\n' }))).body;
    const size = await sequenced(set.statement.entry);
    const query = `countries=MW&rate_set=${set.rate_set.id}&currency=`;
    assert.equal((await totals(`${query}EUR`, size)).rows[0].incoming_paid, '93.33');
    const body = await totals(`${query}KES`, size);
    assert.deepEqual([body.rows[0].currency, body.rows[0].incoming_paid, body.rows[0].internal_paid],
        ['USD', null, '0.00']);
    assert.ok(body.limitations.some((one) =>
        one.startsWith('No rate: 4 transactions of type 3 in USD, together 280.00.')));
});

test('a report without rows tells its rates and what is not counted all the same', async () => {
    await organisation('XI-BOUNDARY-DEAF');
    await record(passedOn, '1', '2021-02-05', '7.00',
        { provider_org: { ref: 'XI-BOUNDARY-DEAF' } });
    const size = await sequenced(position);
    const told = await totals('organisations=XI-BOUNDARY-DEAF', size);
    assert.deepEqual(told.rows, []);
    assert.deepEqual(told.limitations.filter((one) => one.startsWith('Not counted')).map((one) =>
        one.split(', ')[0]), ['Not counted: 1 transactions of type 1 in USD']);
    const { rate_set: set, statement } = (await good(api.steward.post('/v1/exchange-rate-sets',
        { name: 'For nothing', source: 'This test', layout: 'plain', base_currency: 'EUR',
            method: 'annual_average', published_on: '2022-01-03', retrieved_on: '2022-01-03',
            csv: 'currency,valid_from,valid_to,rate\nUSD,2021-01-01,2021-12-31,3\n' }))).body;
    const later = await sequenced(statement.entry);
    for (const slug of ['boundary-totals?countries=TV', 'portfolio?recipient=TV',
        'group-allocation?year=1999']) {
        const empty = (await good(api.anonymous.get(
            `/v1/reports/${slug}&as_of=${later}&currency=EUR&rate_set=${set.id}`))).body;
        assert.deepEqual(empty.rows, []);
        assert.ok(empty.method.some((one) => one.includes(set.rates_sha256)), slug);
    }
});

test('a commitment that joins an activity later counts once, and so does what it gets', async () => {
    const BOOKS = 'XI-BOUNDARY-BOOKS';
    await organisation(BOOKS);
    editors[BOOKS] = await somebody(BOOKS, 'donor_editor,donor_approver');
    const first = await imported(BOOKS);
    const activity = (await good(api.anonymous.get(first.path))).body.activity;
    const second = await promise(BOOKS, '2021-01-10', '100.00', ['ZM']);
    const amended = await good(editors[BOOKS].post(`${second.path}/amend`,
        { reason: 'It belongs to it.', changes: { activity_id: activity.id } },
        { ifMatch: (await good(api.anonymous.get(second.path))).etag }));
    const registered = await good(editors[BOOKS].post(`${second.path}/register`, undefined,
        { ifMatch: amended.etag }));
    const size = await sequenced(registered.body.statement.entry);
    assert.deepEqual(shown(await totals(`organisations=${BOOKS}`, size)),
        ['set  0.00 0.00 150.00 0.00 0.00 10.00', `member ${BOOKS} 0.00 0.00 150.00 0.00 0.00 10.00`]);
    const given = await promise(DONOR, '2021-01-10', '1.00', ['ZM']);
    await record(given, '3', '2021-02-06', '7.00',
        { receiver_org: { activity_id: activity.iati_identifier } });
    await record(given, '3', '2021-02-06', '5.00', { receiver_org: { activity_id: second.id } });
    await record(second, '1', '2021-02-06', '5.00',
        { provider_org: { ref: DONOR, activity_id: given.id } });
    assert.deepEqual(shown(await totals(`organisations=${BOOKS}`, await sequenced(position)))[0],
        'set  0.00 0.00 150.00 12.00 0.00 10.00');
});

test('an organisation that is registered later does not change what was reported before', async () => {
    await record(passedOn, '1', '2021-02-07', '6.00',
        { provider_org: { ref: 'XI-BOUNDARY-LATE', activity_id: 'XI-BOUNDARY-LATE-1' } });
    const size = await sequenced(position);
    assert.deepEqual(shown(await totals('countries=TO', size)), []);
    const { body } = await good(api.steward.post('/v1/organisations', { identifier: 'XI-BOUNDARY-LATE',
        name: 'Boundary, late', type_code: '10', country: 'TO' }));
    const later = await sequenced(body.statement.entry);
    assert.deepEqual(shown(await totals('countries=TO', size)), []);
    assert.deepEqual(shown(await totals('countries=TO', later)),
        ['set  0.00 0.00 0.00 0.00 0.00 6.00', 'member TO 0.00 0.00 0.00 0.00 0.00 6.00']);
});

// ---------------------------------------------------------------- at random

// Numbers that look random and are the same in every run of a seed.
function generator(seed) {
    let state = seed >>> 0;
    return (below) => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor(state / 2 ** 32 * below);
    };
}

const COUNTRIES = ['MW', 'KE', 'ZM', 'VU', 'NP', 'BT', 'SB', 'AO', 'MV', 'NL'];
const GROUPS = ['LDC', 'SIDS', 'LLDC', 'EIT'];

function cents(decimal) {
    return BigInt(decimal.replace('.', ''));
}

// Flows as they are meant, beside the records that are made of them.
async function randomWorld(pick) {
    const names = Object.keys(homes);
    // Not in the year of the chain, which is in the same log.
    const date = () => `${2004 + pick(17)}-0${1 + pick(9)}-${10 + pick(19)}`;
    const activities = [];
    const flows = [];
    for (const who of [...names, ...names]) {
        const country = COUNTRIES[pick(COUNTRIES.length)];
        const day = date();
        const amount = `${100 + pick(900)}.${10 + pick(90)}`;
        activities.push(await promise(who, day, amount, [country]));
        flows.push({ measure: 'committed', day, amount, source: who, country });
    }
    const paying = new Set();
    for (let at = 0; at < 70; at++) {
        const activity = activities[pick(activities.length)];
        const country = COUNTRIES[pick(COUNTRIES.length)];
        const day = date();
        const amount = `${1 + pick(999)}.${10 + pick(90)}`;
        const other = activities[pick(activities.length)];
        const how = pick(4);
        const passed = how === 0 && other !== activity;
        const receiver = passed ? { ref: other.who, activity_id: other.id }
            : how === 1 ? { ref: names[pick(names.length)] } : undefined;
        await record(activity, pick(3) === 0 ? '4' : '3', day, amount,
            { recipient_country: country, receiver_org: receiver });
        paying.add(activity.id);
        flows.push({ measure: 'paid', day, amount, source: activity.who, destination: receiver?.ref,
            country: passed ? undefined : country });
    }
    // What receivers say; it counts where the activity they name has paid nothing.
    for (let at = 0; at < 20; at++) {
        const activity = activities[pick(activities.length)];
        const other = pick(2) === 0 ? activities[pick(activities.length)] : undefined;
        const day = date();
        const amount = `${1 + pick(999)}.${10 + pick(90)}`;
        const provider = names[pick(names.length)];
        const named = other ? other.id : pick(3) === 0 ? undefined : `XI-ELSEWHERE-${at}`;
        await record(activity, '1', day, amount,
            { provider_org: { ref: provider, activity_id: named } });
        if (named && !paying.has(named)) {
            flows.push({ measure: 'paid', day, amount, source: provider, destination: activity.who });
        }
    }
    return flows;
}

// The days on which each country is in each group, asked of the API.
async function memberships(flows) {
    const known = new Map();
    for (const day of new Set(flows.map((flow) => flow.day))) {
        const { body } = await good(api.anonymous.get(`/v1/country-groups?on=${day}`));
        known.set(day, Object.fromEntries(body.items.map((group) => [group.code,
            group.members.filter((one) => !['former', 'm49-only'].includes(one.status)
                && (group.code !== 'SIDS' || ['un_member', 'non_un_state'].includes(one.subclass)))
                .map((one) => one.country)])));
    }
    return known;
}

function placed(flow, set, groups) {
    const within = (country) => country !== undefined && (set.countries.includes(country)
        || set.groups.some((group) => groups.get(flow.day)[group].includes(country)));
    const party = (who, country) => [...(set.organisations.includes(who) ? [who] : []),
        ...(within(country) ? [country] : [])];
    return { sources: party(flow.source, homes[flow.source]),
        destinations: party(flow.destination, flow.country) };
}

// What the report should say of a set, counted anew.
function counted(flows, set, groups) {
    const sums = new Map();
    const add = (scope, direction, flow) => {
        const row = sums.get(scope)
            ?? Object.fromEntries(MONEY.map((name) => [name, 0n]));
        row[`${direction}_${flow.measure}`] += cents(flow.amount);
        sums.set(scope, row);
    };
    for (const flow of flows) {
        const { sources, destinations } = placed(flow, set, groups);
        if (sources.length + destinations.length > 0) {
            add('set', sources.length === 0 ? 'incoming'
                : destinations.length === 0 ? 'outgoing' : 'internal', flow);
        }
        if (destinations.length > 1) {
            add('shared', sources.length === 0 ? 'incoming' : 'internal', flow);
        } else if (destinations.length === 1) {
            add(destinations[0], sources.includes(destinations[0]) ? 'internal' : 'incoming', flow);
        }
        sources.filter((one) => !destinations.includes(one))
            .forEach((one) => add(one, 'outgoing', flow));
    }
    return sums;
}

function summed(rows) {
    const sums = new Map();
    for (const row of rows) {
        const key = row.member ?? row.scope;
        const sum = sums.get(key) ?? Object.fromEntries(MONEY.map((name) => [name, 0n]));
        MONEY.forEach((name) => { sum[name] += cents(row[name]); });
        sums.set(key, sum);
    }
    return sums;
}

const none = Object.fromEntries(MONEY.map((name) => [name, 0n]));

test('a thousand sets: what comes in is what comes to the members, without what they pass on', async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
    console.log(`# seed ${seed}`);
    const pick = generator(seed);
    const flows = await randomWorld(pick);
    const size = await sequenced(position);
    const groups = await memberships(flows);
    const some = (list, most) => list.filter(() => pick(10) < most);
    const seen = { shared: 0, internal: 0 };
    for (let at = 0; at < 1000; at += 8) {
        await Promise.all(Array.from({ length: 8 }, async () => {
            const set = { countries: some(COUNTRIES, 3), groups: some(GROUPS, 2),
                organisations: some(Object.keys(homes), 3) };
            const query = Object.entries(set).filter(([, list]) => list.length > 0)
                .map(([name, list]) => `${name}=${list}`);
            if (query.length === 0) {
                set.groups = GROUPS;
            }
            const { rows } = await totals(query.join('&'), size);
            const found = summed(rows.filter((row) => row.year !== 2021));
            const should = counted(flows, set, groups);
            assert.deepEqual(new Map([...found].sort()), new Map([...should].sort()),
                `seed ${seed}: ${query}`);
            for (const measure of ['committed', 'paid']) {
                const [incoming, internal] = [`incoming_${measure}`, `internal_${measure}`];
                const { set: whole = none, shared = none } = Object.fromEntries(found);
                const members = [...found].filter(([key]) => !['set', 'shared'].includes(key))
                    .map(([, sum]) => sum);
                const total = (name) => members.reduce((sum, one) => sum + one[name], 0n);
                const between = whole[internal] - total(internal) - shared[internal];
                assert.equal(whole[incoming], total(incoming) + shared[incoming] - between,
                    `seed ${seed}: ${query}: ${measure}`);
                // The flows from one member to another, counted one by one.
                const passed = flows.filter((flow) => {
                    const { sources, destinations } = placed(flow, set, groups);
                    return flow.measure === measure && sources.length > 0
                        && destinations.length === 1 && !sources.includes(destinations[0]);
                }).reduce((sum, flow) => sum + cents(flow.amount), 0n);
                assert.equal(between, passed, `seed ${seed}: ${query}: between members`);
                seen.shared += shared[incoming] > 0n;
                seen.internal += between > 0n;
            }
        }));
    }
    assert.ok(seen.shared > 50 && seen.internal > 50, JSON.stringify(seen));
});
