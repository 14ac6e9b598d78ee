// Every operation of the contract is called, and every answer held against it.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { before, test } from 'node:test';

import { bodyExample, fill, prepare } from '../lib/calls.mjs';
import { api, base, request } from '../lib/client.mjs';
import { answerFaults, bodySchema, contract, faults, operations } from '../lib/contract.mjs';
import * as make from '../lib/make.mjs';
import { organisation, somebody } from '../lib/principals.mjs';

const callers = {
    donor_editor: api.donor, donor_approver: api.donorApprover, recipient_officer: api.officer,
    recipient_signatory: api.signatory, auditor: api.auditor, steward: api.steward,
    public: api.anonymous,
};

before(async () => {
    callers.statistician = await make.statistician();
    callers.stakeholder = await somebody(await organisation('XI-TEST-DONOR'), 'stakeholder');
});

function caller(operation) {
    return callers[operation['x-roles'].at(-1)];
}

async function callWell(operation) {
    const { path, ...call } = await prepare(operation.operationId);
    return request(operation.method, path, { token: caller(operation).token, ...call });
}

for (const operation of Object.values(operations)) {
    test(`${operation.operationId} answers as the contract says`, async () => {
        const answer = await callWell(operation);
        assert.ok(answer.status < 300, `${answer.status}: ${answer.text}`);
        assert.deepEqual(answerFaults(operation, answer), []);
    });

    test(`${operation.operationId}: OPTIONS and HEAD`, async () => {
        const path = fill(operation.path, { id: randomUUID(), transaction: randomUUID(),
            link: randomUUID(), code: 'MW', group: 'LDC', list: 'Sector', framework: 'C11',
            version: 'V1.2', slug: 'ownership', measure: 'committed', action: 1, size: 1,
            level: '0', tile: 'x001/000.p/1', sha256: '0'.repeat(64) });
        const offered = await request('OPTIONS', path);
        assert.equal(offered.status, 204);
        const allowed = offered.headers.get('allow').split(', ');
        const said = Object.keys(contract.paths[operation.path]).map((m) => m.toUpperCase());
        assert.deepEqual(allowed.filter((m) => m !== 'HEAD' && m !== 'OPTIONS').sort(), said.sort());
        assert.equal(allowed.includes('HEAD'), said.includes('GET'));
        const refused = await request('DELETE', path);
        assert.equal(refused.status, 405);
        assert.equal(refused.headers.get('allow'), offered.headers.get('allow'));
    });
}

test('reports in every form that is offered, lists in JSON alone', async () => {
    for (const slug of readdirSync('reports')) {
        const operation = operations[`report_${slug.replaceAll('-', '_')}`];
        const { enum: forms } = operation.parameters.find(({ name }) => name === 'format').schema;
        const types = [];
        for (const form of forms) {
            const answer = await request('GET', `/v1/reports/${slug}?format=${form}`);
            assert.deepEqual(answerFaults(operation, answer), []);
            types.push(answer.headers.get('content-type').split(';')[0]);
            if (form !== 'json' && form !== 'html') {
                assert.match(answer.headers.get('content-disposition'),
                    new RegExp(`^attachment; filename="${slug}-\\d+\\.${form}"$`));
            }
        }
        assert.deepEqual(types, Object.keys(operation.responses[200].content));
    }
    const refused = await request('GET', '/v1/commitments', { headers: { accept: 'text/csv' } });
    assert.equal(refused.status, 406);
    assert.deepEqual(answerFaults(operations.commitment_list, refused), []);
});

// ---------------------------------------------------------------- refusals

test('refusals are problems of the contract', async () => {
    const none = randomUUID();
    const made = await make.effective();
    const refusals = [
        ['commitment_read', 404, await api.anonymous.get(`/v1/commitments/${none}`)],
        ['commitment_read', 422, await api.anonymous.get('/v1/commitments/x')],
        ['commitment_read', 401, await request('GET', made.path, { token: 'aidl_x' })],
        ['commitment_list', 422, await api.anonymous.get('/v1/commitments?limit=0&nothing=1')],
        ['commitment_create', 400, await api.donor.post('/v1/commitments', {}, { key: null })],
        ['commitment_create', 401, await api.anonymous.post('/v1/commitments', {})],
        ['commitment_create', 403, await api.auditor.post('/v1/commitments', {})],
        ['commitment_create', 415, await api.donor.post('/v1/commitments', undefined,
            { raw: 'a=1', headers: { 'content-type': 'text/plain' } })],
        ['commitment_create', 413, await api.donor.post('/v1/commitments', undefined,
            { raw: `{"title":"${'a'.repeat(1 << 20)}"}` })],
        ['commitment_amend', 428, await api.donor.post(`${made.path}/amend`,
            bodyExample(operations.commitment_amend))],
        ['commitment_amend', 412, await api.donor.post(`${made.path}/amend`,
            bodyExample(operations.commitment_amend), { ifMatch: '"1"' })],
        ['commitment_submit', 409, await api.donor.post(`${made.path}/submit`, undefined,
            { ifMatch: made.etag })],
        ['problem_page', 404, await api.anonymous.get('/problems/none-such')],
        ['report_definition', 404, await api.anonymous.get('/v1/reports/none-such/definition')],
        ['report_portfolio', 422, await api.anonymous.get('/v1/reports/portfolio?as_of=999999999')],
    ];
    for (const [name, status, answer] of refusals) {
        assert.equal(answer.status, status, `${name}: ${answer.text}`);
        assert.deepEqual(answerFaults(operations[name], answer), [], name);
        assert.equal(answer.body.status, status);
        assert.equal(answer.body.instance, `urn:uuid:${answer.headers.get('request-id')}`);
        const page = await fetch(base + answer.body.type);
        assert.equal(page.status, 200, answer.body.type);
    }
});

// ---------------------------------------------------------------- bodies

// Rules that only the service's own validator names, never a statement.
const STRUCTURAL = ['type', 'unknown', 'length', 'pattern', 'decimal', 'format', 'enum', 'items',
    'members', 'choice', 'range'];

function resolved(schema) {
    return schema.$ref
        ? contract.components.schemas[schema.$ref.split('/').at(-1)]
        : schema;
}

// The value with one thing wrong, or odd and yet right, at every place there is.
function* variants(schema, value) {
    const plain = resolved(schema);
    for (const other of [null, true, 7, -1, 1.5, '', ' ', 'x'.repeat(20_001), '1e3', '12.34567',
        '-5.00', '2026-02-30', [], {}, [[]], { nothing: 1 }]) {
        yield other;
    }
    if (Array.isArray(value)) {
        yield [...value, ...value];
        yield Array.from({ length: 401 }, () => value[0]);
        for (const [i, element] of value.entries()) {
            for (const variant of variants(plain.items, element)) {
                yield value.with ? value.with(i, variant)
                    : value.map((e, at) => (at === i ? variant : e));
            }
        }
    } else if (value !== null && typeof value === 'object') {
        yield { ...value, 'a/b~c': 1 };
        for (const [name, member] of Object.entries(value)) {
            const { [name]: removed, ...rest } = value;
            yield rest;
            for (const variant of variants(plain.properties?.[name] ?? {}, member)) {
                yield { ...value, [name]: variant };
            }
        }
    }
}

for (const operation of Object.values(operations).filter((o) => o.requestBody)) {
    test(`${operation.operationId}: the service and the schema agree on bodies`, async () => {
        const schema = bodySchema(operation);
        const path = fill(operation.path, { id: randomUUID(), link: randomUUID(), group: 'LDC',
            code: 'MW', framework: 'C11', version: 'V1.2', action: 1 });
        let bad = 0;
        for (const body of variants(schema, bodyExample(operation))) {
            const wrong = faults(schema, body);
            const answer = await request(operation.method, path, {
                token: caller(operation).token, body, ifMatch: '"1"',
            });
            const shown = JSON.stringify(body).slice(0, 300);
            // Below "parameters" the report itself names what it takes.
            const told = (answer.body.errors ?? []).filter((e) => STRUCTURAL.includes(e.rule)
                && !e.pointer.startsWith('/parameters/'));
            if (wrong.length > 0) {
                bad++;
                assert.equal(answer.status, 422, `${shown}: ${wrong}: ${answer.text}`);
                assert.ok(answer.body.errors.every((e) => e.pointer !== undefined), answer.text);
            } else {
                assert.ok(answer.status < 500, `${shown}: ${answer.text}`);
                assert.deepEqual(told, [], shown);
            }
        }
        assert.ok(bad > 5);
    });
}
