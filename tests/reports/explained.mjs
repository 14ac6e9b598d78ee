// explained.mjs - every figure of a report against the records that explain it.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { rows } from '../lib/sql.mjs';

const contract = JSON.parse(readFileSync('api/openapi.json', 'utf8'));
const REASONS = contract.components.schemas.ExplainedRecord.properties.excluded.enum;

const BY_PARTY = { donor: 'donor', country: 'country' };
const CUBE = { transaction_type: 'transaction_type', of_currency: 'currency', donor: 'donor',
    donor_type: 'donor_type', country: 'recipient_country', region: 'recipient_region',
    group: 'recipient_group', sector: 'sector', sector_category: 'sector_category', year: 'year',
    flow_type: 'flow_type', finance_type: 'finance_type', aid_type: 'aid_type',
    tied_status: 'tied_status' };

// For each report: by which cells a row is asked for, and what the report is asked with. Where rows
// are of measures, "of" is the column that names them and "value" the one that holds the figure.
// "empty" are the keys that a row without a value has none of; others are not cut by then.
export const REPORTS = {
    'portfolio': { keys: { donor: 'donor', country: 'recipient_country', region: 'recipient_region',
        sector: 'sector', year: 'year', of_currency: 'currency' },
    empty: ['country', 'region', 'sector'] },
    'group-allocation': { keys: { group: 'recipient_group', year: 'year', of_currency: 'currency' } },
    'reconciliation': { keys: { ...BY_PARTY, of_currency: 'currency' } },
    'predictability': { keys: { ...BY_PARTY, year: 'year', of_currency: 'currency',
        schedule_as_known: 'schedule_as_known' }, empty: ['country'] },
    'untied-aid': { keys: { ...BY_PARTY, year: 'year', of_currency: 'currency' },
        empty: ['country'] },
    'untied-aid-bridge': { keys: { ...BY_PARTY, year: 'year', step: 'step',
        of_currency: 'currency' }, empty: ['country'], asked: ['', 'in_kind=true'] },
    'money-flow': { keys: { ...BY_PARTY, country_groups: 'country_groups', serves: 'serves',
        of_currency: 'currency' },
    empty: ['country'], asked: ['', 'version=V1.2', 'version=V2', 'year=2021', 'in_kind=true'] },
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
    'donor-scorecard': { keys: { donor: 'donor', of_currency: 'currency' }, of: 'measure',
        value: 'value' },
    'recipient-scorecard': { keys: { country: 'country', of_currency: 'currency' }, of: 'measure',
        value: 'value', asked: ['', 'donor=XI-TEST-SOUTH'] },
    'timeliness': { keys: { donor: 'donor' }, of: 'measure', value: 'value', converts: false,
        also: (row, measure, figure, { path }) => {
            assert.deepEqual([figure.class ?? null, figure.dashboard_class ?? null,
                number(figure.dashboard_value)],
            [row.class, row.dashboard_class, number(row.dashboard_value)], path);
        } },
    'participation': { keys: { channel: 'channel', stakeholder_group: 'stakeholder_group' },
        converts: false, asked: ['', 'country=MW', 'donor=XI-TEST-SOUTH'] },
    'medium-term-predictability': { keys: { ...BY_PARTY, year: 'year', years_ahead: 'years_ahead',
        of_currency: 'currency' } },
    'on-budget': { keys: { ...BY_PARTY, year: 'year', of_currency: 'currency' }, of: 'indicator',
        value: 'at_least' },
    'data-collection': { keys: { group: 'country_group', country: 'country', indicator: 'indicator',
        year: 'year', version: 'list_version' }, converts: false,
    asked: ['country=MW', 'country=VU&by=country', 'country=MW&indicator=HH7&by=cell',
        'country=KE&indicator=A3&by=cell&list_version=2016-03'] },
    'data-limitations': { keys: { of_currency: 'currency' }, of: 'limitation', value: 'share',
        converts: false, asked: ['', 'donor=XI-DEMO-DONOR', 'country=MW'] },
};

// What a row is asked for by: a cell that is empty is one too where the report has rows without it.
export function queryOf(row, { keys, empty = [], unstated = null }, asked) {
    const query = new URLSearchParams(asked);
    for (const name of ['dimensions', 'measures', 'by', 'list_version']) {
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

// All pages of an explanation. "get" answers with { status, body, headers }.
async function explained(get, slug, measure, query) {
    const path = `/v1/reports/${slug}/explain/${encodeURIComponent(measure)}?${query}`;
    const all = { path, items: [] };
    for (let next = `${path}&limit=200`; next;) {
        const answer = await get(next);
        assert.equal(answer.status, 200, `${path} ${JSON.stringify(answer.body)}`);
        all.figures = answer.body.figures;
        all.items.push(...answer.body.items);
        next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link'))?.[1];
    }
    return all;
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
    'source', 'destination', 'statement_id', 'organisation', 'donor', 'measure', 'part_amount', 'stakeholder_group',
    'years_ahead', 'indicator', 'observation_id', 'budget_id', 'contract_award_id',
    'country_groups'].map((name) => item[name]));

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

async function inTurns(work, many) {
    const queue = [...work];
    await Promise.all(Array.from({ length: many }, async () => {
        while (queue.length > 0) {
            await queue.shift()();
        }
    }));
}

// The figures of a report that are explained, in a database.
export function told(slug, database) {
    return rows(`SELECT measure FROM aidledger.explained_figure WHERE report = '${slug}'`, database)
        .map(({ measure }) => measure);
}

async function compare(get, slug, row, measure, column, bound) {
    const shape = REPORTS[slug];
    const answer = await explained(get, slug, measure, queryOf(row, shape, bound));
    check(answer);
    // A row of nothing has no currency: no figure has anything either.
    const figures = row.currency === null && shape.keys.of_currency
        ? answer.figures.filter(({ value }) => Number(value) !== 0) : answer.figures;
    assert.ok(figures.length <= 1, answer.path);
    const [figure] = figures;
    assert.equal(number(figure ? figure.value : row[column] && 0), number(row[column]), answer.path);
    shape.also?.(row, measure, figure, answer);
}

// Every figure of the rows that "pick" leaves, of a report asked for by "bound".
export async function compareAll(get, slug, bound, { measures, pick = (list) => list,
    together = 4 }) {
    const shape = REPORTS[slug];
    const { status, body } = await get(`/v1/reports/${slug}?${bound}`);
    assert.equal(status, 200, JSON.stringify(body));
    const picked = pick(body.rows);
    await inTurns(picked.flatMap((row) => (shape.of
        ? [[row[shape.of], shape.value]].filter(([name]) => measures.includes(name))
        : measures.map((name) => [name, name]))
        .map(([measure, column]) => () => compare(get, slug, row, measure, column, bound))), together);
    return picked.length;
}
