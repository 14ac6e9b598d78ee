// rfc6962.mjs - trees, proofs and notes as their specifications define them, written for the tests
// alone and from the top down: nothing here is shared with the service.
// SPDX-License-Identifier: Apache-2.0
import { createHash, createPublicKey, verify } from 'node:crypto';

export const sha256 = (...parts) => {
    const hash = createHash('sha256');
    parts.forEach((part) => hash.update(part));
    return hash.digest();
};

export const leafHash = (leaf) => sha256(Buffer.from([0]), leaf);
export const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);

function split(count) {
    let k = 1;
    while (2 * k < count) {
        k *= 2;
    }
    return k;
}

// A tree over leaf hashes that remembers the roots it has worked out.
export class Tree {
    #roots = new Map();

    constructor(hashes) {
        this.hashes = hashes;
    }

    // MTH(D[from:end]) of section 2.1.
    root(from = 0, end = this.hashes.length) {
        if (end === from) {
            return sha256(Buffer.alloc(0));
        }
        if (end - from === 1) {
            return this.hashes[from];
        }
        const name = `${from}:${end}`;
        if (!this.#roots.has(name)) {
            const k = split(end - from);
            this.#roots.set(name, nodeHash(this.root(from, from + k), this.root(from + k, end)));
        }
        return this.#roots.get(name);
    }

    // PATH(m, D[from:end]) of section 2.1.1.
    path(m, end = this.hashes.length, from = 0) {
        if (end - from === 1) {
            return [];
        }
        const k = split(end - from);
        return m < k
            ? [...this.path(m, from + k, from), this.root(from + k, end)]
            : [...this.path(m - k, end, from + k), this.root(from, from + k)];
    }

    // PROOF(m, D[0:n]) of section 2.1.2.
    consistency(m, n) {
        return m === 0 || m === n ? [] : this.#subproof(m, 0, n, true);
    }

    #subproof(m, from, end, whole) {
        if (m === end - from) {
            return whole ? [] : [this.root(from, end)];
        }
        const k = split(end - from);
        return m <= k
            ? [...this.#subproof(m, from, from + k, whole), this.root(from + k, end)]
            : [...this.#subproof(m - k, from + k, end, false), this.root(from, from + k)];
    }
}

// The root that a leaf and its path lead to.
export function climb(hash, index, size, path) {
    if (size === 1) {
        return path.length === 0 ? hash : null;
    }
    const k = split(size);
    const rest = path.slice(0, -1);
    const last = path.at(-1);
    if (last === undefined) {
        return null;
    }
    const below = index < k ? climb(hash, index, k, rest) : climb(hash, index - k, size - k, rest);
    return below && (index < k ? nodeHash(below, last) : nodeHash(last, below));
}

// ---------------------------------------------------------------- signed notes

// name+hash+base64(type || key)
export function parseVkey(text) {
    const [, name, id, key] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text);
    const bytes = Buffer.from(key, 'base64');
    const right = sha256(Buffer.from(`${name}\n`), bytes).subarray(0, 4).toString('hex');
    return { name, id, good: id === right && bytes[0] === 1 && bytes.length === 33,
        key: createPublicKey({ format: 'der', type: 'spki',
            key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes.subarray(1)]) }) };
}

// Whether a line "— name base64(id || signature)" is one of the keys' signature of the text.
export function isSigned(text, line, vkeys) {
    const [, name, encoded] = /^— (\S+) (\S+)$/.exec(line);
    const bytes = Buffer.from(encoded, 'base64');
    const vkey = vkeys.find((one) => one.name === name && one.id === bytes.toString('hex', 0, 4));
    return vkey !== undefined && verify(null, Buffer.from(text), vkey.key, bytes.subarray(4));
}

// A checkpoint and who of the keys has signed it.
export function parseCheckpoint(note, vkeys) {
    const [, text, signatures] = /^((?:[^\n]+\n)+)\n((?:— [^\n]+\n)+)$/.exec(note);
    const [origin, size, root, ...more] = text.trimEnd().split('\n');
    const signed = signatures.trimEnd().split('\n').map((line) => isSigned(text, line, vkeys));
    return { text, origin, size: Number(size), root: Buffer.from(root, 'base64'), more, signed };
}

// c2sp.org/tlog-proof@v1
export function parseProof(text) {
    const [, extra, index, path, checkpoint] =
        /^c2sp\.org\/tlog-proof@v1\n(?:extra (\S+)\n)?index (\d+)\n((?:[A-Za-z0-9+/]{43}=\n)*)\n([^]*)$/
            .exec(text);
    return { extra: extra && Buffer.from(extra, 'base64'), index: Number(index), checkpoint,
        path: path.split('\n').filter(Boolean).map((line) => Buffer.from(line, 'base64')) };
}

// A bundle: each leaf behind its length in two bytes.
export function parseBundle(bytes) {
    const leaves = [];
    for (let at = 0; at < bytes.length;) {
        const length = bytes.readUInt16BE(at);
        leaves.push(bytes.subarray(at + 2, at + 2 + length));
        at += 2 + length;
    }
    return leaves;
}

// How tlog-tiles writes a tile's number.
export function tileName(number, width = 256) {
    const groups = [];
    for (let rest = number; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000)) {
        groups.unshift(String(rest % 1000).padStart(3, '0'));
    }
    const name = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
    return width === 256 ? name : `${name}.p/${width}`;
}
