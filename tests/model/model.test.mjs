// Random sequences of what the parties may and may not do: the service answers and ends up as a model of
// the rules says, and after every hundred of them the log tells the same story as the state tables.
// SPDX-License-Identifier: Apache-2.0
//
//   SUITE_SECONDS=7200 MODEL_SEQUENCES=10000 nice make test T=tests/model    ten thousand; fewer by default
//   MODEL_SEED=7        the same sequences as another run
//   MODEL_ONLY=1234     one of them alone: its number is in its report
//
// Where the model and the service differ, the sequence is made as short as it can be and printed whole.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import { until } from '../lib/client.mjs';
import { moveClock, passTime } from '../lib/clock.mjs';
import { faults } from '../lib/fold.mjs';
import { hold, rows } from '../lib/sql.mjs';
import { Chance, plan } from './draw.mjs';
import { World } from './rules.mjs';
import { introduce, Told } from './service.mjs';

const SEQUENCES = Number(process.env.MODEL_SEQUENCES ?? 1500);
const SEED = Number(process.env.MODEL_SEED ?? randomInt(1_000_000));
const ONLY = process.env.MODEL_ONLY === undefined ? null : Number(process.env.MODEL_ONLY);
const AT_ONCE = 8;
const WAVE = 100;

const realToday = () => Math.floor(Date.now() / 86_400_000);

// A hundred sequences share a clock: today, and two later days.
function daysOf(wave) {
    const chance = new Chance(SEED, -1, wave);
    const first = chance.integer(20, 70);
    return [0, first, first + chance.integer(20, 120)];
}

// ---------------------------------------------------------------- one sequence

// One commitment, its steps, and the first thing in which the service is not as the rules say.
class Sequence {
    constructor(number, parts, today) {
        this.number = number;
        this.parts = parts;
        this.world = new World(today);
        this.told = new Told();
        this.difference = null;
        this.taken = 0;
    }

    async takePart(at) {
        for (const step of this.parts[at]) {
            await this.take(step);
            if (this.difference) {
                return;
            }
        }
        if (this.parts[at].length > 0 || at === this.parts.length - 1) {
            await this.compare();
        }
    }

    async take(step) {
        // In a shortened sequence something may be missing.
        if (!isPossible(this.world, step)) {
            return;
        }
        this.taken += 1;
        const answer = await this.told.perform(step, unturned(this.world));
        const expected = this.world.act(step);
        if (answer.status !== expected) {
            this.difference = { step, expected, found: answer.status, said: answer.text };
            return;
        }
        await this.told.number(this.world);
    }

    // Every word of the picture, and nothing else.
    async compare() {
        if (this.world.status === null) {
            return;
        }
        const expected = { ...this.world.picture(), unknown: [] };
        const found = await this.told.picture();
        for (const name of Object.keys(expected)) {
            if (!isDeepStrictEqual(found[name], expected[name])) {
                this.difference = { in: name, expected: expected[name], found: found[name] };
                return;
            }
        }
    }
}

// The tag of a step is of the version before it.
function unturned(world) {
    return { version: world.version, inputs: new Map([...world.inputs]
        .map(([country, { version }]) => [country, { version }])) };
}

function isPossible(world, step) {
    return (step.verb === 'create') === (world.status === null)
        && (step.input === undefined || world.inputs.has(step.input))
        && (step.receipt === undefined || step.receipt < world.receipts.length)
        && (step.record === undefined || step.record < world.records.length)
        && (step.body?.adjusts === undefined || step.body.adjusts < world.records.length);
}

// ---------------------------------------------------------------- many at once

async function atOnce(count, things, act) {
    const waiting = [...things];
    await Promise.all(Array.from({ length: count }, async () => {
        while (waiting.length > 0) {
            await act(waiting.shift());
        }
    }));
}

const spent = { steps: 0, clock: 0, fold: 0 };

async function timed(what, act) {
    const began = Date.now();
    try {
        return await act();
    } finally {
        spent[what] += (Date.now() - began) / 1000;
    }
}

// The service's own clock stands still meanwhile: what a step makes pass is stated with the next day,
// in the service and in the model.
async function withoutClock(act) {
    const letGo = await hold(
        "SELECT pg_advisory_xact_lock(hashtextextended('aidledger clock', 0));");
    try {
        await act();
    } finally {
        await letGo();
    }
}

// All of them up to each day of the clock; then it is today again.
async function run(sequences, days) {
    try {
        for (const [at, day] of days.entries()) {
            if (at > 0) {
                await timed('clock', () => passTime(day, { stay: true }));
                sequences.forEach((one) => one.world.passTime(day));
            }
            await timed('steps', () => withoutClock(() => atOnce(AT_ONCE,
                sequences.filter((one) => !one.difference), (one) => one.takePart(at))));
        }
    } finally {
        moveClock(0);
    }
}

// The same without each step that is not needed for it to differ, the last ones first.
async function shortened(sequence, days) {
    let shortest = sequence;
    let tries = 40;
    for (let at = days.length - 1; at >= 0; at--) {
        for (let step = shortest.parts[at].length - 1; step >= 0 && tries > 0; step--, tries--) {
            const parts = shortest.parts.map((part, nth) =>
                (nth === at ? part.filter((_, place) => place !== step) : part));
            const last = 1 + parts.findLastIndex((part) => part.length > 0);
            // The last days were needed where the difference is what the clock has done by then.
            for (const until of new Set([last, days.length])) {
                const shorter = new Sequence(sequence.number, parts.slice(0, until), realToday());
                await run([shorter], days.slice(0, until));
                if (shorter.difference) {
                    shortest = shorter;
                    shortest.parts = [...shorter.parts, ...days.slice(until).map(() => [])];
                    break;
                }
            }
        }
    }
    return shortest;
}

function report(sequence, days) {
    const steps = sequence.parts.flatMap((part, at) => [
        ...(at > 0 && sequence.parts.slice(at).some((later) => later.length > 0)
            ? [`  ${days[at]} days later`] : []),
        ...part.map((step) => `  ${JSON.stringify(step)}`)]);
    return [`sequence ${sequence.number} (MODEL_SEED=${SEED} MODEL_ONLY=${sequence.number}):`,
        ...steps, JSON.stringify(sequence.difference, null, 1)].join('\n');
}

// ---------------------------------------------------------------- all of them

async function wave(number, numbers) {
    const days = daysOf(number);
    const today = realToday();
    const sequences = numbers.map((one) => new Sequence(one, plan(SEED, one, today, days), today));
    await run(sequences, days);
    // What began before midnight goes by another day than what came after it.
    return realToday() === today ? { sequences, days } : wave(number, numbers);
}

async function folded(sequences) {
    await until(() => rows('SELECT count(*) AS n FROM ledger_queue')[0].n === 0, 60_000);
    const commitments = sequences.map((one) => one.told.id).filter(Boolean);
    const found = faults({ commitments });
    assert.equal(found.length, 0, found.slice(0, 20).join('\n'));
}

test(`${ONLY === null ? SEQUENCES : 1} sequences, MODEL_SEED=${SEED}: no difference`, async (t) => {
    await introduce();
    const differing = [];
    let steps = 0;
    let sequences = 0;
    for (let first = 0; first < SEQUENCES && differing.length === 0; first += WAVE) {
        const all = Array.from({ length: Math.min(WAVE, SEQUENCES - first) }, (_, at) => first + at);
        const numbers = all.filter((one) => ONLY === null || one === ONLY);
        if (numbers.length === 0) {
            continue;
        }
        const done = await wave(first / WAVE, numbers);
        steps += done.sequences.reduce((sum, one) => sum + one.taken, 0);
        sequences += numbers.length;
        for (const one of done.sequences.filter(({ difference }) => difference)) {
            const shorter = differing.length === 0 ? await shortened(one, done.days) : one;
            differing.push(report(shorter, done.days));
        }
        // A difference says more than what the log makes of it.
        if (differing.length === 0) {
            await timed('fold', () => folded(done.sequences));
        }
    }
    t.diagnostic(`${sequences} sequences, ${steps} steps, ${Math.round(steps / spent.steps)} a `
        + `second; seconds: ${JSON.stringify(spent)}`);
    assert.equal(differing.length, 0, differing.slice(0, 5).join('\n\n'));
});
