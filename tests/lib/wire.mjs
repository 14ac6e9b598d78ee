// wire.mjs - bytes sent as they are, and the answers that come back for them.
// SPDX-License-Identifier: Apache-2.0
import { connect } from 'node:net';

import { base } from './client.mjs';

// A connection of our own to the service, or to another one by its URL.
export function dial(url = base) {
    const { hostname, port } = new URL(url);
    return connect(Number(port), hostname);
}

// Splits what one connection received into its answers. A body ends by Content-Length, by its last
// chunk, or with the connection.
export function answers(text) {
    const found = [];
    let rest = text;
    while (rest.startsWith('HTTP/1.')) {
        const end = rest.indexOf('\r\n\r\n');
        if (end < 0) {
            break;
        }
        const [line, ...fields] = rest.slice(0, end).split('\r\n');
        const headers = Object.fromEntries(fields.map((field) => {
            const colon = field.indexOf(':');
            return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
        }));
        const status = Number(line.split(' ')[1]);
        rest = rest.slice(end + 4);
        let size = status === 204 || status === 304 || status < 200 ? 0 : rest.length;
        if (headers['content-length'] !== undefined && size > 0) {
            size = Math.min(size, Number(headers['content-length']));
        } else if (headers['transfer-encoding'] === 'chunked' && size > 0) {
            size = rest.indexOf('0\r\n\r\n') + 5;
        }
        found.push({ status, headers, body: rest.slice(0, size) });
        rest = rest.slice(size);
    }
    return found;
}

// Sends the bytes, in the given parts, and resolves to { answers, text, closed } when the service
// closes the connection, or when it has been silent for quietMs.
export function exchange(bytes, { quietMs = 1500, url = base } = {}) {
    const parts = Array.isArray(bytes) ? bytes : [bytes];
    return new Promise((resolve) => {
        const socket = dial(url);
        let text = '';
        const end = (closed) => {
            socket.destroy();
            resolve({ answers: answers(text), text, closed });
        };
        socket.setNoDelay(true);
        socket.on('connect', async () => {
            for (const part of parts) {
                if (!socket.destroyed) {
                    await new Promise((sent) => { socket.write(part, sent); });
                    await new Promise((turn) => { setImmediate(turn); });
                }
            }
        });
        socket.setEncoding('latin1');
        socket.on('data', (part) => { text += part; });
        socket.on('end', () => end(true));
        socket.on('error', () => end(true));
        socket.setTimeout(quietMs, () => end(false));
    });
}
