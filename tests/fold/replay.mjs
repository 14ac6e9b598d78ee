// replay.mjs - `make replay`: does the log of a running service lead to what its database holds?
// SPDX-License-Identifier: Apache-2.0
//
// Fetches the checkpoint and every leaf over HTTP, holds the tree against the signed root, rebuilds
// the state from the leaves alone, and compares every row of every state table. It reads only: the
// database once, in one statement and so at one moment; the log until it has all that the database
// knew then. What was stated since is left out.
//
// AIDLEDGER_URL is the service, AIDLEDGER_DATABASE_URL its database, whose user must see every row.
// Exit status: 0 nothing differs, 1 something does, 2 it could not be found out.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';

import { snapshot } from '../lib/fold.mjs';
import { rows } from '../lib/sql.mjs';
import { leafHash, readLog } from './log.mjs';
import { follow } from './state.mjs';
import { differences, expected, tables } from './tables.mjs';

const SHOWN = 20;
const SEALED_WITHIN_MS = 60_000;

// Why it cannot be found out whether the log and the database agree.
export class Unable extends Error {}

function pause(ms) {
    return new Promise((resolve) => { setTimeout(resolve, ms); });
}

async function get(url) {
    let answer;
    try {
        answer = await fetch(url);
    } catch (error) {
        throw new Unable(`${url} cannot be asked: ${error.cause?.message ?? error.message}`);
    }
    // So many requests in a minute, and no more: then the next one.
    if (answer.status === 429) {
        await pause(1000 * Number(answer.headers.get('retry-after') ?? 1));
        return get(url);
    }
    if (answer.status !== 200) {
        throw new Unable(`${url} answers ${answer.status}`);
    }
    return Buffer.from(await answer.arrayBuffer());
}

// ---------------------------------------------------------------- the log over HTTP

// A signed note: origin, size, root, and below an empty line its signatures (C2SP tlog-checkpoint).
// Whether they are good is for `aidledger verify` to say.
async function checkpoint(url) {
    const [origin, size, root] = (await get(`${url}/v1/ledger/checkpoint`)).toString().split('\n');
    return { origin, size: Number(size), root: Buffer.from(root ?? '', 'base64').toString('hex') };
}

// 1234067 is x001/x234/067 (C2SP tlog-tiles).
function tileName(index) {
    const digits = String(index);
    const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g);
    return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
}

// The leaves of a bundle, each behind its length in two bytes.
function unbundled(bytes) {
    const leaves = [];
    for (let at = 0; at < bytes.length;) {
        const length = bytes.readUInt16BE(at);
        leaves.push(bytes.subarray(at + 2, at + 2 + length));
        at += 2 + length;
    }
    return leaves;
}

async function leavesOf(url, size) {
    const leaves = [];
    for (let bundle = 0; bundle * 256 < size; bundle++) {
        const width = Math.min(256, size - bundle * 256);
        const found = unbundled(await get(`${url}/v1/ledger/tile/entries/${tileName(bundle)}`
            + (width < 256 ? `.p/${width}` : '')));
        if (found.length !== width) {
            throw new Unable(`bundle ${bundle} has ${found.length} leaves, not ${width}`);
        }
        leaves.push(...found);
    }
    return leaves;
}

// RFC 6962 section 2.1: the root over leaf hashes.
export function treeRoot(hashes) {
    const node = (left, right) => createHash('sha256').update(Buffer.of(1))
        .update(Buffer.from(left, 'hex')).update(Buffer.from(right, 'hex')).digest('hex');
    if (hashes.length === 0) {
        return createHash('sha256').digest('hex');
    }
    // Level by level: what has no neighbour goes up as it is.
    let level = hashes;
    while (level.length > 1) {
        level = Array.from({ length: Math.ceil(level.length / 2) }, (_, at) => (
            2 * at + 1 < level.length ? node(level[2 * at], level[2 * at + 1]) : level[2 * at]));
    }
    return level[0];
}

// The log once it has every entry that is awaited.
async function fetchLog(url, awaited) {
    const deadline = Date.now() + SEALED_WITHIN_MS;
    for (;;) {
        const head = await checkpoint(url);
        const leaves = await leavesOf(url, head.size);
        const entries = leaves.map((bytes) => JSON.parse(bytes.toString('utf8')).entry);
        const there = new Set(entries);
        const missing = awaited.filter((entry) => !there.has(entry));
        if (missing.length === 0 || Date.now() > deadline) {
            return { head, leaves, entries, missing };
        }
        await pause(500);
    }
}

async function fetchContent(url, leaves) {
    const hashes = new Set(leaves.flatMap((bytes) =>
        Object.values(JSON.parse(bytes.toString('utf8')).hashed ?? {})));
    const content = [];
    for (const hash of hashes) {
        const bytes = await get(`${url}/v1/ledger/content/${hash}`);
        content.push({ sha256: `\\x${hash}`, bytes: `\\x${bytes.toString('hex')}` });
    }
    return content;
}

// ---------------------------------------------------------------- the comparison

function canSeeAll(database) {
    const [user] = rows(`SELECT current_user AS name, rolsuper OR rolbypassrls AS sees_all
        FROM pg_roles WHERE rolname = current_user`, database);
    if (!user?.sees_all) {
        throw new Unable(`the user ${user?.name} does not see every row of the database; `
            + 'AIDLEDGER_DATABASE_URL has to name one that does');
    }
}

// Everything in which the database differs from the log, and how many rows each table has.
export async function replay({ url, database, tampering }) {
    canSeeAll(database);
    const held = snapshot({ database, tampering });
    const known = new Map(held.entries.map((row) => [row.entry, row]));
    const log = await fetchLog(url, [...known.keys()]);
    const found = log.missing.map((entry) =>
        `entry ${entry} is in the database, and not in the log of ${log.head.size} leaves`);
    const hashes = log.leaves.map(leafHash);
    if (treeRoot(hashes) !== log.head.root) {
        found.push(`the leaves come to the root ${treeRoot(hashes)}, signed is ${log.head.root}`);
    }
    const numbered = log.entries.map((entry, at) => ({ entry, leaf_index: String(at),
        leaf_hash: `\\x${hashes[at]}` })).filter(({ entry }) => known.has(entry));
    const read = {
        ...held,
        origin: log.head.origin,
        leaves: numbered,
        entries: numbered.map(({ entry, leaf_index }) => ({ ...known.get(entry),
            leaf: `\\x${log.leaves[leaf_index].toString('hex')}` })),
        content: await fetchContent(url, log.leaves),
        whole: false,
    };
    const log_ = readLog(read);
    const state = follow(log_.said, read);
    found.push(...log_.found, ...state.found, ...differences(state, read));
    const should = expected(state, read.held);
    return {
        size: log.head.size,
        replayed: numbered.length,
        erased: should.ledger_erasure.length,
        counts: Object.keys(tables).map((name) => ({ name, held: read.held[name].length,
            different: found.filter((line) => line.startsWith(`${name} `)
                || line.startsWith(`${name}.`)).length })),
        found,
    };
}

export function report({ size, replayed, erased, counts, found }) {
    const lines = counts.map(({ name, held, different }) =>
        `${name.padEnd(32)} ${String(held).padStart(8)} rows${different > 0
            ? `, ${different} differences` : ''}`);
    return [...lines,
        `replay: ${replayed} of the log's ${size} statements, ${erased} erased fields`,
        ...found.slice(0, SHOWN).map((line) => `replay: ${line}`),
        ...(found.length > SHOWN ? [`replay: and ${found.length - SHOWN} more`] : []),
        found.length === 0 ? 'replay: the database holds what the log says'
            : `replay: ${found.length} differences`].join('\n');
}

// ---------------------------------------------------------------- as a command

const top = join(dirname(fileURLToPath(import.meta.url)), '../..');

// The service and the database that `make run` keeps in this clone, where no others are named.
function subject() {
    let { AIDLEDGER_URL: url, AIDLEDGER_DATABASE_URL: database } = process.env;
    if (!url) {
        const state = join(top, 'var/run.state');
        url = existsSync(state) ? readFileSync(state, 'utf8').split(/\s+/)[1] : undefined;
        if (!url?.startsWith('http')) {
            throw new Unable('nothing serves in this clone; start it first (make run), or name the '
                + 'service in AIDLEDGER_URL');
        }
    }
    database ||= execFileSync(join(top, 'service/host/cluster.sh'), ['url'], { encoding: 'utf8' })
        .trim();
    return { url: url.replace(/\/$/, ''), database };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    try {
        const result = await replay(subject());
        console.log(report(result));
        process.exitCode = result.found.length === 0 ? 0 : 1;
    } catch (error) {
        console.error(`replay: ${error instanceof Unable ? error.message : error.stack}`);
        process.exitCode = 2;
    }
}
