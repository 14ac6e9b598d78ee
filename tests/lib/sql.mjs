// sql.mjs - the database under test, asked by psql as its migrating user.
// SPDX-License-Identifier: Apache-2.0
import { execFile, execFileSync, spawn } from 'node:child_process';

const psql = `${process.env.AIDLEDGER_PG_BIN ?? '/usr/lib/postgresql/15/bin'}/psql`;

function words(database) {
    return ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', database];
}

function environment() {
    const kept = Object.entries(process.env)
        .filter(([name]) => !name.startsWith('PG') || /^PG(PASS|SSL)/.test(name));
    return { ...Object.fromEntries(kept), PGOPTIONS: '-c search_path=aidledger' };
}

// The rows of a query, each an object. Numbers that JSON could spoil come as text when cast so.
export function rows(query, database = process.env.AIDLEDGER_TEST_DATABASE) {
    const wrapped = `SELECT coalesce(json_agg(q), '[]') FROM (${query}) AS q`;
    const out = execFileSync(psql, [...words(database), '-c', wrapped],
        { env: environment(), encoding: 'utf8', maxBuffer: 1 << 30 });
    return JSON.parse(out);
}

// Runs statements in one session; throws with what PostgreSQL said.
export function run(statements, database = process.env.AIDLEDGER_TEST_DATABASE) {
    return execFileSync(psql, words(database),
        { input: statements, env: environment(), encoding: 'utf8', maxBuffer: 1 << 30,
            stdio: ['pipe', 'pipe', 'pipe'] });
}

// The same without waiting: a promise of what was printed.
export function runBeside(statements, database = process.env.AIDLEDGER_TEST_DATABASE) {
    return new Promise((resolve, reject) => {
        const child = execFile(psql, words(database), { env: environment() }, (error, out, err) =>
            (error ? reject(new Error(err)) : resolve(out)));
        child.stdin.end(statements);
    });
}

// A transaction that stays open after these statements; what comes back ends it.
export function hold(statements, database = process.env.AIDLEDGER_TEST_DATABASE) {
    return new Promise((resolve, reject) => {
        const child = spawn(psql, words(database),
            { env: environment(), stdio: ['pipe', 'pipe', 'inherit'] });
        const ended = new Promise((done) => { child.once('exit', done); });
        child.stdout.once('data', () => resolve(async () => {
            child.stdin.end('COMMIT;\n');
            await ended;
        }));
        ended.then((code) => reject(new Error(`psql ended with status ${code}`)));
        child.stdin.write(`BEGIN;\n${statements}\n\\echo held\n`);
    });
}
