// log.mjs - the log itself: is every leaf what it claims to be, and what do the leaves say.
// SPDX-License-Identifier: Apache-2.0
import { createHash, createHmac } from 'node:crypto';

// RFC 8785 over the profile of the log: JSON.stringify already writes strings and integers so.
export function canonical(value) {
    if (Array.isArray(value)) {
        return `[${value.map(canonical).join(',')}]`;
    }
    if (value !== null && typeof value === 'object') {
        const names = Object.keys(value).sort();
        return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)
            .join(',')}}`;
    }
    return JSON.stringify(value);
}

export function leafHash(bytes) {
    return createHash('sha256').update(Buffer.of(0)).update(bytes).digest('hex');
}

function commitment(salt, entry, field, value) {
    return createHmac('sha256', salt)
        .update(`aidledger-v1\0${entry}\0${field}\0${value}`).digest('hex');
}

const members = ['v', 'log', 'entry', 'at', 'kind', 'organisation', 'actor', 'key', 'request',
    'aggregate', 'version', 'prev', 'public', 'private'];

function texts(value) {
    return typeof value === 'string' ? [value]
        : value !== null && typeof value === 'object' ? Object.values(value).flatMap(texts) : [];
}

function shapeFaults(leaf, bytes, origin) {
    const found = [];
    if (canonical(leaf) !== bytes.toString('utf8')) {
        found.push('the leaf is not in canonical form');
    }
    const expected = 'hashed' in leaf ? [...members, 'hashed'] : members;
    if (Object.keys(leaf).sort().join() !== [...expected].sort().join()) {
        found.push(`the members are ${Object.keys(leaf)}`);
    }
    if (bytes.length > 65_535) {
        found.push(`it has ${bytes.length} bytes`);
    }
    if (texts(leaf).some((text) => text.normalize('NFC') !== text)) {
        found.push('a text is not in normalisation form C');
    }
    if (leaf.v !== 1 || leaf.log !== origin) {
        found.push(`it belongs to log "${leaf.log}", version ${leaf.v}`);
    }
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(leaf.at)) {
        found.push(`"at" is ${leaf.at}`);
    }
    return found;
}

// What the columns of an entry repeat of its leaf.
function columnFaults(row, leaf, hash) {
    const said = {
        entry: leaf.entry,
        at: leaf.at,
        kind: leaf.kind,
        organisation_id: leaf.organisation,
        actor: leaf.actor,
        key: leaf.key,
        request: leaf.request,
        aggregate: leaf.aggregate,
        version: String(leaf.version),
        prev: leaf.prev && `\\x${leaf.prev}`,
        leaf_hash: `\\x${hash}`,
    };
    return Object.keys(said)
        .filter((column) => (column === 'at'
            ? new Date(row.at).toISOString() : row[column]) !== said[column])
        .map((column) => `ledger_entry.${column} is ${row[column]}, the leaf says ${said[column]}`);
}

// The public fields that stand beside the leaf, held against the hashes that stand in it.
function fetched(leaf, content, found) {
    const said = {};
    for (const [field, hash] of Object.entries(leaf.hashed ?? {})) {
        const bytes = content.get(hash);
        if (!bytes || createHash('sha256').update(bytes).digest('hex') !== hash) {
            found.push(`ledger_content: ${field} is missing or another one`);
        } else {
            said[field] = JSON.parse(bytes.toString('utf8'));
            if (canonical(said[field]) !== bytes.toString('utf8')) {
                found.push(`ledger_content: ${field} is not in canonical form`);
            }
        }
    }
    return said;
}

// The private fields of each entry that later statements erase.
function erasures(parsed) {
    const erased = new Map();
    for (const leaf of parsed.filter((one) => one?.kind === 'ledger.erased')) {
        erased.set(leaf.public.entry,
            [...(erased.get(leaf.public.entry) ?? []), ...leaf.public.fields]);
    }
    return erased;
}

function open(leaf, secrets, erased, found) {
    const opened = {};
    for (const { field } of secrets.filter((row) => erased.includes(row.field))) {
        found.push(`ledger_secret: ${field} is erased and still there`);
    }
    for (const [field, stated] of Object.entries(leaf.private)
        .filter(([name]) => !erased.includes(name))) {
        const secret = secrets.find((row) => row.field === field);
        if (!secret) {
            found.push(`ledger_secret: ${field} is missing`);
        } else if (commitment(Buffer.from(secret.salt.slice(2), 'hex'), leaf.entry, field,
            secret.value) !== stated) {
            found.push(`ledger_secret: ${field} is not what was committed to`);
        } else {
            opened[field] = JSON.parse(secret.value);
        }
    }
    for (const { field } of secrets.filter((row) => !(row.field in leaf.private))) {
        found.push(`ledger_secret: ${field} stands in no leaf`);
    }
    return opened;
}

// Every statement of an aggregate names the one before it.
function chainFaults(leaf, hash, heads) {
    const before = heads.get(leaf.aggregate) ?? { version: 0, hash: null };
    heads.set(leaf.aggregate, { version: leaf.version, hash });
    const found = [];
    if (leaf.version !== before.version + 1) {
        found.push(`version ${leaf.version} follows version ${before.version}`);
    }
    if (leaf.prev !== before.hash) {
        found.push(`"prev" is ${leaf.prev}, the statement before is ${before.hash}`);
    }
    return found;
}

function parse(bytes) {
    try {
        return JSON.parse(bytes.toString('utf8'));
    } catch {
        return null;
    }
}

// Reads the log: its leaves in order, each with what it says in the clear and, where salts and
// values are kept, in private; and everything that is wrong with it. Of a log that is not whole only
// some leaves are given, all of them about what they are about.
export function readLog({ origin, leaves, entries, secrets, content, whole = true }) {
    const found = [];
    const heads = new Map();
    const beside = new Map(content.map((row) =>
        [row.sha256.slice(2), Buffer.from(row.bytes.slice(2), 'hex')]));
    const bySecret = new Map();
    for (const row of secrets) {
        bySecret.set(row.entry, [...(bySecret.get(row.entry) ?? []), row]);
    }
    const rows = new Map(entries.map((row) => [row.entry, row]));
    const bytesOf = leaves.map(({ entry }) =>
        Buffer.from(rows.get(entry)?.leaf.slice(2) ?? '', 'hex'));
    const parsed = bytesOf.map(parse);
    const erased = erasures(parsed);
    const said = leaves.map((numbered, at) => {
        const row = rows.get(numbered.entry);
        const bytes = bytesOf[at];
        const hash = leafHash(bytes);
        const name = `leaf ${numbered.leaf_index}`;
        const note = (fault) => found.push(`${name}: ${fault}`);
        if (whole && numbered.leaf_index !== String(at)) {
            note(`stands where ${at} belongs`);
        }
        if (!row) {
            note('has no entry');
            return null;
        }
        if (numbered.leaf_hash !== `\\x${hash}`) {
            note('ledger_leaf.leaf_hash is not the hash of its leaf');
        }
        const leaf = parsed[at];
        if (leaf === null) {
            note('is no JSON');
            return null;
        }
        shapeFaults(leaf, bytes, origin).forEach(note);
        columnFaults(row, leaf, hash).forEach(note);
        chainFaults(leaf, hash, heads).forEach(note);
        const mine = [];
        const gone = erased.get(leaf.entry) ?? [];
        const opened = open(leaf, bySecret.get(leaf.entry) ?? [], gone, mine);
        const told = { ...leaf.public, ...fetched(leaf, beside, mine) };
        mine.forEach(note);
        return { ...leaf, public: told, hash, name, opened, erased: gone };
    });
    const numbered = new Set(leaves.map((leaf) => leaf.entry));
    for (const row of entries.filter((entry) => !numbered.has(entry.entry))) {
        found.push(`entry ${row.entry} (${row.kind}) has no leaf index`);
    }
    return { said: said.filter(Boolean), found };
}
