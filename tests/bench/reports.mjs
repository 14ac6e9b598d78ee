// reports.mjs - what every report costs over a world: all, of two donors, of two countries.
// SPDX-License-Identifier: Apache-2.0
//
// node tests/bench/reports.mjs CONNINFO [REPORT...]
//
// CONNINFO logs a superuser in to a world (tests/seed/world.sh). Each report runs from the rows, as one of
// the past does, with the settings of its role and its lane; told is the processor time of the backend,
// which does not depend on what else the machine has to do.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

const [conninfo, ...asked] = process.argv.slice(2);
const PG_BIN = process.env.AIDLEDGER_PG_BIN ?? '/usr/lib/postgresql/15/bin';

function ask(sql) {
    return execFileSync(`${PG_BIN}/psql`, ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', conninfo],
        { input: sql, encoding: 'utf8', maxBuffer: 1 << 30, stdio: ['pipe', 'pipe', 'pipe'] }).trim();
}

const literal = (value) => (value === undefined ? 'NULL' : `'${value}'`);
const spent = 'RESET SESSION AUTHORIZATION;\n'
    + "SELECT '@' || split_part(pg_read_file('/proc/self/stat'), ') ', 2);\n";

// Milliseconds of processor, or none when it takes longer than five minutes.
function cost({ sql, parameters }, values) {
    const statement = sql.replace(/\$(\d+)/g, (_, n) => literal(values[parameters[n - 1]]));
    try {
        const [before, after] = ask(`SET search_path = aidledger, pg_temp; ${settings}
            SET enable_nestloop = off; SET enable_mergejoin = off;
            SET plan_cache_mode = force_custom_plan; SET statement_timeout = '300s';
            SET SESSION AUTHORIZATION aidledger_reporter;
            BEGIN ISOLATION LEVEL REPEATABLE READ;
            SELECT set_config('aidledger.tree_size', tree_size()::text, true);
            ${spent} SET SESSION AUTHORIZATION aidledger_reporter;
            \\o /dev/null\n${statement};\n\\o\n${spent} COMMIT;`).split('\n')
            .filter((line) => line.startsWith('@'))
            .map((line) => line.slice(1).split(' ').slice(11, 13).reduce((sum, ticks) => sum + Number(ticks), 0));
        return (after - before) * 10;
    } catch (error) {
        if (!/statement timeout/.test(error.stderr)) {
            throw error;
        }
        return Infinity;
    }
}

function report(slug) {
    const lines = readFileSync(`reports/${slug}/query.sql`, 'utf8').split('\n');
    return { slug, sql: lines.filter((line) => !line.startsWith('--')).join('\n'),
        parameters: lines.flatMap((line) => /^-- \$\d+ +(\S+)/.exec(line)?.[1] ?? []) };
}

// What a role is set to holds from its login on: here it is said again.
const settings = ask(`SELECT format('SET %s = %L;', split_part(c, '=', 1), split_part(c, '=', 2))
    FROM pg_roles AS r CROSS JOIN unnest(r.rolconfig) AS c
    WHERE r.rolname = 'aidledger_reporter' AND c !~ '^(search_path|default_transaction_isolation)'`)
    .replaceAll('\n', ' ');
const donors = ask(`SELECT o.identifier FROM aidledger.transaction AS t
    JOIN aidledger.organisation AS o ON o.id = t.organisation_id
    GROUP BY o.identifier ORDER BY count(*) DESC, o.identifier COLLATE "C"`).split('\n');
const countries = ask(`SELECT country FROM aidledger.allocation WHERE country IS NOT NULL
    GROUP BY country ORDER BY count(*) DESC, country`).split('\n');
// Null is what a small world has none of: there is nothing to measure then.
const columns = { all: {},
    'large donor': { donor: donors[4] ?? null }, 'small donor': { donor: donors[50] ?? null },
    'busy country': { country: countries[0] ?? null }, 'quiet country': { country: countries[70] ?? null } };
console.log('report'.padEnd(28) + Object.keys(columns).map((name) => name.padStart(15)).join(''));
for (const slug of asked.length > 0 ? asked : readdirSync('reports')) {
    const one = report(slug);
    const place = ['country', 'recipient'].find((name) => one.parameters.includes(name));
    const costs = Object.values(columns).map(({ donor, country }) => (
        donor === null || country === null
        || donor && !one.parameters.includes('donor') || country && !place ? ''
            : String(cost(one, { donor, ...(country && { [place]: country }) }))));
    console.log(slug.padEnd(28) + costs.map((text) => text.padStart(15)).join(''));
}
