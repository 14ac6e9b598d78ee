// proxy.mjs - stands between a service and PostgreSQL, and loses what it is told to lose.
// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const setting = (conninfo, name) => new RegExp(`(?:^| )${name}=(\\S+)`).exec(conninfo)[1];

// A proxy in front of the database of `conninfo`. `conninfo` of what is returned leads through it.
//
// `rule({ pair, fromClient, bytes })` is asked about everything that arrives: 'pass' sends it on,
// 'drop' does not, 'cut' does not and ends the connection, 'cut after' sends it on first.
export async function startProxy(conninfo) {
    const folder = mkdtempSync(join(tmpdir(), 'aidledger-proxy-'));
    const port = setting(conninfo, 'port');
    const target = `${setting(conninfo, 'host')}/.s.PGSQL.${port}`;
    const pairs = new Set();
    const proxy = {
        conninfo: conninfo.replace(/host=\S+/, `host=${folder}`),
        rule: () => 'pass',
        pairs,
        cutAll: () => pairs.forEach((pair) => pair.cut()),
        stop: async () => {
            proxy.cutAll();
            await new Promise((resolve) => { server.close(resolve); });
            rmSync(folder, { recursive: true, force: true });
        },
    };
    const server = createServer((client) => {
        const database = connect(target);
        const pair = {
            seen: '', // what the client sent last, for rules that wait for its answer
            cut: () => {
                pairs.delete(pair);
                client.destroy();
                database.destroy();
            },
        };
        pairs.add(pair);
        const carry = (from, to, fromClient) => {
            from.on('data', (bytes) => {
                const verdict = proxy.rule({ pair, fromClient, bytes: bytes.toString('latin1') });
                if (verdict === 'pass' || verdict === 'cut after') {
                    to.write(bytes);
                }
                if (verdict === 'cut' || verdict === 'cut after') {
                    setImmediate(pair.cut);
                }
            });
            from.on('end', () => to.end());
            from.on('error', pair.cut);
            from.on('close', pair.cut);
        };
        carry(client, database, true);
        carry(database, client, false);
    });
    await new Promise((resolve) => { server.listen(join(folder, `.s.PGSQL.${port}`), resolve); });
    return proxy;
}
