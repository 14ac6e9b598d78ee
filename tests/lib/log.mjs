// log.mjs - logs apart from the suite's: database, key and sealer of their own, and what is wrong with
// the trees that the sealer builds.
// SPDX-License-Identifier: Apache-2.0
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { until } from './client.mjs';
import { Tree, isSigned, leafHash, nodeHash, parseCheckpoint, parseVkey } from './rfc6962.mjs';
import { rows, run } from './sql.mjs';

export { leafHash, nodeHash };
export const rootOf = (hashes) => new Tree(hashes).root();

// A checkpoint taken apart; which of these keys have signed it, and how many signatures there are.
export function readNote(note) {
    const read = (vkeys) => parseCheckpoint(note, vkeys.map(parseVkey));
    return { ...read([]), count: read([]).signed.length,
        signers: (vkeys) => vkeys.filter((vkey) => read([vkey]).signed.includes(true)) };
}

// Whether a line "— name base64" is the key's signature of the text.
export const isSignatureLine = (text, line, vkey) => isSigned(text, line, [parseVkey(vkey)]);

// ---------------------------------------------------------------- a log of its own

const binary = process.env.AIDLEDGER_BINARY;
let made = 0;

const named = (database) => process.env.AIDLEDGER_TEST_DATABASE.replace(/dbname=\S+/,
    `dbname=${database}`);

// A log in a database that is a copy of the template, or of another log's.
export function makeLog({ copyOf = 'aidledger', folder } = {}) {
    made += 1;
    const database = `log_${process.pid}_${made}`;
    run(`CREATE DATABASE ${database} TEMPLATE ${copyOf} STRATEGY file_copy`);
    const own = folder ?? mkdtempSync(join(tmpdir(), 'aidledger-log-'));
    const log = {
        sealers: [],
        database, folder: own, url: named(database), key: join(own, 'log.key'),
        rows: (query) => rows(query, log.url),
        run: (statements) => run(statements, log.url),
        environment: (settings = {}) => ({ ...process.env, AIDLEDGER_DATABASE_URL: log.url,
            AIDLEDGER_LOG_KEY: log.key, ...settings }),
        // The exit status and what it said.
        command: (words, settings) => spawnSync(binary, words,
            { env: log.environment(settings), encoding: 'utf8' }),
        // Statements of the service itself, as many as asked for, committed together.
        append: (count = 1, text = 'x') => log.run(`BEGIN; CALL clock_speak();
            SELECT count(ledger_append('organisation.four_eyes', p.organisation_id, gen_random_uuid(), 1,
                NULL, jsonb_build_object('reason', '${text}' || g)))
              FROM principal AS p, generate_series(1, ${count}) AS g WHERE p.roles = ARRAY['clock'];
            COMMIT;`),
        size: () => log.rows('SELECT tree_size() AS n')[0].n,
        sealed: () => log.rows('SELECT size FROM ledger_sealed')[0].size,
        leaves: () => log.rows(`SELECT translate(encode(e.leaf, 'base64'), E'\\n', '') AS leaf
            FROM ledger_leaf AS l JOIN ledger_entry AS e ON e.entry = l.entry
            ORDER BY l.leaf_index`).map((row) => Buffer.from(row.leaf, 'base64')),
        checkpoints: () => log.rows('SELECT tree_size, note FROM ledger_checkpoint ORDER BY tree_size'),
        vkeys: () => log.rows('SELECT vkey FROM ledger_key ORDER BY used_at').map((row) => row.vkey),
        stateFile: () => join(own, readdirSync(own).find((name) => name.endsWith('.signed'))),
        seal: (words = [], settings = {}) => startSealer(log, words, settings),
        untilSealed: (ms = 15_000) => until(() => log.rows(`SELECT NOT EXISTS (SELECT FROM ledger_queue)
            AND tree_size() = (SELECT size FROM ledger_sealed) AS done`)[0].done, ms),
        drop: () => {
            log.sealers.forEach((sealer) => sealer.kill());
            run(`DROP DATABASE IF EXISTS ${database} (FORCE)`);
            rmSync(own, { recursive: true, force: true });
        },
    };
    return log;
}

// { pid, said(), stop(signal) } of a sealer at work.
function startSealer(log, words, settings) {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', binary, 'seal', ...words],
        { env: log.environment(settings), stdio: ['ignore', 'ignore', 'pipe'] });
    log.sealers.push(child);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => { said += text; });
    const ended = new Promise((resolve) => {
        child.once('exit', (code, signal) => resolve(signal ?? code));
    });
    return {
        pid: child.pid, said: () => said, ended,
        untilSaid: (pattern, ms = 15_000) => until(() => pattern.test(said), ms),
        stop: async (signal = 'SIGTERM') => {
            child.kill(signal);
            return ended;
        },
    };
}

// What is wrong with the tree: every hash from the bytes of the leaves, every tile, every signed root.
export function treeFaults(log) {
    const hashes = log.leaves().map(leafHash);
    const found = [];
    log.rows("SELECT level, tile_index, encode(hashes, 'hex') AS hashes FROM ledger_tile").forEach((tile) => {
        const width = 256 ** (tile.level + 1);
        const covered = hashes.slice(tile.tile_index * width, (tile.tile_index + 1) * width);
        const step = 256 ** tile.level;
        const wanted = Buffer.concat(Array.from({ length: 256 },
            (_, i) => rootOf(covered.slice(i * step, (i + 1) * step)))).toString('hex');
        if (tile.hashes !== wanted) {
            found.push(`tile ${tile.level}/${tile.tile_index} has other hashes`);
        }
    });
    const tiles = log.rows('SELECT count(*) AS n FROM ledger_tile')[0].n;
    let full = 0;
    for (let there = Math.floor(hashes.length / 256); there > 0; there = Math.floor(there / 256)) {
        full += there;
    }
    if (tiles !== full) {
        found.push(`there are ${tiles} tiles, not ${full}`);
    }
    const vkeys = log.vkeys();
    log.checkpoints().forEach(({ tree_size: size, note }) => {
        const said = readNote(note);
        if (said.size !== size || !said.root.equals(rootOf(hashes.slice(0, size)))) {
            found.push(`the checkpoint of ${size} has another root`);
        }
        if (said.signers(vkeys).length !== said.count || said.more.length > 0) {
            found.push(`the checkpoint of ${size} is not signed by the keys of the log`);
        }
    });
    return found;
}
