// tlog.mjs - transparency logs by the letter of RFC 6962 and C2SP, apart from the program's C: trees,
// signed notes, cosignatures, and whole logs in folders.
// SPDX-License-Identifier: Apache-2.0
import { createPrivateKey, createPublicKey, randomBytes, randomUUID, sign, verify }
    from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { canonical } from '../fold/log.mjs';
import { Tree, leafHash, sha256 } from './rfc6962.mjs';

export { leafHash };
export const root = (hashes) => new Tree(hashes).root();
export const inclusion = (index, hashes) => new Tree(hashes).path(index);
export const consistency = (old, hashes) => new Tree(hashes).consistency(old, hashes.length);

// ---------------------------------------------------------------- keys and notes (C2SP signed-note)

const ED25519 = 1;
const COSIGNATURE = 4;

function keyId(name, type, publicKey) {
    return sha256(`${name}\n`, Buffer.of(type), publicKey).subarray(0, 4);
}

function makeSigner(name, type, seed) {
    const key = createPrivateKey({
        key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
        format: 'der', type: 'pkcs8',
    });
    const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
    const id = keyId(name, type, publicKey);
    const text = (bytes) => Buffer.concat([Buffer.of(type), bytes]).toString('base64');
    return {
        name,
        vkey: `${name}+${id.toString('hex')}+${text(publicKey)}`,
        skey: `PRIVATE+KEY+${name}+${id.toString('hex')}+${text(seed)}`,
        // The line for a note's text, with its line feed.
        line: (note, time = Math.floor(Date.now() / 1000)) => {
            const stamp = Buffer.alloc(8);
            stamp.writeBigUInt64BE(BigInt(time));
            const signature = type === ED25519 ? sign(null, Buffer.from(note), key)
                : Buffer.concat([stamp,
                    sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${note}`), key)]);
            return `\u2014 ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
        },
    };
}

export const logKey = (name, seed = randomBytes(32)) => makeSigner(name, ED25519, seed);
export const witnessKey = (name, seed = randomBytes(32)) => makeSigner(name, COSIGNATURE, seed);

// When the line is a good cosignature of the text by the verifier key: its time, otherwise null.
export function cosignedAt(vkey, text, line) {
    const [, name, id, data] = /^(.*?)\+([0-9a-f]{8})\+(.*)$/.exec(vkey);
    const publicKey = createPublicKey({
        key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'),
            Buffer.from(data, 'base64').subarray(1)]),
        format: 'der', type: 'spki',
    });
    const [dash, by, base64] = line.trimEnd().split(' ');
    const bytes = Buffer.from(base64, 'base64');
    const time = bytes.readBigUInt64BE(4);
    const good = dash === '\u2014' && by === name && bytes.subarray(0, 4).toString('hex') === id
        && verify(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), publicKey,
            bytes.subarray(12));
    return good ? Number(time) : null;
}

export function checkpointText(origin, size, rootHash) {
    return `${origin}\n${size}\n${rootHash.toString('base64')}\n`;
}

// ---------------------------------------------------------------- logs

// "x001/x234/067" and "067.p/12" (C2SP tlog-tiles).
export function tileName(index, width = 256) {
    const groups = [];
    for (let rest = index; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000)) {
        groups.unshift(String(rest % 1000).padStart(3, '0'));
    }
    const name = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
    return width === 256 ? name : `${name}.p/${width}`;
}

// A log in memory. Its leaves are of the form the service makes.
export function makeLog(origin = `log.example/${randomUUID()}`) {
    const leaves = [];
    const hashes = [];
    const heads = new Map();
    const log = {
        origin,
        leaves,
        hashes,
        key: logKey(origin),
        // Adds a statement about an aggregate; overrides replace members of the leaf.
        add: (aggregate = randomUUID(), overrides = {}) => {
            const before = heads.get(aggregate) ?? { version: 0, hash: null };
            const leaf = Buffer.from(canonical({
                v: 1, log: origin, entry: randomUUID(), at: '2026-11-25T00:00:00.000Z',
                kind: 'comment.made', organisation: randomUUID(), actor: randomUUID(), key: null,
                request: null, aggregate, version: before.version + 1, prev: before.hash,
                public: { text: `number ${leaves.length}\n"\u00e9"` }, private: {}, ...overrides,
            }));
            return log.addBytes(leaf, aggregate);
        },
        // Adds whatever the bytes are.
        addBytes: (leaf, aggregate) => {
            const hash = leafHash(leaf);
            leaves.push(leaf);
            hashes.push(hash);
            heads.set(aggregate,
                { version: (heads.get(aggregate)?.version ?? 0) + 1, hash: hash.toString('hex') });
            return leaves.length - 1;
        },
        root: (size = leaves.length) => root(hashes.slice(0, size)),
        text: (size = leaves.length) => checkpointText(origin, size, log.root(size)),
        checkpoint: (size = leaves.length, signers = [log.key]) => {
            const text = log.text(size);
            return `${text}\n${signers.map((signer) => signer.line(text)).join('')}`;
        },
        // Every file of the log as it was at this size: [path, bytes].
        files: function* files(size = leaves.length) {
            let row = hashes.slice(0, size);
            for (let at = 0; at < size; at += 256) {
                const part = leaves.slice(at, Math.min(at + 256, size));
                yield [`tile/entries/${tileName(at / 256, part.length)}`,
                    Buffer.concat(part.flatMap((leaf) => [
                        Buffer.of(leaf.length >> 8, leaf.length & 0xFF), leaf]))];
            }
            for (let level = 0; row.length > 0; level++) {
                const above = [];
                for (let at = 0; at < row.length; at += 256) {
                    const part = row.slice(at, at + 256);
                    yield [`tile/${level}/${tileName(at / 256, part.length)}`, Buffer.concat(part)];
                    if (part.length === 256) {
                        above.push(root(part));
                    }
                }
                row = above;
            }
        },
        // Writes it as a folder that can be verified.
        write: (folder, size = leaves.length, signers = [log.key]) => {
            for (const [path, bytes] of log.files(size)) {
                mkdirSync(dirname(join(folder, path)), { recursive: true });
                writeFileSync(join(folder, path), bytes);
            }
            mkdirSync(folder, { recursive: true });
            writeFileSync(join(folder, 'checkpoint'), log.checkpoint(size, signers));
            return folder;
        },
        // A proof that a leaf is in it (C2SP tlog-proof).
        proof: (index, { size = leaves.length, signers = [log.key], extra = true } = {}) => [
            'c2sp.org/tlog-proof@v1',
            ...extra ? [`extra ${leaves[index].toString('base64')}`] : [],
            `index ${index}`,
            ...inclusion(index, hashes.slice(0, size)).map((hash) => hash.toString('base64')),
            '', log.checkpoint(size, signers),
        ].join('\n'),
        // The same log up to a size, free to go on in another way.
        fork: (size) => {
            const other = makeLog(origin);
            other.key = log.key;
            for (const leaf of leaves.slice(0, size)) {
                other.addBytes(leaf, JSON.parse(leaf).aggregate);
            }
            return other;
        },
    };
    return log;
}
