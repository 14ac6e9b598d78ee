// rollup.mjs - do the rollups hold what the rows come to, and do reports say the same by either?
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

import { rows, run } from './sql.mjs';

// Each report that reads rollups, and what it may be asked for.
const reports = {
    portfolio: ['donor', 'recipient', 'sector', 'year', 'in_kind'],
    'group-allocation': ['donor', 'year', 'in_kind'],
    ownership: ['donor', 'country'],
};

const tables = {
    rollup_progress: 'true',
    rollup_portfolio: 'true',
    rollup_group: 'parts > 0',
    rollup_group_country: 'parts > 0',
    rollup_ownership: 'inputs + disbursements > 0',
    rollup_disagreement: 'true',
    rollup_disagreement_place: 'true',
    rollup_disagreement_count: 'true',
    rollup_speech: 'true',
};

const literal = (value) => (value === undefined ? 'NULL' : `'${String(value).replaceAll('\'', '\'\'')}'`);

// "form" is query or current: the two have the same parameters.
function statement(slug, form, asked) {
    const lines = (name) => readFileSync(`reports/${slug}/${name}.sql`, 'utf8').split('\n');
    const parameters = lines('query').flatMap((line) => /^-- \$\d+ +(\S+)/.exec(line)?.[1] ?? []);
    return lines(form).filter((line) => !line.startsWith('--')).join('\n')
        .replace(/\$(\d+)/g, (_, n) => literal(asked[parameters[n - 1]]));
}

// One report, from the rollups or from the rows: what stands beside it, and its rows. What is said of
// a conversion is none of them, nor is the row that is there for it alone.
function report(slug, form, asked) {
    return `SELECT jsonb_build_object('preface', e.preface, 'note', e.note, 'related', e.related,
                                     'tree_size', e.tree_size)
              FROM report_enter(NULL, ${literal(JSON.stringify(asked))}::jsonb) AS e;
            SELECT coalesce(jsonb_agg(r.r) FILTER (WHERE r.r ? 'donor' AND r.r ->> 'donor' IS NOT NULL
                                                       OR r.r ->> 'recipient_group' IS NOT NULL), '[]')
              FROM (SELECT to_jsonb(q) - 'method' - 'limitations' AS r
                      FROM (${statement(slug, form, asked)}) AS q) AS r;`;
}

// What has happened, as a few questions that each cut it differently.
function questions(database) {
    const [some] = rows(`SELECT
        (SELECT json_agg(DISTINCT coalesce(o.identifier, o.id::text)) FROM organisation AS o
          WHERE o.id IN (SELECT c.organisation_id FROM commitment AS c)) AS donors,
        (SELECT json_agg(c.country) FROM (SELECT country FROM rollup_portfolio WHERE country IS NOT NULL
          GROUP BY 1 ORDER BY count(*) DESC LIMIT 4) AS c) AS countries,
        (SELECT json_agg(c.sector) FROM (SELECT sector FROM rollup_portfolio WHERE sector IS NOT NULL
          GROUP BY 1 ORDER BY count(*) DESC LIMIT 3) AS c) AS sectors,
        (SELECT json_agg(c.year) FROM (SELECT year FROM rollup_portfolio
          GROUP BY 1 ORDER BY count(*) DESC LIMIT 3) AS c) AS years`, database);
    const values = { donor: [...(some.donors ?? []).slice(0, 4), 'XI-NOBODY'],
        recipient: some.countries ?? [], country: some.countries ?? [], sector: some.sectors ?? [],
        year: some.years ?? [], in_kind: ['true'] };
    return Object.entries(reports).flatMap(([slug, names]) => [{},
        ...names.flatMap((name) => values[name].map((value) => ({ [name]: value }))),
        Object.fromEntries(names.filter((name) => name !== 'in_kind' && values[name].length > 0)
            .map((name) => [name, values[name][0]]))].map((asked) => ({ slug, asked })));
}

// Every difference between the rollups and the rows, as the database stands. Changes nothing.
export function rollupFaults(database = process.env.AIDLEDGER_TEST_DATABASE) {
    const all = questions(database);
    const asked = (form) => all.map(({ slug, asked: one }) => report(slug, form, one)).join('\n');
    // Numbers without the zeros at their end, of which sums keep as many as they have ever had.
    const held = Object.entries(tables).map(([name, counts]) =>
        `SELECT coalesce(jsonb_agg(w.r ORDER BY w.r::text), '[]')
           FROM (SELECT (SELECT jsonb_object_agg(e.key, CASE jsonb_typeof(e.value)
                                WHEN 'number' THEN to_jsonb(trim_scale(e.value::numeric)) ELSE e.value END)
                           FROM jsonb_each(to_jsonb(t) - 'moved') AS e) AS r
                   FROM ${name} AS t WHERE ${counts}) AS w;`).join('\n');
    const lines = run(`BEGIN ISOLATION LEVEL REPEATABLE READ;
        SELECT tree_size FROM rollup_progress; SELECT tree_size();
        ${asked('current')}
        UPDATE rollup_progress SET tree_size = -1 WHERE only_one;
        ${asked('query')}
        ROLLBACK;
        BEGIN; ${held} CALL rollups_make(); ${held} ROLLBACK;`, database).trimEnd().split('\n');
    const [held1, size, ...answers] = lines;
    const found = held1 === size ? [] : [`the rollups hold ${held1} leaves of ${size}`];
    all.forEach((question, at) => {
        for (const part of [0, 1]) {
            const [is, should] = [answers[2 * at + part], answers[2 * (all.length + at) + part]];
            if (is !== should) {
                found.push(`${JSON.stringify(question)}: the rollups say ${is.slice(0, 2000)}, the rows `
                    + `${should.slice(0, 2000)}`);
            }
        }
    });
    const kept = answers.slice(4 * all.length);
    Object.keys(tables).forEach((name, at) => {
        const [is, should] = [kept[at], kept[Object.keys(tables).length + at]];
        if (is !== should) {
            const [mine, theirs] = [JSON.parse(is), JSON.parse(should)].map((list) =>
                new Set(list.map((row) => JSON.stringify(row))));
            found.push(`${name} made anew is another one: ${
                [...mine].filter((row) => !theirs.has(row)).slice(0, 3)} became ${
                [...theirs].filter((row) => !mine.has(row)).slice(0, 3)}`);
        }
    });
    return found;
}
