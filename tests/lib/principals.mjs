// principals.mjs - users beside the ready-made ones, each with a key of its own.
// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';

import { api, caller } from './client.mjs';

// Runs `aidledger key ...` on the database under test: { status, out, err }.
export function keyCommand(...words) {
    try {
        const out = execFileSync(process.env.AIDLEDGER_BINARY, ['key', ...words], {
            env: { ...process.env, AIDLEDGER_DATABASE_URL: process.env.AIDLEDGER_TEST_DATABASE },
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'pipe'],
        });
        return { status: 0, out, err: '' };
    } catch (error) {
        return { status: error.status, out: error.stdout, err: error.stderr };
    }
}

// The principal, keyid and token of a new key.
export function newKey(...words) {
    const { status, out, err } = keyCommand('create', ...words);
    if (status !== 0) {
        throw new Error(`key create ${words.join(' ')}: ${err}`);
    }
    return Object.fromEntries(out.trim().split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

// So many connections at once reach every loop of the service.
async function isKnownEverywhere(made) {
    const answers = await Promise.all(Array.from({ length: 16 }, () => made.get('/v1/ledger')));
    return answers.every(({ status }) => status === 200);
}

// Somebody of this organisation with these roles. The service knows a new key within a second.
export async function somebody(organisation, roles, country) {
    const { token } = newKey('--organisation', organisation, '--roles', roles,
        ...(country ? ['--country', country] : []));
    const made = caller(token);
    const deadline = Date.now() + 5000;
    while (!await isKnownEverywhere(made)) {
        if (Date.now() > deadline) {
            throw new Error('a new key is not known after 5 s');
        }
    }
    return made;
}

// Registers an organisation, unless it is there.
export async function organisation(identifier, country) {
    await api.steward.post('/v1/organisations', {
        identifier, name: `Test organisation ${identifier}`, type_code: '10',
        ...(country ? { country } : {}),
    }, { key: `organisation-${identifier}` });
    return identifier;
}
