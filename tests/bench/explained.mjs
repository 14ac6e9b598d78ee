// explained.mjs - what the explanation of a figure costs over a world, of two donors and two countries.
// SPDX-License-Identifier: Apache-2.0
//
// node tests/bench/explained.mjs CONNINFO BASE [REPORT...]
//
// BASE is a service over the world that CONNINFO logs a superuser in to. Of each report, asked for a donor
// or a country, a row in the middle is explained, once by each function that explains its figures. Told is
// the processor time of the database, and in brackets how many records there were.
import { readFileSync } from 'node:fs';

import { rows } from '../lib/sql.mjs';
import { REPORTS, queryOf } from '../reports/explained.mjs';
import { cpuOf } from './cpu.mjs';

const [conninfo, base, ...asked] = process.argv.slice(2);
const BACKEND = /^postgres: aidledger: aidledger_(public|reporter) /;
// Of everything, or of nothing in a generated world; what a donor has is compared with all others.
const LEFT_OUT = ['boundary-totals', 'medium-term-predictability', 'data-collection', 'participation'];

async function get(path) {
    const before = cpuOf(BACKEND);
    const answer = await fetch(`${base}${path}`);
    const text = await answer.text();
    if (!answer.ok) {
        throw new Error(`${path}: ${text}`);
    }
    return { body: JSON.parse(text), ms: cpuOf(BACKEND) - before };
}

const figures = rows('SELECT report, measure, told_by FROM aidledger.explained_figure', conninfo);
const donors = rows(`SELECT o.identifier AS name FROM aidledger.transaction AS t
    JOIN aidledger.organisation AS o ON o.id = t.organisation_id
    GROUP BY o.identifier ORDER BY count(*) DESC, o.identifier COLLATE "C"`, conninfo);
const countries = rows(`SELECT country AS name FROM aidledger.allocation WHERE country IS NOT NULL
    GROUP BY country ORDER BY count(*) DESC, country`, conninfo);
const columns = { 'large donor': { donor: donors[4].name }, 'small donor': { donor: donors[50].name },
    'busy country': { country: countries[0].name }, 'quiet country': { country: countries[70].name } };

// What a report takes of these: null when it has no such parameter.
const contract = JSON.parse(readFileSync('api/openapi.json', 'utf8'));
function queryFor(slug, { donor, country }) {
    const names = contract.paths[`/v1/reports/${slug}`].get.parameters.map(({ name }) => name);
    const place = ['country', 'recipient'].find((name) => names.includes(name));
    const query = new URLSearchParams(slug === 'cube' ? { dimensions: 'donor,recipient_country,year',
        measures: 'amount,countries' } : {});
    if (donor ? !names.includes('donor') : !place) {
        return null;
    }
    query.set(donor ? 'donor' : place, donor ?? country);
    return query;
}

async function explain(slug, query) {
    const shape = REPORTS[slug];
    const { body } = await get(`/v1/reports/${slug}?${query}`);
    query.delete('recipient');
    const costs = {};
    for (const { measure, told_by } of figures.filter(({ report }) => report === slug)) {
        const mine = shape.of ? body.rows.filter((row) => row[shape.of] === measure) : body.rows;
        if (costs[told_by] === undefined && mine.length > 0) {
            const row = mine[mine.length >> 1];
            const { body: told, ms } = await get(`/v1/reports/${slug}/explain/${measure}?${
                queryOf(row, shape, query)}`);
            costs[told_by] = `${ms} (${told.figures.reduce((sum, one) => sum + one.counted + one.excluded, 0)})`;
        }
    }
    return costs;
}

console.log('report / explained by'.padEnd(48)
    + Object.keys(columns).map((name) => name.padStart(18)).join(''));
for (const slug of asked.length > 0 ? asked : Object.keys(REPORTS).filter((name) => !LEFT_OUT.includes(name))) {
    const found = [];
    for (const column of Object.values(columns)) {
        const query = queryFor(slug, column);
        found.push(query === null ? {} : await explain(slug, query));
    }
    for (const told_by of new Set(found.flatMap((costs) => Object.keys(costs)))) {
        console.log(`${slug} / ${told_by.replace('explain_', '')}`.padEnd(48)
            + found.map((costs) => (costs[told_by] ?? '').padStart(18)).join(''));
    }
}
