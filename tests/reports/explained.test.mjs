// Every figure of every report against the records that explain it: in each row of each report they add
// up to what the report says, each is there once, and what is left out says why.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { before, test } from 'node:test';

import { api, sequenced } from '../lib/client.mjs';
import { rows } from '../lib/sql.mjs';
import { good, makeWorld, withDeadlinesPassed } from './world.mjs';

const manifestOf = (slug) => JSON.parse(readFileSync(`reports/${slug}/manifest.json`, 'utf8'));
const contract = JSON.parse(readFileSync('api/openapi.json', 'utf8'));
const REASONS = contract.components.schemas.ExplainedRecord.properties.excluded.enum;
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

const BY_PARTY = { donor: 'donor', country: 'country' };
const CUBE = { transaction_type: 'transaction_type', of_currency: 'currency', donor: 'donor',
    donor_type: 'donor_type', country: 'recipient_country', region: 'recipient_region',
    group: 'recipient_group', sector: 'sector', sector_category: 'sector_category', year: 'year',
    flow_type: 'flow_type', finance_type: 'finance_type', aid_type: 'aid_type',
    tied_status: 'tied_status' };

// For each report: by which cells a row is asked for, and what the report is asked with. Where rows
// are of measures, "of" is the column that names them and "value" the one that holds the figure.
// "empty" are the keys that a row without a value has none of; others are not cut by then.
const REPORTS = {
    'portfolio': { keys: { donor: 'donor', country: 'recipient_country', region: 'recipient_region',
        sector: 'sector', year: 'year', of_currency: 'currency' },
    empty: ['country', 'region', 'sector'] },
    'group-allocation': { keys: { group: 'recipient_group', year: 'year', of_currency: 'currency' } },
    'reconciliation': { keys: { ...BY_PARTY, of_currency: 'currency' } },
    'predictability': { keys: { ...BY_PARTY, year: 'year', of_currency: 'currency',
        schedule_as_known: 'schedule_as_known' }, empty: ['country'] },
    'untied-aid': { keys: { ...BY_PARTY, year: 'year', of_currency: 'currency' },
        empty: ['country'] },
    'ownership': { keys: BY_PARTY, converts: false },
    'framework-coverage': { keys: { scope: 'scope', version: 'framework_version', item: 'item',
        of_currency: 'currency' }, asked: ['', 'country=MW', 'donor=XI-TEST-SOUTH', 'version=V1.2'] },
    'boundary-totals': { keys: { scope: 'scope', member: 'member', year: 'year',
        of_currency: 'currency' },
    asked: ['', 'countries=KE,MW&groups=SIDS&organisations=XI-TEST-KE,XI-DEMO-DONOR',
        'organisations=XI-TEST-SOUTH&countries=KE', 'in_kind=true'] },
    'cube': { keys: CUBE, empty: Object.keys(CUBE), unstated: 'not stated',
        asked: ['', 'dimensions=donor,year,sector_category', 'dimensions=recipient_group,aid_type',
            'dimensions=recipient_country,recipient_region,tied_status',
            'dimensions=donor_type,flow_type,finance_type&year_from=2021&year_to=2021',
            'dimensions=sector&group=LDC'].map((dimensions) => `${dimensions}&measures=amount,`
                + 'ict_220,ict_principal,ict_significant,transactions,commitments,donors,countries') },
};

// What a row is asked for by: a cell that is empty is one too where the report has rows without it.
function queryOf(row, { keys, empty = [], unstated = null }, asked) {
    const query = new URLSearchParams(asked);
    for (const name of ['dimensions', 'measures']) {
        query.delete(name);
    }
    const without = [];
    for (const [name, column] of Object.entries(keys)) {
        if (row[column] === unstated && empty.includes(name)) {
            without.push(name);
        } else if (row[column] !== null) {
            query.set(name, String(row[column]));
        }
    }
    if (without.length > 0) {
        query.set('without', without.join(','));
    }
    return query;
}

async function explained(slug, measure, query) {
    const path = `/v1/reports/${slug}/explain/${encodeURIComponent(measure)}?${query}`;
    const { body } = await good(api.anonymous.get(`${path}&limit=200`));
    assert.equal(body.items.length < 200, true, `${path}: all on a page`);
    return { path, ...body };
}

const SCALE = 40;

function exact(decimal) {
    const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal);
    return BigInt(`${sign}${whole}${fraction.padEnd(SCALE, '0')}`);
}

// Half away from zero, to the decimals that the other one has.
function roundsTo(sum, printed) {
    const unit = 10n ** BigInt(SCALE - (printed.split('.')[1] ?? '').length);
    const half = sum < 0n ? -unit / 2n : unit / 2n;
    assert.equal((sum + half) / unit * unit, exact(printed));
}

const identity = (item) => JSON.stringify(['kind', 'commitment_id', 'transaction_id', 'country',
    'region', 'sector', 'year', 'currency', 'ownership_input_id', 'month', 'day', 'position_id',
    'source', 'destination', 'part', 'comment_id', 'observation_id', 'review_id', 'organisation',
    'donor', 'measure', 'part_amount', 'years_ahead', 'instalment'].map((name) => item[name]));

// What each answer must hold by itself.
function check({ path, figures, items }) {
    for (const item of items) {
        assert.equal(item.numerator === null, item.excluded !== null, `${path} ${item.excluded}`);
        assert.ok(item.excluded === null || REASONS.includes(item.excluded),
            `${path}: "${item.excluded}" is no documented reason`);
        assert.ok(item.resource === null || item.resource.startsWith('/v1/'), path);
    }
    assert.equal(new Set(items.map(identity)).size, items.length, `${path}: each record once`);
    for (const figure of figures) {
        const mine = items.filter((item) => item.currency === figure.currency);
        assert.equal(figure.counted, mine.filter((item) => item.excluded === null).length, path);
        assert.equal(figure.excluded, mine.filter((item) => item.excluded !== null).length, path);
        for (const part of ['numerator', 'denominator']) {
            if (figure[part] !== null) {
                roundsTo(mine.reduce((sum, item) => sum + exact(item[part] ?? '0'), 0n),
                    figure[part]);
            }
        }
    }
}

const number = (value) => (value === null || value === undefined ? null : Number(value));

async function inTurns(work, many = 4) {
    const queue = [...work];
    await Promise.all(Array.from({ length: many }, async () => {
        while (queue.length > 0) {
            await queue.shift()();
        }
    }));
}

const told = Object.fromEntries(readdirSync('reports').sort().map((slug) => [slug,
    rows(`SELECT measure FROM aidledger.explained_figure WHERE report = '${slug}'`)
        .map(({ measure }) => measure)]));

for (const [slug, shape] of Object.entries(REPORTS)) {
    for (const asked of shape.asked ?? ['']) {
        for (const convert of shape.converts === false ? [false] : [false, true]) {
            test(`${slug}?${asked}${convert ? ' in euro' : ''}: every cell`, async () => {
                await withDeadlinesPassed(world.a, async () => {
                    const bound = `${asked}&as_of=${set.size}`
                        + `${convert ? `&currency=EUR&rate_set=${set.id}` : ''}`;
                    const { body } = await good(api.anonymous.get(`/v1/reports/${slug}?${bound}`));
                    await inTurns(body.rows.flatMap((row) => (shape.of
                        ? [[row[shape.of], shape.value]] : told[slug].map((name) => [name, name]))
                        .map(([measure, column]) => async () => {
                            const answer = await explained(slug, measure,
                                queryOf(row, shape, bound));
                            check(answer);
                            // A row of nothing has no currency: no figure has anything either.
                            const figures = row.currency === null && shape.keys.of_currency
                                ? answer.figures.filter(({ value }) => Number(value) !== 0)
                                : answer.figures;
                            assert.ok(figures.length <= 1, answer.path);
                            const [figure] = figures;
                            assert.equal(number(figure ? figure.value : row[column] && 0),
                                number(row[column]), answer.path);
                            shape.also?.(row, measure, figure, answer);
                        })));
                });
            });
        }
    }
}

test('every figure of every report is explained', () => {
    for (const slug of Object.keys(REPORTS)) {
        const { columns } = manifestOf(slug);
        const figures = columns.map(({ name }) => name).filter((name) =>
            !Object.values(REPORTS[slug].keys).includes(name));
        if (!REPORTS[slug].of) {
            assert.deepEqual(figures.filter((name) => !/_name$|^kind$|^framework$/.test(name)
                && !told[slug].includes(name)), [], slug);
        }
    }
});

test('a figure that a report does not have: the answer lists those that it has', async () => {
    const { status, body } = await api.anonymous.get('/v1/reports/untied-aid/explain/lag_median');
    assert.equal(status, 404);
    assert.match(body.detail, /there are committed, disregarded, .*, untied_rate\.$/);
});
