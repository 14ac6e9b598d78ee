// verify.test.mjs - whatever a suite has done, anybody can verify the log afterwards: from nothing,
// and from a checkpoint that was kept before the suite began.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { until } from '../lib/client.mjs';
import { rows } from '../lib/sql.mjs';

const url = process.env.AIDLEDGER_TEST_URL;

function verify(...options) {
    const told = spawnSync(process.env.AIDLEDGER_BINARY, ['verify', 'log', url, ...options],
        { encoding: 'utf8' });
    assert.equal(told.status, 0, told.stdout + told.stderr);
}

test('the log is verified, by somebody who knows nothing but its key', async () => {
    await until(() => rows(`SELECT NOT EXISTS (SELECT FROM ledger_queue)
        AND tree_size() = (SELECT size FROM ledger_sealed) AS done`)[0].done, 15_000);
    verify('--vkey', process.env.AIDLEDGER_TEST_VKEY);
});

test('it extends the checkpoint that was kept from before', () => {
    assert.match(readFileSync(process.env.AIDLEDGER_TEST_CHECKPOINT, 'utf8'), /^.+\n0\n/);
    verify('--vkey', process.env.AIDLEDGER_TEST_VKEY, '--old', process.env.AIDLEDGER_TEST_CHECKPOINT);
});
