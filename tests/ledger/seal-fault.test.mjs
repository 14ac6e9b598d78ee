// seal-fault.test.mjs - every single system call by which the sealer keeps its word fails once, and
// kills it once: whatever happens, no size of the tree ever has two roots, and the next one goes on.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { makeLog, readNote, treeFaults } from '../lib/log.mjs';

let log;
const roots = new Map(); // of every size that was ever signed, or about to be

before(async () => {
    log = makeLog();
    assert.equal(log.command(['key', 'init']).status, 0);
    log.append(3);
    const sealer = log.seal();
    await log.untilSealed();
    await sealer.stop();
});

after(() => log.drop());

function remember() {
    const notes = log.checkpoints().map((one) => one.note);
    if (existsSync(log.stateFile())) {
        notes.push(`${readFileSync(log.stateFile(), 'utf8')}\n— a b\n`);
    }
    notes.map((note) => readNote(note)).forEach(({ size, root }) => {
        const known = roots.get(size);
        assert.ok(known === undefined || known.equals(root), `two roots for ${size} leaves`);
        roots.set(size, root);
    });
}

// The sealer under strace, until it has sealed what waits or has ended; whether the fault came.
async function sealUnder(words) {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'strace', '-f', '-q', '-o', `${log.folder}/trace`,
        ...words, process.env.AIDLEDGER_BINARY, 'seal'], {
        // What looks for leaks is a tracer too, and there can be only one.
        env: log.environment({ ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:detect_leaks=0` }),
        stdio: 'ignore',
    });
    let isOver = false;
    const ended = new Promise((resolve) => {
        child.once('exit', () => { isOver = true; resolve(); });
    });
    const deadline = Date.now() + 2500;
    const isSealed = () => log.rows(`SELECT NOT EXISTS (SELECT FROM ledger_queue)
        AND tree_size() = (SELECT size FROM ledger_sealed) AS done`)[0].done;
    while (!isOver && Date.now() < deadline && !isSealed()) {
        remember();
        await new Promise((resolve) => { setTimeout(resolve, 40); });
    }
    // The tracer keeps signals to itself: it ends with the one it traces.
    spawnSync('pkill', ['-TERM', '-P', String(child.pid)]);
    await ended;
    return readFileSync(`${log.folder}/trace`, 'utf8').includes('(INJECTED)')
        || readFileSync(`${log.folder}/trace`, 'utf8').includes('killed by SIGKILL');
}

async function suffer(words) {
    log.append(2);
    const came = await sealUnder(words);
    remember();
    const sealer = log.seal();
    await sealer.untilSaid(/job_works/);
    await log.untilSealed();
    assert.equal(await sealer.stop(), 0, sealer.said());
    remember();
    assert.deepEqual(treeFaults(log), [], words.join(' '));
    return came;
}

const ways = { 'fails with EIO': 'error=EIO', 'kills it': 'signal=KILL' };

// Of the signed state: its file beside, itself, its folder.
for (const call of ['openat', 'write', 'fsync', 'close', 'rename']) {
    for (const [how, what] of Object.entries(ways)) {
        test(`each ${call} of the signed state ${how}`, async () => {
            const paths = [`${log.stateFile()}.new`, log.stateFile(), log.folder]
                .flatMap((path) => ['-P', path]);
            let hits = 0;
            for (let when = 1; when <= 4; when += 1) {
                const came = await suffer([...paths, '-e', `trace=${call}`,
                    '-e', `inject=${call}:${what}:when=${when}`]);
                hits += came ? 1 : 0;
            }
            assert.ok(hits > 0, 'no call was hit: the test is blind');
        });
    }
}

// Of the conversation with the database, from the first word of the login to the publishing.
for (const [call, ...possible] of [['sendto', 'signal=KILL'],
    ['recvfrom', 'signal=KILL', 'error=ECONNRESET']]) {
    for (const what of possible) {
        test(`a ${call} on the way to the database: ${what}`, async () => {
            let hits = 0;
            for (let when = 2; when <= 22; when += 4) {
                const came = await suffer(['-e', `trace=${call}`,
                    '-e', `inject=${call}:${what}:when=${when}`]);
                hits += came ? 1 : 0;
            }
            assert.ok(hits > 2, 'hardly a call was hit: the test is blind');
        });
    }
}
