// fastify.mjs - the other way to write it: Node, Fastify and node-postgres, with the same statements.
// SPDX-License-Identifier: Apache-2.0
//
// node fastify.mjs PORT CONFIG.json     { host, port, database, enter, position, reads: [...],
//                                       reports: [...], writes: [...] }
import { readFileSync } from 'node:fs';

import Fastify from 'fastify';
import pg from 'pg';

const config = JSON.parse(readFileSync(process.argv[3], 'utf8'));
const app = Fastify({ logger: false });

function poolOf(user, options, max) {
    return new pg.Pool({ host: config.host, port: config.port, database: config.database, user, max,
        idleTimeoutMillis: 1000, // the next contender needs its connections
        options: `-c search_path=aidledger,pg_temp -c TimeZone=UTC ${options}` });
}

function answer(reply, row) {
    if (!row) {
        return reply.code(404).send();
    }
    if (row.etag) {
        reply.header('etag', `"${row.etag}"`);
    }
    if (row.tree_size) {
        reply.header('aidledger-tree-size', row.tree_size);
    }
    return reply.code(row.status).type('application/json').send(row.body);
}

// Bodies are text, as the statement made them: nobody parses what is only to be carried.
const types = { getTypeParser: (oid, format) =>
    (oid === 114 || oid === 3802 ? (value) => value : pg.types.getTypeParser(oid, format)) };

async function transaction(pool, work) {
    const client = await pool.connect();
    try {
        await client.query('BEGIN');
        const outcome = await work(client);
        await client.query('COMMIT');
        return outcome;
    } catch (error) {
        await client.query('ROLLBACK');
        throw error;
    } finally {
        client.release();
    }
}

for (const read of config.reads) {
    const pool = poolOf(read.user, `-c plan_cache_mode=${read.plans}`, read.connections);
    app.get(read.path, async (request, reply) => {
        const values = read.parameters.map((name) =>
            request.params[name] ?? request.query[name] ?? null);
        const { rows } = await pool.query({ name: read.name, text: read.sql, values, types });
        return answer(reply, rows[0]);
    });
}

for (const report of config.reports) {
    const pool = poolOf('aidledger_reporter', '-c plan_cache_mode=force_generic_plan',
        report.connections);
    app.get(report.path, async (request, reply) => {
        const values = report.parameters.map((name) => request.query[name] ?? null);
        const rows = await transaction(pool, async (client) => {
            await client.query({ name: 'position', text: config.position, values: [null, '{}',
                'force_generic_plan', 'on'] });
            return (await client.query({ name: report.name, text: report.sql, values, types })).rows;
        });
        return reply.send({ rows });
    });
}

for (const write of config.writes) {
    const pool = poolOf('aidledger_writer', '', write.connections);
    app.post(write.path, async (request, reply) => {
        const row = await transaction(pool, async (client) => {
            await client.query({ name: 'enter', text: config.enter,
                values: [...write.caller, request.headers['idempotency-key'], '', write.route] });
            const { rows } = await client.query({ name: write.name, text: write.sql,
                values: [JSON.stringify(request.body)], types });
            return rows[0];
        });
        return answer(reply, row);
    });
}

await app.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
