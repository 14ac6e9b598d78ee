// client.mjs - the service under test, seen by each of its users.
// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

export const base = process.env.AIDLEDGER_TEST_URL;

const keys = Object.fromEntries(
    (process.env.AIDLEDGER_TEST_KEYS ? readFileSync(process.env.AIDLEDGER_TEST_KEYS, 'utf8') : '')
        .split('\n').filter(Boolean).map((line) => line.split(/=(.*)/s).slice(0, 2)));

// One request. `body` is sent as JSON, `raw` as it is; the answer's JSON is parsed.
export async function request(method, path, { token, body, raw, key, ifMatch, headers = {} } = {}) {
    const sent = { ...headers };
    if (token) {
        sent.authorization = `Bearer ${token}`;
    }
    if (body !== undefined || raw !== undefined) {
        sent['content-type'] ??= 'application/json';
    }
    // null: leave it out on purpose.
    if (method === 'POST' && key !== null) {
        sent['idempotency-key'] = key ?? randomUUID();
    }
    if (ifMatch) {
        sent['if-match'] = ifMatch;
    }
    // Whoever has waited for a child in the meantime hears only now which idle connections the
    // service has closed: sockets are looked at between two turns.
    for (let turn = 0; turn < 2; turn++) {
        await new Promise((resolve) => { setImmediate(resolve); });
    }
    const response = await fetch(base + path, {
        method,
        headers: sent,
        body: body !== undefined ? JSON.stringify(body) : raw,
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = new TextDecoder().decode(bytes);
    const json = /[/+]json/.test(response.headers.get('content-type') ?? '');
    return {
        status: response.status,
        headers: response.headers,
        etag: response.headers.get('etag'),
        location: response.headers.get('location'),
        bytes,
        text,
        body: json && text !== '' ? JSON.parse(text) : text,
    };
}

// A user with this key.
export function caller(token) {
    return {
        token,
        get: (path, options) => request('GET', path, { token, ...options }),
        post: (path, body, options) => request('POST', path, { token, body, ...options }),
        patch: (path, body, options) => request('PATCH', path, { token, body, ...options }),
    };
}

export const api = {
    anonymous: caller(),
    donor: caller(keys.DONOR_EDITOR),
    donorApprover: caller(keys.DONOR_APPROVER),
    officer: caller(keys.RECIPIENT_OFFICER),
    signatory: caller(keys.RECIPIENT_SIGNATORY),
    auditor: caller(keys.AUDITOR),
    steward: caller(keys.STEWARD),
};

// Waits for a condition: its first true value, or an error after so many milliseconds.
export async function until(condition, ms = 10_000) {
    const deadline = Date.now() + ms;
    for (;;) {
        const value = await condition();
        if (value) {
            return value;
        }
        if (Date.now() > deadline) {
            throw new Error(`not within ${ms} ms: ${condition}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 25));
    }
}

// The proof once a published checkpoint covers this entry.
export async function sealed(entry) {
    return until(async () => {
        const { status, text } = await api.anonymous.get(`/v1/ledger/entries/${entry}/proof`);
        return status === 200 && text;
    });
}

// The tree size once the log holds this entry.
export async function sequenced(entry) {
    return until(async () => {
        const { body } = await api.anonymous.get(`/v1/ledger/entries/${entry}`);
        return body.leaf_index === null ? false : body.leaf_index + 1;
    });
}
