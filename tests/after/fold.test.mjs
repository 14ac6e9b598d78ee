// fold.test.mjs - whatever a suite has done, the log tells the same story as the state tables.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { until } from '../lib/client.mjs';
import { faults } from '../lib/fold.mjs';
import { rows } from '../lib/sql.mjs';

test('every statement has its place in the log soon after it was made', async () => {
    await until(() => rows('SELECT count(*) AS n FROM ledger_queue')[0].n === 0, 15_000);
});

test('the state tables hold what the log says, row by row', () => {
    const found = faults();
    assert.equal(found.length, 0, found.slice(0, 50).join('\n'));
});
