// service.mjs - another service on the suite's database, with settings of its own.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { until } from './client.mjs';

// Resolves to { url, pid, log(), stop() } once it is ready. Its worker stays off: the suite's
// service has one.
export async function startService(settings = {}, binary = process.env.AIDLEDGER_BINARY) {
    const folder = mkdtempSync(join(tmpdir(), 'aidledger-'));
    const portFile = join(folder, 'port');
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', binary, 'serve'], {
        env: {
            ...process.env, AIDLEDGER_DATABASE_URL: process.env.AIDLEDGER_TEST_DATABASE,
            AIDLEDGER_PORT: '0', AIDLEDGER_PORT_FILE: portFile, AIDLEDGER_WORKER: '0',
            AIDLEDGER_ALLOW_UNSAFE: '1', AIDLEDGER_WRITERS: '2', AIDLEDGER_READERS: '1',
            AIDLEDGER_REPORTERS: '1', ...settings,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text) => { log += text; });
    const ended = new Promise((resolve) => { child.once('exit', resolve); });
    let url;
    const service = {
        pid: child.pid,
        get url() { return url; },
        log: () => log,
        // The exit status.
        stop: async (signal = 'SIGTERM') => {
            child.kill(signal);
            const status = await ended;
            rmSync(folder, { recursive: true, force: true });
            return status;
        },
    };
    try {
        await until(async () => {
            if (child.exitCode !== null) {
                throw new Error(`the service ended:\n${log}`);
            }
            try {
                url = `http://127.0.0.1:${readFileSync(portFile, 'utf8').trim()}`;
                return (await fetch(`${url}/readyz`)).status === 200;
            } catch {
                return false;
            }
        }, 30_000);
    } catch (error) {
        await service.stop('SIGKILL');
        throw new Error(log, { cause: error });
    }
    return service;
}
