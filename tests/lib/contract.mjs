// contract.mjs - api/openapi.json as tests look at it.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire('/usr/share/nodejs/');
const Ajv = require('ajv');

export const contract = JSON.parse(readFileSync('api/openapi.json', 'utf8'));

function resolve(node) {
    if (!node?.$ref) {
        return node;
    }
    return node.$ref.split('/').slice(1).reduce((at, name) => at[name], contract);
}

// Every operation with its references resolved, by operationId.
export const operations = Object.fromEntries(Object.entries(contract.paths).flatMap(
    ([path, methods]) => Object.entries(methods).map(([method, operation]) => [
        operation.operationId,
        {
            ...operation,
            path,
            method: method.toUpperCase(),
            parameters: (operation.parameters ?? []).map(resolve),
            responses: Object.fromEntries(Object.entries(operation.responses)
                .map(([status, response]) => [status, resolve(response)])),
        },
    ])));

// The contract keeps to keywords that draft 7 has too; a schema refers to others of the document.
const ajv = new Ajv({ allErrors: true, unknownFormats: 'ignore', format: 'full' });
ajv.addSchema({ $id: 'contract', components: contract.components });

function absolute(schema) {
    return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"contract#/components/'));
}

const compiled = new Map();

// What is wrong with the value; empty when it fits.
export function faults(schema, value) {
    const key = JSON.stringify(schema);
    if (!compiled.has(key)) {
        compiled.set(key, ajv.compile(absolute(schema)));
    }
    const validate = compiled.get(key);
    return validate(value) ? [] : validate.errors.map((e) => `${e.dataPath} ${e.message} ` +
                                                              JSON.stringify(e.params));
}

// The rows of a CSV as the service hands them on: an empty cell has no member.
export function csvRows(text) {
    const lines = text.trim().split('\r\n').map((line) =>
        [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)]
            .map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain));
    const [names, ...rows] = lines;
    return rows.map((cells) => Object.fromEntries(
        names.map((name, at) => [name, cells[at]]).filter(([, value]) => value !== '')));
}

export function bodySchema(operation) {
    return operation.requestBody?.content['application/json'].schema;
}

// What is wrong with an answer: its status, its media type, its body, its headers.
export function answerFaults(operation, answer) {
    const response = operation.responses[answer.status];
    if (!response) {
        return [`the contract has no answer ${answer.status}: ${answer.text.slice(0, 300)}`];
    }
    const found = [];
    for (const name of Object.keys(response.headers ?? {})) {
        if (['Age', 'Content-Disposition', 'Retry-After', 'WWW-Authenticate'].includes(name)) {
            continue;
        }
        if (!answer.headers.get(name)) {
            found.push(`the header ${name} is missing`);
        }
    }
    for (const [name, written] of [['etag', 'ETag'], ['location', 'Location'],
        ['aidledger-tree-size', 'Aidledger-Tree-Size'], ['link', 'Link'], ['age', 'Age']]) {
        if (answer.headers.get(name) && !response.headers?.[written]) {
            found.push(`the header ${written} is not in the contract`);
        }
    }
    const type = (answer.headers.get('content-type') ?? '').split(';')[0];
    const media = response.content?.[type];
    if (response.content && !media) {
        found.push(`the contract has no media type "${type}" for ${answer.status}`);
    }
    if (media && /[/+]json/.test(type)) {
        found.push(...faults(media.schema, answer.body));
    } else if (media && (type === 'text/plain' || type === 'application/octet-stream')) {
        found.push(...faults(media.schema, answer.text));
    }
    return found;
}
