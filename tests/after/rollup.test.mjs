// rollup.test.mjs - whatever a suite has done, reports say the same from the rollups and from the rows.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { until } from '../lib/client.mjs';
import { rollupFaults } from '../lib/rollup.mjs';
import { rows } from '../lib/sql.mjs';

test('the rollups are where the log is, and say what the rows say', async () => {
    await until(() => rows('SELECT count(*) AS n FROM ledger_queue')[0].n === 0, 15_000);
    const found = rollupFaults();
    assert.equal(found.length, 0, found.slice(0, 10).join('\n\n'));
});
