// check.js - verifies a report with nothing but the browser: notes, trees, proofs (C2SP, RFC 6962).
// SPDX-License-Identifier: Apache-2.0
//
// A plain script and no module: a copy of the page that somebody keeps works from a disk, where
// browsers load no modules. It leaves `aidledger` behind, and touches no page.
'use strict';

globalThis.aidledger = (() => {
    const ED25519 = 0x01;
    const COSIGNATURE = 0x04;
    const utf8 = new TextEncoder();

    // What is wrong, in a sentence for the reader, with the rule it breaks.
    class Fault extends Error {
        constructor(rule, sentence) {
            super(sentence);
            this.rule = rule;
        }
    }

    function refuse(rule, sentence) {
        throw new Fault(rule, sentence);
    }

    // ------------------------------------------------------------ bytes

    function join(...parts) {
        const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
        let at = 0;
        for (const part of parts) {
            whole.set(part, at);
            at += part.length;
        }
        return whole;
    }

    function hex(bytes) {
        return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    }

    function base64(bytes) {
        return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    }

    // One spelling for the same bytes: everything else is refused.
    function fromBase64(text, rule, what) {
        try {
            const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            if (base64(bytes) === text) {
                return bytes;
            }
        } catch {
            // told below
        }
        return refuse(rule, `${what} is not in base64.`);
    }

    function same(a, b) {
        return a.length === b.length && a.every((byte, at) => byte === b[at]);
    }

    async function sha256(...parts) {
        return new Uint8Array(await crypto.subtle.digest('SHA-256', join(...parts)));
    }

    function number(text, rule, what) {
        const value = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : NaN;
        return Number.isSafeInteger(value) ? value : refuse(rule, `${what} is no whole number.`);
    }

    // ------------------------------------------------------------ keys

    // "name+hexid+base64(type || public key)"
    async function readKey(text) {
        const wrong = (why) => refuse('key', `"${text.slice(0, 80)}" is no verifier key: ${why}.`);
        const [, name, id, data] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text)
            ?? wrong('it has a name, eight digits and base64, with plus signs between them');
        const bytes = fromBase64(data, 'key', 'The end of a verifier key');
        const [type] = bytes;
        if (bytes.length !== 33 || (type !== ED25519 && type !== COSIGNATURE)) {
            wrong('only Ed25519 keys of logs and witnesses are known here');
        }
        const hash = await sha256(utf8.encode(`${name}\n`), bytes);
        if (hex(hash.subarray(0, 4)) !== id) {
            wrong('its digits do not fit its name and key; it was not copied whole');
        }
        return { text, name, id, type, key: bytes.subarray(1) };
    }

    // One key a line; empty lines and comments do not count.
    async function readKeys(text) {
        const lines = text.split(/\r?\n/).map((line) => line.trim())
            .filter((line) => line !== '' && !line.startsWith('#'));
        const keys = [];
        for (const line of lines) {
            keys.push(await readKey(line));
        }
        return {
            logs: keys.filter((key) => key.type === ED25519),
            witnesses: keys.filter((key) => key.type === COSIGNATURE),
        };
    }

    async function isSigned(key, signature, text) {
        let imported;
        try {
            imported = await crypto.subtle.importKey('raw', key.key, { name: 'Ed25519' }, false,
                ['verify']);
        } catch (error) {
            return error.name === 'NotSupportedError'
                ? refuse('browser', 'This browser cannot check Ed25519 signatures.') : false;
        }
        return crypto.subtle.verify('Ed25519', imported, signature, text);
    }

    // ------------------------------------------------------------ notes and checkpoints

    // "text\n\n— name base64(id || signature)\n..."
    function readNote(bytes) {
        const wrong = () => refuse('note', 'The checkpoint is no signed note.');
        const split = bytes.lastIndexOf('\n\n');
        if (split < 0 || !bytes.endsWith('\n')) {
            wrong();
        }
        const signatures = bytes.slice(split + 2, -1).split('\n').map((line) => {
            const [, name, data] = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? wrong();
            const all = fromBase64(data, 'note', 'A signature');
            return { name, id: hex(all.subarray(0, 4)), bytes: all.subarray(4) };
        });
        return { bytes, text: bytes.slice(0, split + 1), signatures };
    }

    function readCheckpoint(bytes) {
        const note = readNote(bytes);
        const [origin, size, root, end, ...more] = note.text.split('\n');
        if (origin === '' || end !== '' || more.length > 0) {
            refuse('note', 'The checkpoint has not the three lines of one.');
        }
        const hash = fromBase64(root, 'note', 'The root in the checkpoint');
        if (hash.length !== 32) {
            refuse('note', 'The root in the checkpoint has not 32 bytes.');
        }
        return { ...note, origin, size: number(size, 'note', 'The size in the checkpoint'), root: hash };
    }

    // Whether the note carries a good signature of the key. One that bears its name and is wrong
    // makes it false whatever else there is. A cosignature says when it was made.
    async function signedBy(note, key) {
        const mine = note.signatures.filter((one) => one.name === key.name && one.id === key.id);
        let newest = null;
        for (const { bytes } of mine) {
            const dated = key.type === COSIGNATURE;
            if (bytes.length !== (dated ? 72 : 64)) {
                return null;
            }
            const time = dated ? Number(new DataView(bytes.buffer, bytes.byteOffset, 8)
                .getBigUint64(0)) : 0;
            const text = dated ? `cosignature/v1\ntime ${time}\n${note.text}` : note.text;
            if (!await isSigned(key, bytes.subarray(dated ? 8 : 0), utf8.encode(text))) {
                return null;
            }
            newest = Math.max(newest ?? 0, time);
        }
        return newest === null ? null : { time: newest };
    }

    // ------------------------------------------------------------ the tree

    const leafHash = (leaf) => sha256(Uint8Array.of(0), leaf);
    const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

    // Where a path goes from a leaf up to the root; sizes are beyond 32 bits, so no shifts.
    class Way {
        constructor(at, last) {
            this.at = at;
            this.last = last;
        }

        get isRight() {
            return this.at % 2 === 1;
        }

        up() {
            this.at = Math.floor(this.at / 2);
            this.last = Math.floor(this.last / 2);
        }

        // Over the levels on which there is no sibling.
        upFromLast() {
            while (!this.isRight && this.at !== 0) {
                this.up();
            }
        }
    }

    // RFC 9162 section 2.1.3.2.
    async function includes(leaf, index, path, { size, root }) {
        if (index >= size) {
            return false;
        }
        const way = new Way(index, size - 1);
        let hash = leaf;
        for (const sibling of path) {
            if (way.last === 0) {
                return false;
            }
            if (way.isRight || way.at === way.last) {
                hash = await nodeHash(sibling, hash);
                way.upFromLast();
            } else {
                hash = await nodeHash(hash, sibling);
            }
            way.up();
        }
        return way.last === 0 && same(hash, root);
    }

    // RFC 9162 section 2.1.4.2.
    async function extendsTree(older, newer, path) {
        if (older.size === newer.size || older.size === 0) {
            return path.length === 0 && (older.size === 0 || same(older.root, newer.root));
        }
        const way = new Way(older.size - 1, newer.size - 1);
        while (way.isRight) {
            way.up();
        }
        const [first, ...rest] = way.at === 0 ? [older.root, ...path] : path;
        if (first === undefined || older.size > newer.size) {
            return false;
        }
        let [before, after] = [first, first];
        for (const hash of rest) {
            if (way.last === 0) {
                return false;
            }
            if (way.isRight || way.at === way.last) {
                before = await nodeHash(hash, before);
                after = await nodeHash(hash, after);
                way.upFromLast();
            } else {
                after = await nodeHash(after, hash);
            }
            way.up();
        }
        return way.last === 0 && same(before, older.root) && same(after, newer.root);
    }

    // ------------------------------------------------------------ proofs

    function readHashes(lines, rule) {
        return lines.map((line) => {
            const hash = fromBase64(line, rule, 'A hash in the proof');
            return hash.length === 32 ? hash : refuse(rule, 'A hash in the proof has not 32 bytes.');
        });
    }

    // c2sp.org/tlog-proof@v1, with the leaf as "extra".
    function readProof(text) {
        const [, extra, index, path, checkpoint] =
            /^c2sp\.org\/tlog-proof@v1\n(?:extra ([^\n]*)\n)?index ([0-9]+)\n((?:[^\n]+\n)*)\n(.+)$/s
                .exec(text) ?? refuse('proof', 'The proof is no file of that kind.');
        if (extra === undefined) {
            refuse('proof', 'The proof does not hold the statement that it proves.');
        }
        return {
            leaf: fromBase64(extra, 'proof', 'The statement in the proof'),
            index: number(index, 'proof', 'The index in the proof'),
            path: readHashes(path.split('\n').filter(Boolean), 'proof'),
            checkpoint: readCheckpoint(checkpoint),
        };
    }

    // RFC 8785: JSON.stringify already writes strings and integers so.
    function canonical(value) {
        if (Array.isArray(value)) {
            return `[${value.map(canonical).join(',')}]`;
        }
        if (value !== null && typeof value === 'object') {
            return `{${Object.keys(value).sort().map((name) =>
                `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
        }
        return JSON.stringify(value);
    }

    // A statement has one spelling, so that it says the same to everybody who reads it.
    function readLeaf(bytes) {
        try {
            const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
            const leaf = JSON.parse(text);
            if (canonical(leaf) === text && typeof leaf.kind === 'string'
                && typeof leaf.at === 'string' && typeof leaf.public === 'object'
                && leaf.public !== null) {
                return leaf;
            }
        } catch {
            // told below
        }
        return refuse('leaf', 'The statement in the proof is not written as statements of the log are.');
    }

    // ------------------------------------------------------------ the whole

    const good = (rule, text) => ({ state: 'good', rule, text });
    const bad = (rule, text) => ({ state: 'bad', rule, text });
    const open = (rule, text) => ({ state: 'open', rule, text });
    const day = (at) => `${at.slice(0, 16).replace('T', ' ')} UTC`;
    const counted = (size) => (size === 1 ? '1 statement' : `${size} statements`);

    function fileFindings(leaf, digest, bytes) {
        const said = leaf.public;
        if (leaf.kind !== 'report.issued') {
            return [bad('kind', `The proof is of a statement of another kind: ${leaf.kind}.`)];
        }
        if (said.sha256 !== digest) {
            return [bad('file', `This file is not the one that was issued. Its SHA-256 is ${digest}; `
                + `the log says ${said.sha256}. At least one byte differs.`)];
        }
        if (said.bytes !== bytes) {
            return [bad('file', `The log says that the file has ${said.bytes} bytes; it has ${bytes}.`)];
        }
        return [good('file', `The file is, to the last byte, the report "${said.report}" `
            + `(definition ${said.definition_version}) that was issued on ${day(leaf.at)} `
            + `from the first ${counted(said.tree_size)} of the log.`)];
    }

    async function pathFindings(proof) {
        const { checkpoint, index } = proof;
        const there = await includes(await leafHash(proof.leaf), index, proof.path, checkpoint);
        return [there
            ? good('inclusion', `That it was issued stands in the log: leaf ${index}, counted from 0, `
                + `in the tree of ${counted(checkpoint.size)}.`)
            : bad('inclusion', 'The statement is not in the tree of this checkpoint: the path does '
                + 'not lead to its root.')];
    }

    function originFindings(leaf, checkpoint) {
        return leaf.log === checkpoint.origin ? []
            : [bad('origin', `The statement is of the log "${leaf.log}", the checkpoint of the log `
                + `"${checkpoint.origin}".`)];
    }

    async function signatureFindings(checkpoint, keys, trust) {
        const mine = keys.logs.filter((key) => key.name === checkpoint.origin);
        if (keys.logs.length === 0) {
            return [bad('signature', 'There is no key to check the signature with: paste the '
                + 'verifier key of the log.')];
        }
        if (mine.length === 0) {
            return [bad('signature', `The checkpoint is of the log "${checkpoint.origin}"; the key `
                + `is of "${keys.logs[0].name}", another log.`)];
        }
        for (const key of mine) {
            if (await signedBy(checkpoint, key)) {
                return [good('signature', `The log signed it. Its key is ${key.text}`), trust];
            }
        }
        return [bad('signature', 'The checkpoint is not signed by the key: it was forged, or the '
            + 'key is not that of the log.')];
    }

    const trusts = {
        pasted: good('trust', 'You trust the key that you gave. Make sure that it came to you from '
            + 'somebody else than the file did.'),
        remembered: good('trust', 'The key is the one that this browser remembers from before.'),
        first: open('trust', 'The key is the one that the server gave when this browser first saw the '
            + 'log, and it has not changed since. Compare it with one from another source.'),
        served: open('trust', 'The key came from the same server as everything else here. It shows '
            + 'that the parts fit together, not that the server is honest: compare the key with '
            + 'one from another source.'),
    };

    async function witnessFindings(checkpoints, witnesses, ask) {
        const found = [];
        for (const key of witnesses) {
            let seen = null;
            for (const checkpoint of checkpoints) {
                const signed = await signedBy(checkpoint, key);
                seen ??= signed && { ...signed, size: checkpoint.size };
            }
            found.push(seen
                ? good('witness', `The witness "${key.name}" saw the tree of ${counted(seen.size)} `
                    + `on ${day(new Date(seen.time * 1000).toISOString())}, and it agreed with all that it had seen before.`)
                : ask ? bad('witness', `The witness "${key.name}" has signed neither this checkpoint `
                    + 'nor the newest one.')
                    : open('witness', `The witness "${key.name}" has not signed this checkpoint. `
                        + 'Whether it signed a later one takes the service.'));
        }
        return witnesses.length > 0 ? found
            : [open('witness', 'No witness was asked for: give the keys of witnesses to know that '
                + 'the log shows everybody the same.')];
    }

    // Whether two checkpoints are of one history; what is missing for that is asked for.
    async function historyFinding(one, other, ask) {
        const [older, newer] = one.size <= other.size ? [one, other] : [other, one];
        const words = `${counted(older.size)} and that of ${counted(newer.size)}`;
        if (older.size !== newer.size && older.size > 0 && !ask) {
            return open('history', `Not checked: whether the tree of ${words} are of one history. `
                + 'That takes the service.');
        }
        const path = older.size === newer.size || older.size === 0 ? []
            : readHashes(await ask.consistency(older.size, newer.size), 'history');
        return await extendsTree(older, newer, path)
            ? good('history', older.size === newer.size
                ? `The tree of ${counted(newer.size)} is the one you saw before.`
                : `The tree of ${words} are of one history: nothing between them was altered or `
                    + 'taken away.')
            : bad('history', `FORK: the tree of ${words} are not of one history. Statements that `
                + 'you saw before were altered.');
    }

    // Everything one by one: an earlier checkpoint, that of the proof, the newest there is.
    async function historyFindings({ checkpoint, earlier, newest, ask }) {
        const found = [];
        if (earlier && earlier.origin !== checkpoint.origin) {
            return [bad('history', `The earlier checkpoint is of the log "${earlier.origin}", `
                + `another one than "${checkpoint.origin}".`)];
        }
        if (earlier && newest && newest.size < earlier.size) {
            found.push(bad('rollback', `ROLLBACK: you saw the log with ${counted(earlier.size)}, and `
                + `now it shows ${counted(newest.size)}. Statements were taken away.`));
        }
        if (newest && newest.size < checkpoint.size) {
            found.push(bad('rollback', `ROLLBACK: the proof is from the log with `
                + `${counted(checkpoint.size)}, and now it shows ${counted(newest.size)}.`));
        }
        if (found.length > 0) {
            return found;
        }
        for (const other of [earlier, newest].filter(Boolean)) {
            found.push(await historyFinding(checkpoint, other, ask));
        }
        if (earlier && newest) {
            found.push(await historyFinding(earlier, newest, ask));
        }
        return earlier || newest ? found
            : [open('history', 'No earlier checkpoint was compared: keep the one below, and the '
                + 'next time it shows whether anything was taken back.')];
    }

    // What can be said of a file: findings, each good, bad, or open where it was not looked at.
    //   file      its bytes                  earlier   a checkpoint seen before, or null
    //   proof     the text of its proof      newest    the newest checkpoint there is, or null
    //   keys      of readKeys                trust     pasted, remembered, first or served
    //   ask       { consistency(old, size): hashes in base64 }, or null off line
    async function verify({ file, proof: text, keys, trust, earlier, newest, ask }) {
        const digest = hex(await sha256(file));
        const found = [];
        const told = { digest, findings: found, checkpoint: null, leaf: null };
        try {
            const proof = readProof(text);
            const { checkpoint } = proof;
            told.leaf = readLeaf(proof.leaf);
            told.checkpoint = checkpoint;
            found.push(...fileFindings(told.leaf, digest, file.length));
            found.push(...await pathFindings(proof));
            found.push(...originFindings(told.leaf, checkpoint));
            found.push(...await signatureFindings(checkpoint, keys, trusts[trust]));
            const [before, now] = [earlier, newest].map((note) => (note ? readCheckpoint(note) : null));
            for (const [other, what] of [[before, 'earlier'], [now, 'newest']]) {
                if (other && keys.logs.length > 0
                    && !(await Promise.all(keys.logs.map((key) => signedBy(other, key)))).some(Boolean)) {
                    found.push(bad('signature', `The ${what} checkpoint is not signed by the key.`));
                }
            }
            const history = await historyFindings({ checkpoint, earlier: before, newest: now, ask });
            found.push(...history);
            const covering = now && history.every(({ state }) => state !== 'bad') ? [checkpoint, now]
                : [checkpoint];
            found.push(...await witnessFindings(covering, keys.witnesses, ask));
            told.newest = [checkpoint, before, now].filter(Boolean)
                .reduce((most, one) => (one.size > most.size ? one : most));
        } catch (error) {
            if (!(error instanceof Fault)) {
                throw error;
            }
            found.push(bad(error.rule, error.message));
        }
        told.isGood = found.length > 0 && found.every(({ state }) => state !== 'bad');
        return told;
    }

    return { Fault, base64, day, extendsTree, fromBase64, hex, includes, leafHash, nodeHash, readCheckpoint,
        readKey, readKeys, readLeaf, readNote, readProof, sha256, signedBy, verify };
})();
