// clock.mjs - time in the database under test: another day, and what passes until then.
// SPDX-License-Identifier: Apache-2.0
import { until } from './client.mjs';
import { rows, run } from './sql.mjs';

// The day so many days from today, in UTC.
export function inDays(days) {
    return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

// From now on it is so many days later than it is. Only the migrating user can do that.
export function moveClock(days) {
    run(`SET ROLE aidledger_owner;
         CREATE OR REPLACE FUNCTION today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
             AS $$ SELECT (now() AT TIME ZONE 'UTC')::date + ${Number(days)} $$`);
}

function isBehind() {
    return rows('SELECT FROM deadline WHERE NOT passed AND due_on < today() LIMIT 1').length > 0;
}

// Every deadline up to that day passes, stated by what states them in the service; then it is today
// again, unless it is to stay that day.
export async function passTime(days, { stay = false } = {}) {
    moveClock(days);
    try {
        await until(() => {
            run(`SET ROLE aidledger_writer; ${'SELECT clock_turn();'.repeat(stay ? 100 : 3)}`);
            return !isBehind();
        }, 60_000);
    } finally {
        if (!stay) {
            moveClock(0);
        }
    }
}
