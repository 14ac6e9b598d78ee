// The contract and the statements' headers say the same, both ways.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

import { contract, csvRows, faults, operations } from '../lib/contract.mjs';
import { readCsv } from '../reports/read.mjs';

function sqlFiles(folder, name) {
    return readdirSync(folder, { recursive: true })
        .filter((file) => file.endsWith(name))
        .map((file) => `${folder}/${file}`);
}

function nameOf(file) {
    const parts = file.split('/');
    const name = file.startsWith('reports/')
        ? `report_${parts[1]}`
        : parts.slice(2).join('_').replace(/\.sql$/, '');
    return name.replaceAll('-', '_');
}

function parseHeader(file) {
    const header = { name: nameOf(file), file, summary: [], parameters: [] };
    const lines = readFileSync(file, 'utf8').split('\n');
    [, header.method, header.path] = /^-- (\S+) (\S+)$/.exec(lines[0]);
    for (const line of lines.slice(1)) {
        const property = /^-- (kind|lane|role|etag|body|media|type|cache|render)\s+(.*)$/.exec(line);
        const parameter = /^-- \$\d+\s+(\S+)\s+(\S+)\s+(\S+)(\s+optional)?\s*$/.exec(line);
        if (!line.startsWith('--')) {
            break;
        } else if (property) {
            header[property[1]] = property[2].trim();
            if (property[1] === 'body') {
                [, header.csv, header.body] = /^(csv )?(\S+)$/.exec(header.body);
            }
        } else if (parameter) {
            header.parameters.push({
                name: parameter[1], in: parameter[2], type: parameter[3], optional: !!parameter[4],
            });
        } else {
            header.summary.push(line.slice(3));
        }
    }
    return header;
}

const headers = [...sqlFiles('service/sql', '.sql'), ...sqlFiles('reports', 'query.sql')]
    .map(parseHeader);
const natives = [...readFileSync('service/native/native.c', 'utf8')
    .matchAll(/^ {4}\{"(\/[^"]*)", "([a-z_]+)", \w+\}/gm)]
    .map(([, path, name]) => ({ path, name }));

// The media types of an answer; live.test.mjs knows those of a report.
function types(header) {
    return header.type?.split(/,\s*/) ?? ['application/json'];
}

// What values a parameter of this type may have, by example: good ones and bad ones.
const TYPES = {
    uuid: [['3f1f0d4e-98a5-4f8e-9f0a-2b7b0c1d2e3f'], ['x']],
    text: [['a', 'é'.repeat(200)], ['', 'a'.repeat(201)]],
    code: [['22040', 'pillar-c'], ['', 'a b', 'a'.repeat(41)]],
    country: [['MW'], ['mw', 'MWI']],
    currency: [['USD'], ['usd']],
    date: [['2026-02-28'], ['2026-13-01']],
    year: [[1900, 2100], [1899, 2101]],
    integer: [[0, 2147483647], [-1, 2147483648]],
    index: [[0, 9007199254740991], [-1, '2026-02-28T12:00:00Z']],
    position: [[0, 9007199254740991, '2026-02-28T12:00:00.5Z'], [-1, '2026-02-28', '2026-02-30T12:00:00Z']],
    limit: [[1, 200], [0, 201]],
    group: [['LDC', 'EIT'], ['ldc', 'DAC']],
    boolean: [[true, false], ['yes']],
    tile: [['000', '067.p/12', 'x001/x234/067', 'x001/067.p/255'], ['67', '067/', '067.p', 'x067', 'x1/067']],
    cursor: [['abc'], []],
};

for (const header of headers) {
    test(`${header.file} is as the contract says`, () => {
        const operation = operations[header.name];
        assert.ok(operation, `the contract has no operation ${header.name}`);
        assert.equal(operation.method, header.method);
        assert.equal(operation.path, header.path);
        assert.equal(operation.summary, header.summary.join(' '));
        const roles = header.role.split(',').map((role) => role.trim());
        assert.deepEqual(operation['x-roles'], roles);
        assert.deepEqual(operation.security,
            roles.includes('public') ? [{}, { apiKey: [] }] : [{ apiKey: [] }]);
        const own = header.kind === 'report' ? ['as_of', 'notes', 'bom', 'format']
            : types(header).length > 1 ? ['format'] : [];
        const said = operation.parameters.filter((p) => p.in !== 'header' && !own.includes(p.name));
        const asked = header.parameters.filter((p) => !['body', 'report'].includes(p.in));
        assert.deepEqual(said.map((p) => [p.name, p.in, p.required]),
            asked.map((p) => [p.name, p.in, !p.optional]));
        for (const [i, parameter] of asked.entries()) {
            const [good, bad] = TYPES[parameter.type];
            for (const value of good) {
                assert.deepEqual(faults(said[i].schema, value), [], `${parameter.name} ${value}`);
            }
            for (const value of bad) {
                assert.notDeepEqual(faults(said[i].schema, value), [], `${parameter.name} ${value}`);
            }
        }
    });

    test(`${header.file}: the answer`, () => {
        const operation = operations[header.name];
        const [, good] = Object.entries(operation.responses).find(([status]) => status < 300);
        if (header.kind === 'report' || header.media === 'own') {
            return;
        }
        assert.deepEqual(Object.keys(good.content).sort(), types(header).sort());
        assert.equal(Boolean(good.headers['Cache-Control']), Boolean(header.cache));
        assert.equal(operation.parameters.some((p) => p.name === 'format'), types(header).length > 1);
        const answer = good.content['application/json']?.schema;
        if (header.kind === 'write' && answer.properties?.statement) {
            assert.deepEqual(answer.properties.proof, { $ref: '#/components/schemas/Proof' },
                'an answer that Prefer: wait holds back may have the proof');
        }
    });

    test(`${header.file}: conditions and body`, () => {
        const operation = operations[header.name];
        const sent = operation.parameters.filter((p) => p.in === 'header');
        const key = sent.find((p) => p.name === 'Idempotency-Key');
        const match = sent.find((p) => p.name === 'If-Match');
        assert.equal(Boolean(key), header.method === 'POST');
        assert.equal(match && (match.required ? 'required' : 'optional'), header.etag);
        const schema = operation.requestBody?.content['application/json'].schema.$ref;
        assert.equal(schema, header.body && `#/components/schemas/${header.body}`);
        assert.equal(operation.requestBody?.content['text/csv']?.schema.$ref, header.csv && schema,
            'a body that may be CSV says so');
        assert.equal(Boolean(operation.responses[412]), Boolean(header.etag));
        assert.equal(Boolean(operation.responses[428]), header.etag === 'required');
        assert.equal(Boolean(operation.responses[403]), !header.role.includes('public'));
        assert.ok(operation.responses[429]);
        const writes = header.kind === 'write';
        assert.equal(sent.some((p) => p.name === 'Prefer'), writes);
        assert.equal(Boolean(operation.responses[204]), writes && Boolean(operation.responses[200]));
    });
}

test('every body gets its one spelling on its way in', () => {
    for (const header of headers.filter(({ parameters }) => parameters.some((p) => p.in === 'body'))) {
        assert.match(readFileSync(header.file, 'utf8'), /\bnfc\(\$\d::jsonb\)/, header.file);
    }
});

test('every operation is a statement, a report or native', () => {
    const known = [...headers.map((h) => h.name), ...natives.map((n) => n.name)];
    assert.deepEqual(Object.keys(operations).sort(), known.sort());
    for (const native of natives) {
        assert.equal(operations[native.name].path, native.path);
        assert.equal(operations[native.name].method, 'GET');
    }
});

test('every example fits its schema', () => {
    const found = [];
    let examples = 0;
    for (const operation of Object.values(operations)) {
        const contents = [operation.requestBody, ...Object.values(operation.responses)]
            .flatMap((part) => Object.entries(part?.content ?? {}));
        for (const [type, media] of contents) {
            for (const example of Object.values(media.examples ?? {})) {
                examples++;
                // What is no text is described, and where to get it.
                if (example.externalValue) {
                    assert.ok(example.summary);
                    assert.ok(example.externalValue.startsWith(`${operation.path}?format=`), example.externalValue);
                    continue;
                }
                // What a body says in CSV is held against its schema as rows.
                const value = type === 'text/csv' && operation.requestBody?.content[type] === media
                    ? csvRows(example.value) : example.value;
                found.push(...faults(media.schema, value)
                    .map((fault) => `${operation.operationId} ${type}: ${fault}`));
            }
        }
        if (operation.requestBody) {
            for (const [type, media] of Object.entries(operation.requestBody.content)) {
                assert.ok(media.examples, `${operation.operationId}: no example of ${type}`);
            }
        }
        const good = Object.entries(operation.responses).find(([status]) => status < 300)[1];
        for (const [type, media] of Object.entries(good.content)) {
            assert.ok(media.examples || !/[/+]json/.test(type) || operation.operationId === 'openapi',
                `${operation.operationId}: no example of the answer`);
        }
    }
    assert.deepEqual(found, []);
    assert.ok(examples > 60);
});

// The examples of one report are one report: the same cells in each form.
test('every report shows the same rows as JSON, NDJSON and CSV', () => {
    const reports = headers.filter(({ kind }) => kind === 'report');
    assert.ok(reports.length > 10);
    for (const { name } of reports) {
        const { content } = operations[name].responses[200];
        const [json, lines, csv] = ['application/json', 'application/x-ndjson', 'text/csv']
            .map((type) => content[type].examples.usual.value);
        const [facts, ...rows] = lines.trimEnd().split('\n').map((line) => JSON.parse(line));
        const { rows: own, ...rest } = json;
        assert.deepEqual(facts, { ...rest, row_count: own.length }, name);
        assert.deepEqual(rows, own, name);
        const names = Object.keys(own[0]);
        assert.deepEqual(readCsv(csv), [names, ...own.map((row) =>
            names.map((one) => String(row[one] ?? '')))], name);
        for (const type of ['text/html', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
            'application/pdf']) {
            assert.ok(content[type].examples.usual.externalValue, `${name} ${type}`);
        }
    }
});

test('every kind of problem has its page, and every page its kind', () => {
    const kinds = [...readFileSync('service/core/problem.def', 'utf8')
        .matchAll(/^PROBLEM\(\w+, "([a-z-]+)", (\d+), "([^"]+)"\)/gm)];
    const pages = readdirSync('api/problems').map((file) => file.replace(/\.md$/, ''));
    assert.deepEqual(kinds.map(([, slug]) => slug).sort(), pages.sort());
    for (const [, slug, status, title] of kinds) {
        const page = readFileSync(`api/problems/${slug}.md`, 'utf8');
        assert.ok(page.startsWith(`# ${title}\n\nStatus ${status}.\n`), slug);
        const example = JSON.parse(/```json\n([^]*?)```/.exec(page)[1]);
        assert.deepEqual(faults({ $ref: '#/components/schemas/Problem' }, example), []);
        assert.equal(example.type, `/problems/${slug}`);
        assert.equal(example.status, Number(status));
    }
});

test('contract, program and change log speak of one version', () => {
    const [, version] = /AIDLEDGER_VERSION "([^"]+)"/.exec(
        readFileSync('service/core/version.h', 'utf8'));
    assert.equal(contract.info.version, version);
});
