// canonical.test.mjs - the bytes that are hashed come out the same from C, Node and PostgreSQL.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';

import { canonical as byNode, leafHash } from '../fold/log.mjs';
import { api, request, until } from '../lib/client.mjs';
import * as make from '../lib/make.mjs';
import { rows, run } from '../lib/sql.mjs';

// AIDLEDGER_TEST_SEED repeats a run.
const seed = Number(process.env.AIDLEDGER_TEST_SEED ?? Date.now() % 2 ** 31);
console.log(`# seed ${seed}`);

// mulberry32: a small generator, so that a seed is all there is to repeat.
let at = seed;
function random() {
    at = at + 0x6d2b79f5 | 0;
    let t = Math.imul(at ^ at >>> 15, at | 1);
    t = t + Math.imul(t ^ t >>> 7, t | 61) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];

// ---------------------------------------------------------------- the three writers

function byProgram(lines, ...words) {
    const run_ = spawnSync(process.env.AIDLEDGER_BINARY, ['canonical', ...words],
        { input: lines.map((line) => `${line}\n`).join(''), maxBuffer: 1 << 28 });
    return {
        status: run_.status,
        lines: run_.stdout.toString('utf8').split('\n').slice(0, -1),
        refusals: run_.stderr.toString('utf8').split('\n').slice(0, -1),
    };
}

function byDatabase(lines, writing = 'line::jsonb') {
    const copied = lines.map((line) => line.replaceAll('\\', '\\\\').replaceAll('\t', '\\t')
        .replaceAll('\r', '\\r'));
    return run(`CREATE TEMPORARY TABLE given (n integer GENERATED ALWAYS AS IDENTITY, line text);
COPY given (line) FROM stdin;
${copied.join('\n')}
\\.
SELECT encode(convert_to(ledger_canonical(${writing}), 'UTF8'), 'hex') FROM given ORDER BY n;
`).split('\n').slice(0, -1).map((hex) => Buffer.from(hex, 'hex').toString('utf8'));
}

// ---------------------------------------------------------------- random values

const characters = [
    () => String.fromCodePoint(1 + below(0x1f)),
    () => pick(['"', '\\', '/', '\b', '\f', '\n', '\r', '\t', '\u000b', '\u007f', '\u0080', '\u009f']),
    () => pick(['\u2028', '\u2029', '\ufeff', '\ufffd', '\uffff', '\ud7ff', '\ue000', '<', '>', '&', "'"]),
    () => String.fromCodePoint(0x10000 + below(0x100000)),
    () => String.fromCodePoint(0x80 + below(0x7ff - 0x80)),
    () => String.fromCodePoint(0x800 + below(0xd000)),
    () => String.fromCodePoint(0x20 + below(0x5f)),
    () => String.fromCodePoint(0x20 + below(0x5f)),
];
const string = () => Array.from({ length: below(12) }, () => pick(characters)()).join('');
const letters = 'abcdefghijklmnopqrstuvwxyz';
const inner = `${letters}0123456789_`;
const name = () => pick(letters)
    + Array.from({ length: below(5) }, () => pick(pick(['ab_', inner]))).join('');

const integers = [
    () => below(10), () => -below(1000), () => Number.MAX_SAFE_INTEGER, () => -Number.MAX_SAFE_INTEGER,
    () => Number.MAX_SAFE_INTEGER - below(1000), () => 2 ** (1 + below(52)), () => -(10 ** below(16)),
];

function value(depth) {
    const kind = below(depth > 0 ? 8 : 5);
    if (kind > 5) {
        return Object.fromEntries(Array.from({ length: below(8) }, () => [name(), value(depth - 1)]));
    }
    return kind === 5 ? Array.from({ length: below(6) }, () => value(depth - 1))
        : kind === 4 ? pick([null, true, false])
            : kind > 1 ? string() : pick(integers)();
}

// ---------------------------------------------------------------- other spellings of the same

const space = () => pick(['', '', '', ' ', '\t', '  ', '\r']);

function unit(character) {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

// Every character as it is or as an escape, a pair of surrogates for those beyond U+FFFF.
function spelledString(text) {
    return `"${Array.from(text, (character) => {
        const plain = JSON.stringify(character).slice(1, -1);
        const escaped = character.split('').map(unit).join('');
        return pick([plain, plain, escaped, escaped.toUpperCase().replaceAll('\\U', '\\u'),
            character === '/' ? '\\/' : plain]);
    }).join('')}"`;
}

function shuffled(list) {
    return list.map((item) => [random(), item]).sort(([a], [b]) => a - b).map(([, item]) => item);
}

function spelled(given) {
    const list = (items, open, close) =>
        `${open}${space()}${items.map((item) => `${item}${space()}`).join(`,${space()}`)}${close}`;
    if (Array.isArray(given)) {
        return list(given.map(spelled), '[', ']');
    }
    if (given !== null && typeof given === 'object') {
        return list(shuffled(Object.entries(given)).map(([key, member]) =>
            `${spelledString(key)}${space()}:${space()}${spelled(member)}`), '{', '}');
    }
    return typeof given === 'string' ? spelledString(given) : JSON.stringify(given);
}

// ---------------------------------------------------------------- the tests

// CANONICAL_VALUES=1000000 is the full measure.
const COUNT = Number(process.env.CANONICAL_VALUES ?? 200_000);
const BATCH = 20_000;

test(`three writers agree on ${COUNT} random values in random spellings`, async () => {
    for (let done = 0; done < COUNT; done += BATCH) {
        // The service ends idle connections meanwhile, which is to be heard of.
        await new Promise((resolve) => { setImmediate(resolve); });
        const values = Array.from({ length: Math.min(BATCH, COUNT - done) }, () => value(4));
        const lines = values.map(spelled);
        const program = byProgram(lines);
        const database = byDatabase(lines);
        assert.equal(program.status, 0, program.refusals.join('\n'));
        assert.equal(program.lines.length, values.length);
        assert.equal(database.length, values.length);
        values.map(byNode).forEach((text, i) => {
            if (program.lines[i] !== text || database[i] !== text) {
                assert.equal(program.lines[i], text, `C, seed ${seed}: ${lines[i]}`);
                assert.equal(database[i], text, `SQL, seed ${seed}: ${lines[i]}`);
            }
        });
    }
});

test('every character of one UTF-16 unit is written alike by all', () => {
    const codes = Array.from({ length: 0xffff }, (_, i) => i + 1)
        .filter((code) => code < 0xd800 || code > 0xdfff);
    const values = [];
    for (let i = 0; i < codes.length; i += 64) {
        values.push(String.fromCharCode(...codes.slice(i, i + 64)));
    }
    const lines = values.map((text) => JSON.stringify(text));
    assert.deepEqual(byProgram(lines).lines, values.map(byNode));
    assert.deepEqual(byDatabase(lines), values.map(byNode));
});

// RFC 8785 section 3.2.2.2 and 3.2.3, in words that cannot follow a mistake of the writers.
test('the form is the one of RFC 8785', () => {
    const cases = {
        '"\\u0008\\u0009\\u000A\\u000b\\u000C\\u000d\\u001F\\u007f\\/\\u00e9"':
            '"\\b\\t\\n\\u000b\\f\\r\\u001f\u007f/é"',
        '{"b":2, "a_":1, "a1":0, "a":{"d":[ ], "c":{ }}}':
            '{"a":{"c":{},"d":[]},"a1":0,"a_":1,"b":2}',
        '"\\ud83d\\ude00\\u2028"': '"😀\u2028"',
        '-0': '0',
        '[9007199254740991,-9007199254740991]': '[9007199254740991,-9007199254740991]',
    };
    assert.deepEqual(byProgram(Object.keys(cases)).lines, Object.values(cases));
    assert.deepEqual(byDatabase(Object.keys(cases)), Object.values(cases));
});

test('what is outside the profile is refused by program and database alike', () => {
    const outside = ['1.5', '-0.0', '1e400', '9007199254740992', '-9007199254740992',
        '9223372036854775807', '123456789012345678901234567890', '{"A":1}', '{"":1}', '{"é":1}',
        '{"1a":1}', '{"_a":1}', '{"a b":1}', '{"a\\n":1}', '{"a":{"b":[{"C":1}]}}', '[1.0]',
        '"\\u0000"', '"\\ud800"', '"\\ude00\\ud83d"', '[', '{"a":1,}', '', 'nil'];
    const { status, lines, refusals } = byProgram(outside);
    assert.equal(status, 1);
    assert.deepEqual(lines, outside.map(() => ''));
    outside.forEach((text, i) => {
        assert.match(refusals[i] ?? '', new RegExp(`^aidledger: line ${i + 1}: .`), text);
        assert.throws(() => byDatabase([text]), /ERROR/, text);
    });
});

test('the program is stricter than the database where jsonb has lost the spelling', () => {
    // An exponent, and one of two members with the same name.
    assert.deepEqual(byProgram(['1e3', '{"a":1,"a":2}']).lines, ['', '']);
});

test('a refused line does not disturb the others', () => {
    const { status, lines } = byProgram(['{"a":1}', '1.5', '[2]']);
    assert.equal(status, 1);
    assert.deepEqual(lines, ['{"a":1}', '', '[2]']);
});

test('nesting has a limit, and so has a leaf', () => {
    const nested = (depth) => '['.repeat(depth) + ']'.repeat(depth);
    assert.deepEqual(byProgram([nested(64), nested(65), nested(100000)]).lines, [nested(64), '', '']);
    const long = (length) => `"${'x'.repeat(length - 2)}"`;
    assert.deepEqual(byProgram([long(65535), long(65536), long(2 << 20), '1']).lines,
        [long(65535), '', '', '1']);
});

test('wrong words are answered with the usage', () => {
    assert.equal(byProgram([], '--hex').status, 2);
    assert.equal(byProgram([], '--hash', 'more').status, 2);
    assert.equal(byProgram([]).status, 0);
});

before(async () => {
    const { commitment } = await make.paid();
    await make.drafted({ title: 'Ärger "\u2028\u0001\\' });
    await make.answered();
    assert.ok(commitment.id);
    await until(() => rows('SELECT count(*) AS n FROM ledger_queue')[0].n === 0);
});

test('every stored leaf is its own canonical form, and its hash is the one kept', () => {
    const stored = rows(`SELECT encode(leaf, 'hex') AS leaf, encode(leaf_hash, 'hex') AS hash
                           FROM ledger_entry ORDER BY entry`)
        .map(({ leaf, hash }) => ({ leaf: Buffer.from(leaf, 'hex').toString('utf8'), hash }));
    const leaves = stored.map(({ leaf }) => leaf);
    const hashes = stored.map(({ hash }) => hash);
    assert.ok(stored.length > 10);
    assert.deepEqual(byProgram(leaves).lines, leaves);
    assert.deepEqual(byDatabase(leaves), leaves);
    assert.deepEqual(leaves.map((leaf) => byNode(JSON.parse(leaf))), leaves);
    assert.deepEqual(byProgram(leaves, '--hash').lines, hashes);
    assert.deepEqual(leaves.map((leaf) => leafHash(Buffer.from(leaf))), hashes);
});

// Every text of a value, names left out.
function texts(given) {
    return typeof given === 'string' ? [given]
        : given !== null && typeof given === 'object' ? Object.values(given).flatMap(texts) : [];
}

// A letter with its mark apart; the mark alone at the start, after an escape and after a sign it
// would change; three marks in another order; Hangul in parts; a sign that only looks like another.
const spellings = ['e\u0301', '\u0301', '\n\u0301', '=\u0338', '"\u0301\\\u0301',
    'a\u0302\u0323\u0301', '\u1112\u1161\u11ab', '\u212b', '\u0958', 'ﬁ', '😀\u0301'];

test('text comes in in any spelling and stands in normalisation form C', async () => {
    const said = spellings.map((text) => `x${text}`).join(' ');
    const draft = { narrative: said, in_kind: { kind: 'goods', description: said,
        valuation_method: 'estimate', valuation: 'None.' } };
    assert.notEqual(said, said.normalize('NFC'));
    const made = await make.drafted(draft);
    assert.equal(made.body.narrative, said.normalize('NFC'));
    assert.equal(made.body.in_kind.description, said.normalize('NFC'));
    const sent = await make.submitted(draft);
    const { body } = await api.donorApprover.post(`${sent.path}/register`, undefined,
        { ifMatch: sent.etag });
    const [{ leaf }] = rows(`SELECT convert_from(leaf, 'UTF8') AS leaf FROM ledger_entry
        WHERE entry = '${body.statement.entry}'`);
    assert.equal(JSON.parse(leaf).public.narrative, said.normalize('NFC'));
    for (const spelled_ of [said, said.normalize('NFC')]) {
        const { body: list } = await api.donor.get(
            `/v1/commitments?text=${encodeURIComponent(spelled_.slice(0, 6))}`);
        assert.equal(list.items.length, 2);
    }
    // The same request in the other spelling is the same request.
    const key = randomUUID();
    const [first, second] = [said, said.normalize('NFC')].map((narrative) =>
        api.donor.post('/v1/commitments', { title: 'Spelling', narrative }, { key }));
    assert.equal((await first).text, (await second).text);
});

test('the database brings text into form C as Node does, and leaves form C alone', () => {
    const values = [...spellings, spellings, { a: spellings, b: { c: spellings[0] }, d: 1, e: null },
        ...Array.from({ length: 3000 }, () => value(3)),
        ...Array.from({ length: 3000 }, () => Array.from({ length: 1 + below(6) },
            () => pick([...spellings, ...characters.map((one) => one())])).join(''))];
    const asNode = (given) => (typeof given === 'string' ? given.normalize('NFC')
        : Array.isArray(given) ? given.map(asNode)
            : given !== null && typeof given === 'object'
                ? Object.fromEntries(Object.entries(given).map(([k, v]) => [k, asNode(v)])) : given);
    const written = byDatabase(values.map((given) => JSON.stringify(given)), 'nfc(line::jsonb)');
    values.forEach((given, i) => {
        assert.equal(written[i], byNode(asNode(given)), `seed ${seed}: ${JSON.stringify(given)}`);
    });
});

test('whatever a suite has said, every text of every statement is in form C', () => {
    const stored = [...rows("SELECT convert_from(leaf, 'UTF8') AS value FROM ledger_entry"),
        ...rows('SELECT value FROM ledger_secret')];
    assert.ok(stored.length > 50);
    for (const { value: text } of stored) {
        assert.deepEqual(texts(JSON.parse(text)).filter((one) => one.normalize('NFC') !== one), []);
    }
});

test('surrogates that are alone and U+0000 are refused at the door, noncharacters are text', async () => {
    for (const escape of ['\\ud800', '\\udc00', '\\ude00\\ud83d', '\\u0000']) {
        const answer = await request('POST', '/v1/commitments',
            { token: api.donor.token, raw: `{"title":"x${escape}"}` });
        assert.ok([400, 422].includes(answer.status), `${escape}: ${answer.status}`);
    }
    const odd = 'x\ufdd0\uffff\u{1ffff}';
    const made = await make.drafted({ narrative: odd });
    assert.equal(made.body.narrative, odd);
});

test('every stored private value is its own canonical form', () => {
    const values = rows('SELECT value FROM ledger_secret ORDER BY entry, field').map((row) => row.value);
    assert.ok(values.length > 10);
    assert.deepEqual(byProgram(values).lines, values);
});
