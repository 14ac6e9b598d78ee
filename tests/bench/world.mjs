// world.mjs - reports of the newest position in a large world, beside the plain SQL they stand for.
// SPDX-License-Identifier: Apache-2.0
//
// node tests/bench/world.mjs BUILD SIZES [SECONDS]
//
// SIZES are numbers of transactions with commas. A world is made once, in BUILD/world-SIZE, and found
// again by the next run: tests/seed/world.sh. README.md here says what is compared with what.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync,
    writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cpuOf } from './cpu.mjs';

const [build, sizes, seconds = '5'] = process.argv.slice(2);
const CLIENTS = 16;
const PAUSE_MS = 3; // about half of what the service could do
const PG_BIN = process.env.AIDLEDGER_PG_BIN ?? '/usr/lib/postgresql/15/bin';
const here = new URL('.', import.meta.url).pathname;
const run = promisify(execFile);
const say = (text) => process.stderr.write(`bench: ${text}\n`);

// What each report comes to, said in SQL by somebody who has nothing but the tables.
const sum = (type, ring) => `sum(${ring ? 'a.ict_amount' : 'a.amount'}) FILTER (WHERE t.transaction_type = '${type}'${
    ring ? ` AND a.ict_ring <= ${ring}` : ''})`;
const sums = ['2', '3'].flatMap((type) => [sum(type), sum(type, 1), sum(type, 2), sum(type, 3)]).join(', ');
const money = `FROM transaction AS t JOIN allocation AS a ON a.transaction_id = t.id
    JOIN organisation AS o ON o.id = t.organisation_id`;
const reports = {
    portfolio: {
        paths: (donors, years) => donors.flatMap((donor) => years.map((year) =>
            `/v1/reports/portfolio?donor=${donor}&year=${year}`)),
        plain: (donor, year) => `SELECT o.identifier, a.country, a.region, a.sector, t.currency, ${sums} ${money}
            WHERE t.transaction_type IN ('2', '3') AND t.in_kind IS NULL AND o.identifier = '${donor}'
              AND extract(year FROM t.transaction_date) = ${year} GROUP BY 1, 2, 3, 4, 5`,
    },
    'group allocation': {
        paths: (_, years) => years.map((year) => `/v1/reports/group-allocation?year=${year}`),
        plain: (_, year) => `SELECT m.country_group, t.currency, count(DISTINCT a.country), ${sums} ${money}
            LEFT JOIN country_group_membership AS m ON m.country = a.country
              AND coalesce(m.valid_from, '-infinity') <= t.transaction_date
              AND coalesce(m.valid_to, 'infinity') > t.transaction_date
            WHERE t.transaction_type IN ('2', '3') AND t.in_kind IS NULL
              AND extract(year FROM t.transaction_date) = ${year} GROUP BY 1, 2`,
    },
    ownership: {
        paths: (donors) => donors.map((donor) => `/v1/reports/ownership?donor=${donor}`),
        plain: (donor) => `SELECT x.country, sum(x.inputs), sum(x.endorsed), sum(x.payments), sum(x.confirmed)
            FROM (SELECT i.country, count(*) AS inputs, count(*) FILTER (WHERE p.position = 'endorse') AS endorsed,
                         0 AS payments, 0 AS confirmed
                    FROM ownership_input AS i JOIN commitment AS c ON c.id = i.commitment_id
                    JOIN organisation AS o ON o.id = c.organisation_id
                    LEFT JOIN ownership_position AS p ON p.id = i.position_id
                   WHERE o.identifier = '${donor}' GROUP BY 1
                  UNION ALL
                  SELECT a.country, 0, 0, count(DISTINCT t.id), count(DISTINCT t.id)
                         FILTER (WHERE d.state = 'CONFIRMED') ${money}
                    LEFT JOIN disbursement_receipt AS d ON d.transaction_id = t.id AND d.country = a.country
                   WHERE t.transaction_type = '3' AND t.adjusts IS NULL AND a.country IS NOT NULL
                     AND o.identifier = '${donor}' GROUP BY 1) AS x GROUP BY 1`,
    },
};

// ---------------------------------------------------------------- processes

function freePort() {
    return new Promise((resolve) => {
        const probe = createServer().listen(0, '127.0.0.1', () => {
            const { port } = probe.address();
            probe.close(() => resolve(port));
        });
    });
}

function ask(conninfo, sql) {
    return execFileSync(`${PG_BIN}/psql`, ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', conninfo, '-c', sql],
        { encoding: 'utf8', maxBuffer: 1 << 28,
            env: { ...process.env, PGOPTIONS: '-c search_path=aidledger -c jit=off' } }).trim();
}

async function wrk(base, connections, paths, pause = 0) {
    const { stdout } = await run('wrk', ['-t1', '--timeout', '30s', `-c${connections}`, `-d${seconds}`, '-s',
        `${here}load.lua`, base, '--', 'spread', ...paths], { env: { ...process.env, LOAD_PAUSE_MS: String(pause) } });
    const figures = JSON.parse(stdout.split('\n').find((line) => line.startsWith('{')));
    if (figures.errors > 0) {
        throw new Error(`${paths[0]}: ${figures.errors} errors`);
    }
    return { each: figures.us / figures.requests / 1000, p99: figures.p99_us / 1000, requests: figures.requests };
}

// ---------------------------------------------------------------- what is measured

// Milliseconds of a statement inside the database, the better of two.
function plainly(conninfo, sql) {
    const once_ = () => Number(/Execution Time: ([\d.]+)/.exec(
        ask(conninfo, `EXPLAIN (ANALYZE, TIMING off) ${sql}`))[1]);
    return Math.min(once_(), once_());
}

// An import and its place in the log, in processor time of the database's two processes that do it.
async function importOnce(binary, conninfo, folder, rollsUp) {
    const name = rollsUp ? 'ingest_with' : 'ingest_without';
    const there = conninfo.replace('dbname=aidledger', `dbname=${name}`);
    const admin = conninfo.replace('dbname=aidledger', 'dbname=postgres');
    const keys = mkdtempSync(join(folder, 'keys-'));
    const env = { ...process.env, AIDLEDGER_DATABASE_URL: there, AIDLEDGER_LOG_KEY: join(keys, 'log.key') };
    const used = (role) => cpuOf(new RegExp(`^postgres: aidledger: ${role} ${name} `));
    ask(admin, `DROP DATABASE IF EXISTS ${name} (FORCE)`);
    ask(admin, `CREATE DATABASE ${name}`);
    await run(binary, ['migrate'], { env });
    await run(binary, ['key', 'init'], { env });
    if (!rollsUp) {
        ask(there, 'ALTER TABLE ledger_leaf DISABLE TRIGGER ledger_leaf_rolled_up');
    }
    const sealer = spawn('setpriv', ['--pdeathsig', 'KILL', binary, 'seal'], { env, stdio: 'ignore' });
    // A backend that has ended tells nobody what it used: it is looked at while it lives.
    let importing = 0;
    const watch = setInterval(() => { importing = Math.max(importing, used('aidledger_importer')); }, 20);
    const begun = Date.now();
    await run(binary, ['import', join(folder, 'activities.xml')], { env, maxBuffer: 1 << 26 });
    clearInterval(watch);
    while (ask(there, 'SELECT count(*) FROM ledger_queue') !== '0') {
        await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
    const spent = importing + used('aidledger_sealer');
    const elapsed = Date.now() - begun;
    sealer.kill('SIGTERM');
    await once(sealer, 'exit');
    ask(admin, `DROP DATABASE ${name} (FORCE)`);
    return { spent, elapsed };
}

// How many times as much an import costs with rollups: the least of two each, in turn.
async function ingest(binary, conninfo, folder) {
    execFileSync('node', ['tests/seed/generate.mjs', '400', join(folder, 'activities.xml'),
        join(folder, 'totals.json'), '99']);
    const least = { true: Infinity, false: Infinity };
    for (let round = 0; round < 2; round++) {
        for (const rollsUp of [false, true]) {
            const { spent, elapsed } = await importOnce(binary, conninfo, folder, rollsUp);
            say(`import ${rollsUp ? 'with' : 'without'} rollups: ${spent} ms of processor, ${elapsed} ms`);
            least[rollsUp] = Math.min(least[rollsUp], spent);
        }
    }
    return least.true / least.false;
}

// A line of /proc/PID/status in MiB, 0 of a process that has gone.
function memoryOf(pid, name) {
    try {
        return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`))[1]) / 1024;
    } catch {
        return 0;
    }
}

// Point reads alone, beside somebody who pulls the whole portfolio as a workbook, again and again, and
// beside a process that does nothing but compute: what any work at all on the same cores costs them. Once
// as fast as answers come, which leaves no core idle, and once with clients that pause.
async function besideWorkbook(base, service, conninfo, pause) {
    const paths = ask(conninfo, 'SELECT id FROM commitment WHERE published ORDER BY id LIMIT 200').split('\n')
        .map((id) => `/v1/commitments/${id}`);
    const rows = Number(ask(conninfo, 'SELECT count(*) FROM rollup_portfolio WHERE NOT in_kind'));
    let isPulling = false;
    let pulled = 0;
    const pull = async () => {
        while (isPulling) {
            const answer = await fetch(`${base}/v1/reports/portfolio?format=xlsx`);
            if (!answer.ok || (await answer.arrayBuffer()).byteLength === 0) {
                throw new Error(`a workbook was answered with ${answer.status}`);
            }
            pulled += 1;
        }
    };
    await wrk(base, CLIENTS, paths, pause);
    writeFileSync(`/proc/${service.pid}/clear_refs`, '5');
    const before = memoryOf(service.pid, 'VmRSS');
    // The kernel keeps the list of children by thread: to look through all processes would disturb.
    const forming = () => readdirSync(`/proc/${service.pid}/task`).flatMap((thread) =>
        readFileSync(`/proc/${service.pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean));
    let child = 0;
    const watch = setInterval(() => {
        child = Math.max(child, ...forming().map((pid) => memoryOf(pid, 'VmHWM')));
    }, 250);
    const p99 = { alone: [], beside: [], spinning: [] };
    try {
        for (let round = 0; round < 3; round++) {
            p99.alone.push((await wrk(base, CLIENTS, paths, pause)).p99);
            isPulling = true;
            const [beside] = await Promise.all([
                wrk(base, CLIENTS, paths, pause).finally(() => { isPulling = false; }), pull()]);
            p99.beside.push(beside.p99);
            const spinning = spawn('setpriv', ['--pdeathsig', 'KILL', 'nice', '-n', '10',
                'sh', '-c', 'while :; do :; done']);
            p99.spinning.push((await wrk(base, CLIENTS, paths, pause)).p99);
            spinning.kill('SIGKILL');
        }
    } finally {
        isPulling = false;
        clearInterval(watch);
    }
    const middle = (figures) => figures.sort((a, b) => a - b)[1];
    return { rows, pulled, alone: middle(p99.alone), beside: middle(p99.beside),
        spinning: middle(p99.spinning), child,
        more: memoryOf(service.pid, 'VmHWM') - before };
}

// The tree over all there is, signed: a form that is for keeping says where its report stands.
async function seal(binary, conninfo, size) {
    const env = { ...process.env, AIDLEDGER_DATABASE_URL: conninfo,
        AIDLEDGER_LOG_KEY: `${build}/world-${size}/log.key` };
    const isSealed = () => ask(conninfo, 'SELECT s.size = tree_size() FROM ledger_sealed AS s') === 't';
    if (isSealed()) {
        return;
    }
    say('building the tree');
    if (!existsSync(env.AIDLEDGER_LOG_KEY)) {
        await run(binary, ['key', 'init'], { env });
    }
    const sealer = spawn('setpriv', ['--pdeathsig', 'KILL', binary, 'seal'], { env, stdio: 'ignore' });
    const ended = once(sealer, 'exit');
    while (!isSealed()) {
        if (sealer.exitCode !== null || sealer.signalCode) {
            throw new Error(`the sealer ended with ${sealer.signalCode ?? `status ${sealer.exitCode}`}`);
        }
        await new Promise((resolve) => { setTimeout(resolve, 500); });
    }
    sealer.kill('SIGTERM');
    await ended;
}

async function measure(size, folder) {
    const binary = `${build}/aidledger`;
    const cluster = ['service/host/cluster.sh', '--dir', `${build}/world-${size}`, '--throwaway'];
    if (!existsSync(`${build}/world-${size}/made`)) {
        say(`making a world of ${size} transactions`);
        execFileSync('tests/seed/world.sh', [binary, `${build}/world-${size}`, String(size)], { stdio: 'inherit' });
    }
    execFileSync(cluster[0], [...cluster.slice(1), 'start']);
    let service;
    try {
        const conninfo = execFileSync(cluster[0], [...cluster.slice(1), 'url'], { encoding: 'utf8' }).trim();
        // Of an earlier version, it may be.
        await run(binary, ['migrate'], { env: { ...process.env, AIDLEDGER_DATABASE_URL: conninfo } });
        // Without the bytes of statements there is nothing to be signed, and no workbook that says where it stands.
        const isWhole = ask(conninfo, 'SELECT octet_length(leaf) > 0 FROM ledger_entry LIMIT 1') === 't';
        if (isWhole) {
            await seal(binary, conninfo, size);
        }
        const port = await freePort();
        service = spawn('setpriv', ['--pdeathsig', 'TERM', binary, 'serve'], { stdio: 'ignore', env: {
            ...process.env, AIDLEDGER_DATABASE_URL: conninfo, AIDLEDGER_PORT: String(port), AIDLEDGER_WORKER: '0',
            AIDLEDGER_ALLOW_UNSAFE: '1', AIDLEDGER_REQUESTS_PER_MINUTE: '0', AIDLEDGER_REPORTERS: '4' } });
        const base = `http://127.0.0.1:${port}`;
        const donors = JSON.parse(ask(conninfo, `SELECT json_agg(identifier) FROM (SELECT o.identifier
            FROM organisation AS o JOIN commitment AS c ON c.organisation_id = o.id
            WHERE o.identifier LIKE 'XI-WORLD-%' GROUP BY 1 ORDER BY count(*) DESC LIMIT 12) AS o`));
        const years = [2019, 2020, 2021, 2022];
        for (let tries = 0; ; tries++) {
            try {
                if ((await fetch(`${base}/v1/reports/ownership?donor=${donors[0]}`)).ok) {
                    break;
                }
            } catch {
                // not yet
            }
            if (tries > 100) {
                throw new Error('the service does not answer');
            }
            await new Promise((resolve) => { setTimeout(resolve, 100); });
        }
        const results = {};
        for (const [name, { paths, plain }] of Object.entries(reports)) {
            const all = paths(donors, years);
            await wrk(base, 1, all);
            const alone = await wrk(base, 1, all);
            const used = () => cpuOf(/^postgres: aidledger: aidledger_reporter |aidledger serve/);
            const before = used();
            const crowd = await wrk(base, CLIENTS, all);
            const cpu = (used() - before) / crowd.requests;
            const sql = plainly(conninfo, plain(donors[0], years[0]));
            results[name] = { alone: alone.each, p99: crowd.p99, cpu, faster: sql / alone.each };
            say(`${size}: ${name} ${alone.each.toFixed(2)} ms alone, p99 ${crowd.p99.toFixed(1)} ms at ${
                CLIENTS}, ${cpu.toFixed(2)} ms of processor, plain SQL ${sql.toFixed(0)} ms`);
        }
        const book = isWhole && await besideWorkbook(base, service, conninfo, 0);
        const calm = isWhole && await besideWorkbook(base, service, conninfo, PAUSE_MS);
        const cost = await ingest(binary, conninfo, folder);
        return { size, results, book, calm, cost };
    } finally {
        service?.kill('SIGTERM');
        await (service && once(service, 'exit'));
        execFileSync(cluster[0], [...cluster.slice(1), 'stop']);
    }
}

const folder = mkdtempSync(join(tmpdir(), 'aidledger-world-'));
try {
    const all = [];
    for (const size of sizes.split(',').map(Number)) {
        all.push(await measure(size, folder));
    }
    const [first] = all;
    const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
    console.log('transactions  report            ms alone  p99 ms at 16  ms CPU  times plain SQL  growth');
    for (const { size, results, book, calm, cost } of all) {
        for (const [name, figures] of Object.entries(results)) {
            const growth = figures.alone / first.results[name].alone;
            console.log([String(size).padStart(12), name.padEnd(16), figures.alone.toFixed(2).padStart(9),
                figures.p99.toFixed(1).padStart(13), figures.cpu.toFixed(2).padStart(6),
                figures.faster.toFixed(0).padStart(15), growth.toFixed(2).padStart(6)].join('  '));
            appendFileSync(`${here}world.csv`, `${[new Date().toISOString().slice(0, 10), commit, cpus().length, size,
                name, figures.alone.toFixed(2), figures.p99.toFixed(1), figures.cpu.toFixed(2),
                figures.faster.toFixed(0), growth.toFixed(2), cost.toFixed(3)].join(',')}\n`);
        }
        if (book) {
            console.log(`${size}: point reads of ${CLIENTS} clients have a p99 of ${book.alone.toFixed(1)} ms alone and ${
                book.beside.toFixed(1)} ms beside ${book.pulled} workbooks of ${book.rows} rows, which take ${
                book.more.toFixed(0)} MiB more in the service and ${book.child.toFixed(0)} MiB in the process that makes one; ${
                book.spinning.toFixed(1)} ms beside a process of the same priority that does nothing but compute`);
            console.log(`${size}: with ${PAUSE_MS} ms between their requests ${calm.alone.toFixed(1)} ms alone, ${
                calm.beside.toFixed(1)} ms beside ${calm.pulled} workbooks, ${
                calm.spinning.toFixed(1)} ms beside a process that does nothing but compute`);
        }
        console.log(`${size}: an import with its place in the log takes ${cost.toFixed(3)} times the processor `
            + 'time that it takes without rollups');
    }
} finally {
    rmSync(folder, { recursive: true, force: true });
}
