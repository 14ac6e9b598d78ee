// seal.test.mjs - the sealer signs what extends what it has signed, and nothing else.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { until } from '../lib/client.mjs';
import { isSignatureLine, makeLog, readNote, treeFaults } from '../lib/log.mjs';
import { startService } from '../lib/service.mjs';
import { runBeside } from '../lib/sql.mjs';

const logs = [];
const fresh = (options) => {
    const log = makeLog(options);
    logs.push(log);
    if (!existsSync(log.key)) {
        const init = log.command(['key', 'init']);
        assert.equal(init.status, 0, init.stderr);
    }
    return log;
};

// The sealer works until everything is sealed, and is stopped.
async function sealOnce(log, words = []) {
    const sealer = log.seal(words);
    await sealer.untilSaid(/job_works/);
    await log.untilSealed();
    assert.equal(await sealer.stop(), 0, sealer.said());
    return sealer.said();
}

async function refused(log, pattern, words = []) {
    const before = log.checkpoints();
    const sealer = log.seal(words);
    await sealer.untilSaid(/msg=seal_refused/);
    assert.match(sealer.said(), pattern);
    assert.equal(await sealer.stop(), 0, sealer.said());
    assert.deepEqual(log.checkpoints(), before, 'something was signed all the same');
}

after(() => logs.forEach((log) => log.drop()));

let log;

before(() => { log = fresh(); });

test('an empty log is signed too', async () => {
    const sealer = log.seal();
    await until(() => log.checkpoints().length > 0);
    await sealer.stop();
    const [{ tree_size: size, note }] = log.checkpoints();
    assert.equal(size, 0);
    assert.equal(readNote(note).root.toString('hex'),
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('what is appended is in the tree, and the tree is signed', async () => {
    const sealer = log.seal();
    for (const count of [1, 254, 1, 1, 700, 1]) {
        log.append(count);
        await log.untilSealed();
    }
    assert.equal(await sealer.stop(), 0);
    assert.equal(log.size(), 958);
    assert.deepEqual(treeFaults(log), []);
    assert.ok(log.checkpoints().length >= 6);
});

test('the signed state outside the database says what was signed last', () => {
    const state = readFileSync(log.stateFile(), 'utf8');
    assert.equal(state, log.checkpoints().at(-1).note.split(/(?<=\n)\n/)[0]);
});

test('writers side by side: every entry has one index, without gaps', async () => {
    const sealer = log.seal();
    const one = `BEGIN; CALL clock_speak(); SELECT (ledger_append('log_key.rotated', p.organisation_id,
        gen_random_uuid(), 1, NULL, '{"vkey":"y"}')).entry FROM principal AS p
        WHERE p.roles = ARRAY['clock']; COMMIT;\n`;
    await Promise.all(Array.from({ length: 8 }, () => runBeside(one.repeat(60), log.url)));
    await log.untilSealed();
    await sealer.stop();
    assert.equal(log.size(), 958 + 480);
    assert.equal(log.rows('SELECT count(*) AS n FROM ledger_entry')[0].n, 958 + 480);
    assert.deepEqual(treeFaults(log), []);
});

test('a lost connection only delays', async () => {
    const sealer = log.seal();
    for (let i = 0; i < 5; i += 1) {
        log.append(40);
        log.run(`SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity AS a
                  WHERE a.usename = 'aidledger_sealer' AND a.datname = current_database();`);
    }
    await log.untilSealed();
    assert.equal(await sealer.stop(), 0);
    assert.deepEqual(treeFaults(log), []);
});

test('a killed sealer is followed by one that goes on where it was', async () => {
    for (let i = 0; i < 5; i += 1) {
        log.append(300);
        const sealer = log.seal();
        await new Promise((resolve) => { setTimeout(resolve, 30 + 40 * i); });
        assert.equal(await sealer.stop('SIGKILL'), 'SIGKILL');
    }
    await sealOnce(log);
    assert.deepEqual(treeFaults(log), []);
});

test('two sealers do not work beside each other', async () => {
    const first = log.seal();
    await first.untilSaid(/job_works/);
    const second = log.seal();
    await second.untilSaid(/another sealer is at work/);
    assert.doesNotMatch(second.said(), /job_works/);
    await first.stop();
    await second.untilSaid(/job_works/);
    await second.stop();
});

test('a log that was ordered before there were tiles gets them', async () => {
    const older = fresh();
    older.append(600);
    await sealOnce(older);
    const [{ note }] = older.checkpoints().slice(-1);
    older.run(`SET session_replication_role = replica; DELETE FROM ledger_tile;
        DELETE FROM ledger_checkpoint;`);
    await sealOnce(older, ['--adopt']);
    assert.deepEqual(treeFaults(older), []);
    assert.equal(older.checkpoints().at(-1).note, note);
});

test('a database that was restored is not signed, nor when it has grown again', async () => {
    const live = fresh();
    live.append(10);
    await sealOnce(live);
    const restored = fresh({ copyOf: live.database, folder: live.folder });
    live.append(5);
    await sealOnce(live);
    await refused(restored, /ROLLBACK: the database has 10 leaves, fewer than the 15/);
    restored.append(1, 'other');
    await refused(restored, /ROLLBACK/);
    // The queue is not worked on either: what was written meanwhile waits for a person.
    assert.equal(restored.size(), 10);
    restored.run(`INSERT INTO ledger_leaf (leaf_index, entry, leaf_hash, latest_at)
        SELECT tree_size(), e.entry, e.leaf_hash, e.at FROM ledger_queue AS q
          JOIN ledger_entry AS e ON e.entry = q.entry;
        DELETE FROM ledger_queue;`);
    for (let i = 0; i < 5; i += 1) {
        restored.run(`BEGIN; CALL clock_speak();
            INSERT INTO ledger_leaf (leaf_index, entry, leaf_hash, latest_at)
            SELECT tree_size(), r.entry, r.leaf_hash, r.at FROM principal AS p,
                   ledger_append('log_key.rotated', p.organisation_id, gen_random_uuid(), 1, NULL, '{}') AS r
             WHERE p.roles = ARRAY['clock'];
            DELETE FROM ledger_queue; COMMIT;`);
    }
    await refused(restored, /FORK: the first 15 leaves in the database are not those that were signed/);
});

test('an entry that was altered between commit and seal is named, and not sealed', async () => {
    const altered = fresh();
    altered.append(3);
    const [{ entry }] = altered.rows(`SELECT q.entry FROM ledger_queue AS q ORDER BY q.id LIMIT 1`);
    altered.run(`SET session_replication_role = replica;
        UPDATE ledger_entry SET leaf = leaf || 'x' WHERE entry = '${entry}';`);
    await refused(altered, new RegExp(`entry ${entry} was altered after it was committed`));
});

test('a leaf that was altered after the seal is noticed at the next start', async () => {
    const altered = fresh();
    altered.append(30);
    await sealOnce(altered);
    altered.run(`SET session_replication_role = replica;
        UPDATE ledger_entry AS e SET leaf = leaf || 'x' FROM ledger_leaf AS l
         WHERE l.entry = e.entry AND l.leaf_index = 7;`);
    await refused(altered, /was altered after it was committed/);
    altered.run(`SET session_replication_role = replica;
        UPDATE ledger_leaf AS l SET leaf_hash = ledger_leaf_hash(e.leaf) FROM ledger_entry AS e
         WHERE l.entry = e.entry AND l.leaf_index = 7;`);
    await refused(altered, /FORK: the first 30 leaves/);
});

test('without the signed state nothing is signed until the operator has said so', async () => {
    const moved = fresh();
    moved.append(20);
    await sealOnce(moved);
    renameSync(moved.stateFile(), `${moved.folder}/elsewhere`);
    await refused(moved, /the file of its signed state is not here/);
    moved.append(1);
    await sealOnce(moved, ['--adopt']);
    assert.deepEqual(treeFaults(moved), []);
});

test('a checkpoint that another key has signed is not taken for the signed state', async () => {
    const moved = fresh();
    moved.append(20);
    await sealOnce(moved);
    renameSync(moved.stateFile(), `${moved.folder}/elsewhere`);
    renameSync(moved.key, `${moved.folder}/other.key`);
    assert.equal(moved.command(['key', 'init']).status, 0);
    await refused(moved, /is not signed by this key/, ['--adopt']);
});

test('the key is for the sealer alone', async () => {
    const kept = fresh();
    assert.equal(statSync(kept.key).mode & 0o777, 0o400);
    const again = kept.command(['key', 'init']);
    assert.equal(again.status, 1);
    assert.match(again.stderr, /is there already/);
    const sealer = kept.seal();
    await sealer.untilSaid(/job_works/);
    assert.match(readFileSync(`/proc/${sealer.pid}/limits`, 'utf8'), /Max core file size +0 +0 /);
    // What may not be dumped may not be looked into by others of its user: its files are root's.
    if (process.getuid() !== 0) {
        assert.equal(statSync(`/proc/${sealer.pid}/mem`).uid, 0);
    }
    await sealer.stop();
    chmodSync(kept.key, 0o440);
    await refused(kept, /may be read by others; give it mode 0400/);
});

test('a key of another log does not sign this one', async () => {
    const one = fresh();
    const other = makeLog();
    logs.push(other);
    assert.equal(other.command(['key', 'init', '--origin', 'ledger.example/other']).status, 0);
    chmodSync(one.key, 0o600);
    writeFileSync(one.key, readFileSync(other.key));
    chmodSync(one.key, 0o400);
    await refused(one, /the log key has the name of another log/);
});

test('a log gets its name with its first key, for good', async () => {
    const unnamed = makeLog();
    logs.push(unnamed);
    const init = unnamed.command(['key', 'init', '--origin', 'ledger.example/main']);
    assert.equal(init.status, 0, init.stderr);
    assert.match(init.stdout, /^vkey=ledger\.example\/main\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*\n$/);
    unnamed.append(1);
    await sealOnce(unnamed);
    assert.equal(readNote(unnamed.checkpoints().at(-1).note).origin, 'ledger.example/main');
    renameSync(unnamed.key, `${unnamed.folder}/old`);
    const renamed = unnamed.command(['key', 'init', '--origin', 'ledger.example/other']);
    assert.equal(renamed.status, 1);
    assert.match(renamed.stderr, /has its name for good/);
});

test('after a rotation both keys sign, then the new one alone', async () => {
    const rotated = fresh();
    rotated.append(1);
    const sealer = rotated.seal();
    await rotated.untilSealed();
    const [old] = rotated.vkeys();
    const rotation = rotated.command(['key', 'rotate', '--days', '30']);
    assert.equal(rotation.status, 0, rotation.stderr);
    const fresher = rotation.stdout.match(/^vkey=(.+)$/m)[1];
    assert.equal(statSync(rotated.key).mode & 0o777, 0o400);
    await rotated.untilSealed();
    rotated.append(1);
    await rotated.untilSealed();
    assert.deepEqual(readNote(rotated.checkpoints().at(-1).note).signers([old, fresher]), [old, fresher]);
    assert.deepEqual(rotated.vkeys(), [old, fresher]);
    // The log itself says so, in the name of the key before.
    const said = rotated.leaves().map((leaf) => JSON.parse(leaf).public)
        .find((one) => one.vkey === fresher);
    assert.equal(said.rotated_by, old);
    assert.ok(isSignatureLine(`${fresher}\n`, said.signature, old));
    // Its last day is over.
    chmodSync(rotated.key, 0o600);
    writeFileSync(rotated.key, readFileSync(rotated.key, 'utf8').replace(/until \S+/, 'until 2020-01-01'));
    rotated.append(1);
    await rotated.untilSealed();
    assert.deepEqual(readNote(rotated.checkpoints().at(-1).note).signers([old, fresher]), [fresher]);
    assert.equal(await sealer.stop(), 0);
    assert.deepEqual(treeFaults(rotated), []);
});

test('a folder that cannot be written to holds up the seal, and nothing is signed', async () => {
    const full = fresh();
    full.append(5);
    const sealer = full.seal([], { AIDLEDGER_SEALER_STATE: `${full.folder}/gone` });
    await sealer.untilSaid(/seal_refused/);
    assert.match(sealer.said(), /gone.*\.signed cannot be written: No such file or directory/);
    assert.equal(full.sealed(), 0);
    await sealer.stop();
});

test('readiness and metrics tell of a seal that does not come', async () => {
    const silent = fresh();
    const service = await startService({ AIDLEDGER_DATABASE_URL: silent.url });
    silent.run(`BEGIN; CALL clock_speak();
        SELECT ledger_append('log_key.rotated', p.organisation_id, gen_random_uuid(), 1, NULL, '{}')
          FROM principal AS p WHERE p.roles = ARRAY['clock'];
        SET LOCAL session_replication_role = replica;
        UPDATE ledger_entry SET at = at - interval '61 seconds'; COMMIT;`);
    let answer;
    for (let i = 0; i < 100 && answer?.status !== 503; i += 1) {
        await new Promise((resolve) => { setTimeout(resolve, 50); });
        answer = await fetch(`${service.url}/readyz`);
    }
    assert.equal(answer.status, 503);
    assert.match((await answer.json()).detail, /sealer does not keep up/);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    assert.match(metrics, /^aidledger_ledger_queue 1$/m);
    assert.match(metrics, /^aidledger_ledger_sealed 0$/m);
    assert.ok(Number(metrics.match(/^aidledger_ledger_lag_milliseconds (\d+)$/m)[1]) > 60_000);
    await service.stop();
});
