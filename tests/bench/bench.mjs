// bench.mjs - how fast, as ratios to yardsticks that run in the same minute.
// SPDX-License-Identifier: Apache-2.0
//
// node tests/bench/bench.mjs BUILD [SECONDS [ROUNDS]]
//
// BUILD holds aidledger, tests/bench/constant and bench/node_modules (make bench sees to that). Every
// contender of a scenario runs in turn, round after round, on one cluster that syncs; the median
// round counts. README.md here says what is compared with what.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cpuOf } from './cpu.mjs';

const build = process.argv[2];
const SECONDS = Number(process.argv[3] ?? 5);
const ROUNDS = Number(process.argv[4] ?? 3);
const READERS = 64; // connections
const WRITERS = 16;
const here = new URL('.', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'aidledger-bench-'));
chmodSync(scratch, 0o711); // the database's user looks in
const cluster = ['service/host/cluster.sh', '--dir', `${scratch}/cluster`, '--throwaway', '--durable'];
const PG_BIN = process.env.AIDLEDGER_PG_BIN ?? '/usr/lib/postgresql/15/bin';
const run = promisify(execFile);
const children = [];

const say = (text) => process.stderr.write(`bench: ${text}\n`);
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

// ---------------------------------------------------------------- processes

function freePort() {
    return new Promise((resolve) => {
        const probe = createServer().listen(0, '127.0.0.1', () => {
            const { port } = probe.address();
            probe.close(() => resolve(port));
        });
    });
}

// Ends when this process does, however that happens.
function start(command, args, env = {}) {
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', command, ...args], {
        env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'ignore'],
    });
    children.push(child);
    return child;
}

async function answers(url) {
    for (let i = 0; i < 600; i++) {
        try {
            if ((await fetch(url)).ok) {
                return;
            }
        } catch {
            // not yet
        }
        await pause(50);
    }
    throw new Error(`no answer from ${url}`);
}

// ---------------------------------------------------------------- what is measured

// A statement file: its text, its parameters in order.
function statement(name) {
    const lines = readFileSync(name.startsWith('reports/') ? name : `service/sql/${name}.sql`, 'utf8')
        .split('\n');
    const parameters = lines.flatMap((line) => /^-- \$\d+ +(\S+)/.exec(line)?.[1] ?? []);
    return { sql: lines.filter((line) => !line.startsWith('--')).join('\n'), parameters };
}

// The look-up of a report, its parameters counted through.
function current(slug) {
    const { parameters } = statement(`reports/${slug}/query.sql`);
    const { sql } = statement(`reports/${slug}/current.sql`);
    const named = [...new Set([...sql.matchAll(/\$(\d+)/g)].map(([, n]) => Number(n)))];
    return { sql: sql.replace(/\$(\d+)/g, (_, n) => `$${named.indexOf(Number(n)) + 1}`),
        parameters: named.map((n) => parameters[n - 1]) };
}

// What the service sends before a statement, from the one place where it is written.
function prelude(name) {
    const source = readFileSync('service/engine/connection.c', 'utf8');
    const [literal] = new RegExp(`${name}\\[\\] =([^;]*);`).exec(source).slice(1);
    return [...literal.matchAll(/"([^"]*)"/g)].map(([, part]) => part).join('');
}

const draft = {
    title: 'Fibre backbone', recipients: [{ country: 'MW', share: '100' }],
    sectors: [{ code: '22040', share: '100' }], commitment_date: '2026-09-01', flow_type: '10',
    finance_type: '110', amount: '1250000.00', currency: 'USD',
};

async function wrk(url, connections, ...args) {
    const { stdout } = await run('wrk', ['-t1', '--timeout', '30s', `-c${connections}`, `-d${SECONDS}`, '-s',
        `${here}load.lua`, url, '--', ...(args.length > 0 ? args : ['read'])]);
    const figures = JSON.parse(stdout.split('\n').find((line) => line.startsWith('{')));
    if (figures.errors > 0) {
        throw new Error(`${url}: ${figures.errors} errors`);
    }
    return { rate: figures.requests / figures.us * 1e6, requests: figures.requests,
        p99: figures.p99_us / 1000 };
}

async function pgbench(url, user, clients, script, options, variables = {}) {
    const file = join(scratch, 'pgbench.sql');
    writeFileSync(file, script);
    const { stdout } = await run(`${PG_BIN}/pgbench`, ['-h', url.host, '-p', url.port, '-U', user, '-n',
        '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', String(SECONDS), '-f', file,
        ...Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`]),
        url.dbname], { env: { ...process.env,
        PGOPTIONS: `-c search_path=aidledger,pg_temp -c TimeZone=UTC ${options}` } });
    return { rate: Number(/tps = ([\d.]+)/.exec(stdout)[1]) };
}

// $1 of a statement as :name of pgbench. What is absent is NULL, as the service binds it.
function bound({ sql, parameters }, given) {
    return sql.replace(/\$(\d+)/g, (_, n) =>
        (given.includes(parameters[n - 1]) ? `:${parameters[n - 1]}` : 'NULL'));
}

// System calls of the service in the course of a load, by name.
async function systemCalls(pid, load) {
    const file = join(scratch, 'strace');
    const tracer = start('strace', ['-f', '-c', '-o', file, '-p', String(pid)]);
    await pause(500);
    const { requests } = await load();
    tracer.kill('SIGINT');
    await new Promise((resolve) => { tracer.once('exit', resolve); });
    const calls = readFileSync(file, 'utf8').split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter((words) => /^[\d.]+$/.test(words[0] ?? '') && words.length >= 5 && words.at(-1) !== 'total')
        .map((words) => [words.at(-1), Number(words[3]) / requests])
        .filter(([, each]) => each >= 0.05);
    return calls.map(([name, each]) => `${name} ${each.toFixed(1)}`).join(', ');
}

// ---------------------------------------------------------------- the scenarios

async function measure(scenario) {
    const rounds = Object.fromEntries(Object.keys(scenario.contenders).map((name) => [name, []]));
    let cpu = { requests: 0, service: 0, database: 0 };
    for (let round = 0; round < ROUNDS; round++) {
        for (const [name, contender] of Object.entries(scenario.contenders)) {
            const before = [cpuOf(/aidledger serve/), cpuOf(/^postgres: aidledger/)];
            const figures = await contender();
            rounds[name].push(figures);
            if (name === 'aidledger') {
                cpu = { requests: cpu.requests + figures.requests,
                    service: cpu.service + cpuOf(/aidledger serve/) - before[0],
                    database: cpu.database + cpuOf(/^postgres: aidledger/) - before[1] };
            }
        }
        say(`${scenario.name}, round ${round + 1}: ${Object.entries(rounds).map(([name, all]) =>
            `${name} ${Math.round(all.at(-1).rate)}/s`).join(', ')}`);
    }
    const rate = (name) => median(rounds[name].map((figures) => figures.rate));
    return {
        name: scenario.name,
        rate: rate('aidledger'),
        p99: median(rounds.aidledger.map((figures) => figures.p99)),
        ratios: Object.fromEntries(Object.keys(rounds).filter((name) => name !== 'aidledger')
            .map((name) => [name, rate('aidledger') / rate(name)])),
        cpu: { service: cpu.service * 1000 / cpu.requests, database: cpu.database * 1000 / cpu.requests },
        calls: scenario.calls ? await scenario.calls() : '',
    };
}

function table(results) {
    const show = (value) => (value === undefined ? '-' : value.toFixed(2));
    const rows = [['', 'requests/s', 'p99 ms', 'of constant', 'of pgbench', 'of Fastify + pg',
        'of unsealed', 'us CPU service', 'us CPU database']];
    for (const { name, rate, p99, ratios, cpu } of results) {
        rows.push([name, String(Math.round(rate)), p99.toFixed(1), show(ratios.constant),
            show(ratios.pgbench), show(ratios.fastify), show(ratios.unsealed), cpu.service.toFixed(0),
            cpu.database.toFixed(0)]);
    }
    const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
    return rows.map((row) => row.map((cell, column) =>
        (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  '))
        .join('\n');
}

function remember(results) {
    const file = join(here, 'history.csv');
    const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
    const stamp = new Date().toISOString().slice(0, 10);
    if (!existsSync(file)) {
        writeFileSync(file, 'date,commit,cores,scenario,of_constant,of_pgbench,of_fastify,of_unsealed,p99_ms\n');
    }
    for (const { name, ratios, p99 } of results) {
        appendFileSync(file, `${[stamp, commit, cpus().length, name, ...['constant', 'pgbench',
            'fastify', 'unsealed'].map((yardstick) => ratios[yardstick]?.toFixed(2) ?? ''), p99.toFixed(1)]
            .join(',')}\n`);
    }
}

async function main() {
    say('starting a throwaway PostgreSQL that syncs');
    start(cluster[0], [...cluster.slice(1), 'foreground']);
    for (let i = 0; ; i++) {
        try {
            execFileSync(cluster[0], [...cluster.slice(1), 'ready'], { stdio: 'ignore' });
            break;
        } catch (error) {
            if (i > 300) {
                throw error;
            }
            await pause(100);
        }
    }
    const conninfo = execFileSync(cluster[0], [...cluster.slice(1), 'url'], { encoding: 'utf8' }).trim();
    const url = Object.fromEntries(conninfo.split(' ').map((pair) => pair.split('=')));
    const binary = `${build}/aidledger`;
    const database = { AIDLEDGER_DATABASE_URL: conninfo };
    await run(binary, ['migrate'], { env: { ...process.env, ...database } });
    await run(binary, ['key', 'demo', '--output', `${scratch}/keys.env`],
        { env: { ...process.env, ...database } });

    say('filling it: 300 imported activities, 200 registered commitments');
    execFileSync('node', ['tests/seed/generate.mjs', '300', `${scratch}/seed.xml`]);
    await run(binary, ['import', `${scratch}/seed.xml`], { env: { ...process.env, ...database },
        maxBuffer: 1 << 26 });
    const [port, constantPort, listPort, reportPort, fastifyPort] =
        await Promise.all(Array.from({ length: 5 }, freePort));
    const service = start(binary, ['serve'], { ...database, AIDLEDGER_PORT: String(port),
        AIDLEDGER_REQUESTS_PER_MINUTE: '0', AIDLEDGER_CONNECTIONS_PER_ADDRESS: '0',
        AIDLEDGER_WRITERS: String(WRITERS) });
    const base = `http://127.0.0.1:${port}`;
    await answers(`${base}/readyz`);
    const sealing = { ...database, AIDLEDGER_LOG_KEY: `${scratch}/log.key` };
    await run(binary, ['key', 'init'], { env: { ...process.env, ...sealing } });
    const psql = (query) => execFileSync(`${PG_BIN}/psql`, ['-XqAt', '-d', conninfo, '-c',
        `SET client_min_messages = warning; SET search_path = aidledger; ${query}`], { encoding: 'utf8' }).trim();
    const caughtUp = async () => {
        while (psql(`SELECT EXISTS (SELECT FROM ledger_queue)
                OR tree_size() > (SELECT size FROM ledger_sealed)`) === 't') {
            await pause(100);
        }
    };
    let sealer = start(binary, ['seal'], sealing);
    // The same load while nobody orders, hashes or signs: what it leaves is sealed afterwards, untimed.
    const unsealed = async (load) => {
        await caughtUp();
        const ended = new Promise((resolve) => { sealer.once('exit', resolve); });
        sealer.kill('SIGTERM');
        await ended;
        psql('CREATE TABLE IF NOT EXISTS bench_unsealed (began timestamptz, ended timestamptz)');
        const began = psql('SELECT clock_timestamp()');
        const figures = await load();
        psql(`INSERT INTO bench_unsealed VALUES ('${began}', clock_timestamp())`);
        sealer = start(binary, ['seal'], sealing);
        await caughtUp();
        return figures;
    };
    Object.assign(process.env, { AIDLEDGER_TEST_URL: base, AIDLEDGER_TEST_KEYS: `${scratch}/keys.env` });
    const { api } = await import('../lib/client.mjs');
    const make = await import('../lib/make.mjs');
    const paths = [];
    for (let i = 0; i < 200; i++) {
        paths.push((await make.registered()).path);
    }
    const [made] = paths.slice(-1);
    const id = made.split('/').at(-1);
    execFileSync(`${PG_BIN}/psql`, ['-XqAt', '-d', conninfo, '-c', 'VACUUM ANALYZE']);
    const [caller] = JSON.parse(execFileSync(`${PG_BIN}/psql`, ['-XqAt', '-d', conninfo, '-c',
        `SELECT json_agg(json_build_array(p.id, p.organisation_id, '', 'donor_editor', k.id, gen_random_uuid()))
           FROM aidledger.api_key AS k JOIN aidledger.principal AS p ON p.id = k.principal_id
          WHERE k.keyid = '${api.donor.token.split('_')[1]}'`], { encoding: 'utf8' }));

    const read = statement('commitment/read');
    const list = statement('commitment/list');
    const create = statement('commitment/create');
    const report = current('portfolio');
    writeFileSync(`${scratch}/fastify.json`, JSON.stringify({
        host: url.host, port: Number(url.port), database: url.dbname, enter: prelude('lane_enter_sql'),
        position: prelude('position_sql'),
        reads: [
            { ...read, name: 'read', path: '/v1/commitments/:id', user: 'aidledger_public',
                plans: 'force_generic_plan', connections: 10 },
            { ...list, name: 'list', path: '/v1/commitments', user: 'aidledger_public',
                plans: 'force_custom_plan', connections: 10 },
        ],
        reports: [{ ...report, name: 'report', path: '/v1/reports/portfolio', connections: 2 }],
        writes: [{ ...create, name: 'create', path: '/v1/commitments', connections: WRITERS, caller,
            route: 'POST /v1/commitments' }],
    }));
    // Beside its modules, where Node looks for them.
    copyFileSync(`${here}fastify.mjs`, `${build}/bench/fastify.mjs`);
    start('node', [`${build}/bench/fastify.mjs`, String(fastifyPort), `${scratch}/fastify.json`],
        { NODE_ENV: 'production' });
    const fastify = `http://127.0.0.1:${fastifyPort}`;
    await answers(`${fastify}${made}`);
    const sizeOf = async (path) => (await (await fetch(base + path,
        { headers: { 'accept-encoding': 'identity' } })).text()).length;
    const constants = [[constantPort, made], [listPort, '/v1/commitments?limit=50'],
        [reportPort, '/v1/reports/portfolio']];
    for (const [at, path] of constants) {
        start(`${build}/tests/bench/constant`, [String(at), String(await sizeOf(path))]);
        await answers(`http://127.0.0.1:${at}/`);
    }
    const token = api.donor.token;
    const body = JSON.stringify(draft);
    const write = (to) => wrk(`${to}/v1/commitments`, WRITERS, 'write', token, body);
    const pgbenchWrite = `\\set key random(1, 9000000000000000000)\n\\startpipeline\n${
        prelude('lane_enter_sql').replace(/\$(\d)::text/g, (_, n) => (n === '7' ? `(:key)::text` : n === '8' ? `''`
            : n === '9' ? `'POST /v1/commitments'` : `'${caller[n - 1]}'`))};\n${
        create.sql.trim().replace('$1', `'${body}'`)};\n\\endpipeline\n`;

    const results = [];
    for (const scenario of [
        { name: 'point read', contenders: {
            aidledger: () => wrk(base + made, READERS),
            constant: () => wrk(`http://127.0.0.1:${constantPort}/`, READERS),
            pgbench: () => pgbench(url, 'aidledger_public', READERS, `${bound(read, ['id'])};\n`,
                '-c plan_cache_mode=force_generic_plan', { id }),
            fastify: () => wrk(fastify + made, READERS),
        }, calls: () => systemCalls(service.pid, () => wrk(base + made, READERS)) },
        { name: 'point read of 200 in turn', contenders: {
            aidledger: () => wrk(base, READERS, 'spread', ...paths),
            constant: () => wrk(`http://127.0.0.1:${constantPort}/`, READERS),
            fastify: () => wrk(fastify, READERS, 'spread', ...paths),
        } },
        { name: 'list of 50', contenders: {
            aidledger: () => wrk(`${base}/v1/commitments?limit=50`, READERS),
            constant: () => wrk(`http://127.0.0.1:${listPort}/`, READERS),
            fastify: () => wrk(`${fastify}/v1/commitments?limit=50`, READERS),
        } },
        { name: 'report', contenders: {
            aidledger: () => wrk(`${base}/v1/reports/portfolio`, 4),
            constant: () => wrk(`http://127.0.0.1:${reportPort}/`, 4),
            fastify: () => wrk(`${fastify}/v1/reports/portfolio`, 4),
        } },
        { name: 'write', contenders: {
            aidledger: () => write(base),
            unsealed: () => unsealed(() => write(base)),
            pgbench: () => pgbench(url, 'aidledger_writer', WRITERS, pgbenchWrite, ''),
            fastify: () => write(fastify),
        }, calls: () => systemCalls(service.pid, () => write(base)) },
        { name: 'point read beside 4 reports', contenders: {
            aidledger: async () => {
                const [figures] = await Promise.all([wrk(base + made, READERS),
                    wrk(`${base}/v1/reports/ownership`, 4)]);
                return figures;
            },
        } },
    ]) {
        results.push(await measure(scenario));
    }
    console.log(table(results));
    await caughtUp();
    // Of the statements made while a sealer worked: the sealed rounds of "write", and what filled it.
    const lags = psql(`SELECT string_agg(round(l.ms)::text, ' ' ORDER BY l.part) FROM (
        SELECT q.part, percentile_cont(q.part) WITHIN GROUP (ORDER BY extract(epoch FROM c.made_at - e.at) * 1000) AS ms
          FROM (VALUES (0.5), (0.99)) AS q (part), ledger_leaf AS l
          JOIN ledger_entry AS e ON e.entry = l.entry
         CROSS JOIN LATERAL (SELECT k.made_at FROM ledger_checkpoint AS k
                              WHERE k.tree_size > l.leaf_index ORDER BY k.tree_size LIMIT 1) AS c
         WHERE e.kind = 'commitment.drafted'
           AND NOT EXISTS (SELECT FROM bench_unsealed AS u WHERE e.at BETWEEN u.began AND u.ended)
         GROUP BY q.part) AS l`);
    console.log(`from a statement to the signed checkpoint that covers it: p50 and p99 ${lags} ms`);
    for (const { name, calls } of results.filter((result) => result.calls)) {
        console.log(`system calls of the service for one ${name}: ${calls}`);
    }
    remember(results);
}

try {
    await main();
} finally {
    for (const child of children.reverse().filter((one) => one.exitCode === null && !one.signalCode)) {
        child.kill('SIGTERM');
        await Promise.race([pause(10_000), new Promise((resolve) => { child.once('exit', resolve); })]);
    }
    execFileSync(cluster[0], [...cluster.slice(1), 'destroy'], { stdio: 'ignore' });
    rmSync(scratch, { recursive: true, force: true });
}
