// page.js - the page that verifies a report: what the reader gives, what the service adds, what came of it.
// SPDX-License-Identifier: Apache-2.0
'use strict';

(() => {
    const { Fault, day, hex, readCheckpoint, readKeys, readProof, sha256, verify } = globalThis.aidledger;
    const $ = (id) => document.getElementById(id);
    const service = location.protocol.startsWith('http') ? location.origin : null;
    const STATES = { good: 'Proven', open: 'Not proven', bad: 'Failed' };
    // What says nothing against a file: it could not be looked at.
    const UNTRIED = ['offline', 'pending', 'service', 'browser', 'key'];

    // ------------------------------------------------------------ what this browser remembers

    // Of each log the last checkpoint that was verified, and the keys it was verified with.
    const memory = {
        name: 'aidledger.verify',
        all() {
            try {
                return JSON.parse(localStorage.getItem(this.name)) ?? {};
            } catch {
                return {};
            }
        },
        keep(origin, what) {
            try {
                localStorage.setItem(this.name, JSON.stringify({ ...this.all(), [origin]: what }));
            } catch {
                // A browser that keeps nothing verifies all the same.
            }
        },
        forget() {
            try {
                localStorage.removeItem(this.name);
            } catch {
                // There was nothing.
            }
        },
    };

    function showMemory() {
        const logs = Object.entries(memory.all());
        $('memory').hidden = $('forget').hidden = logs.length === 0;
        $('memory').textContent = logs.length === 0 ? '' : 'This browser remembers '
            + `${logs.map(([origin, { size }]) => `the log ${origin} with ${size} statements`).join(', ')}. `
            + 'What you give above goes before it.';
    }

    // ------------------------------------------------------------ what the service adds

    async function get(path) {
        const answer = await fetch(service + path, { credentials: 'omit' });
        if (!answer.ok) {
            throw new Fault('service', `The service answered ${answer.status} to ${path}.`);
        }
        return answer;
    }

    // Whether the service can be reached, and the newest checkpoint there is.
    async function reach() {
        if (!service) {
            return { online: false, newest: null };
        }
        try {
            // The newest, not one that the browser has kept for a moment.
            const answer = await fetch(`${service}/v1/ledger/checkpoint`,
                { credentials: 'omit', cache: 'no-store' });
            return { online: true, newest: answer.ok ? await answer.text() : null };
        } catch {
            return { online: false, newest: null };
        }
    }

    const ask = {
        consistency: async (old, size) =>
            (await (await get(`/v1/ledger/consistency?old=${old}&new=${size}&format=text`)).text())
                .split('\n').filter(Boolean),
    };

    // The same bytes may have been issued again: the earlier, the sooner there was a proof.
    async function askProof(digest) {
        const { items } = await (await get(`/v1/report-runs?sha256=${digest}&limit=10`)).json();
        if (items.length === 0) {
            throw new Fault('unknown', 'The service has issued no report with these bytes: the file '
                + 'was changed, or comes from another service.');
        }
        for (const item of items.reverse()) {
            const answer = await fetch(service + item.proof, { credentials: 'omit' });
            if (answer.ok) {
                return answer.text();
            }
        }
        throw new Fault('pending', 'The report was issued a moment ago, and no checkpoint covers it '
            + 'yet. Try again in some seconds.');
    }

    async function askKeys() {
        return (await get('/.well-known/aidledger-vkey')).text();
    }

    // ------------------------------------------------------------ what the reader gives

    async function bytesOf(input) {
        return input.files.length > 0 ? new Uint8Array(await input.files[0].arrayBuffer()) : null;
    }

    async function findKeys(origin, online) {
        const pasted = await readKeys($('keys').value);
        const remembered = memory.all()[origin];
        if (pasted.logs.length > 0) {
            return { keys: pasted, text: $('keys').value, trust: 'pasted' };
        }
        const text = remembered?.keys ?? (online ? await askKeys() : '');
        const { logs } = await readKeys(text);
        return { keys: { logs, witnesses: pasted.witnesses }, text,
            trust: remembered?.trust === 'pasted' ? 'remembered' : remembered ? 'first' : 'served' };
    }

    async function check(file) {
        const { online, newest } = await reach();
        const given = await bytesOf($('proof'));
        if (!given && !online) {
            throw new Fault('offline', 'Choose the proof as well: the service cannot be reached.');
        }
        const proof = given ? new TextDecoder().decode(given) : await askProof(hex(await sha256(file)));
        const { origin } = readProof(proof).checkpoint;
        const { keys, text, trust } = await findKeys(origin, online);
        const ours = newest !== null && readCheckpoint(newest).origin === origin;
        const told = await verify({
            file, proof, keys, trust,
            earlier: $('earlier').value.trim() === '' ? memory.all()[origin]?.checkpoint ?? null
                : `${$('earlier').value.trim()}\n`,
            newest: ours ? newest : null,
            ask: ours ? ask : null,
        });
        if (told.isGood) {
            memory.keep(origin, { keys: text, trust: trust === 'first' ? 'served' : trust,
                size: told.newest.size, checkpoint: told.newest.bytes });
        }
        return told;
    }

    // ------------------------------------------------------------ what a paper leads to

    // What the code on a paper says after the "#", which no server sees: the report, the SHA-256 of
    // its JSON, and what it was asked for.
    function readPaper() {
        const asked = new URLSearchParams(location.hash.slice(1));
        const [report, digest] = [asked.get('report') ?? '', asked.get('sha256') ?? ''];
        if (!service || !/^[a-z0-9-]{1,100}$/.test(report) || !/^[0-9a-f]{64}$/.test(digest)) {
            return null;
        }
        for (const name of ['report', 'sha256', 'format']) {
            asked.delete(name);
        }
        const path = `/v1/reports/${report}?${asked}`;
        return { path: asked.size === 0 ? `${path}format` : `${path}&format`, digest };
    }

    // As it stands on the paper: "1F3A-9C2E-77B0-4D21".
    const codeOf = (digest) => digest.slice(0, 16).toUpperCase().match(/.{4}/g).join('-');

    // The report itself is looked at, for a paper cannot be: whoever holds it compares both.
    async function checkPaper({ path, digest }) {
        const file = new Uint8Array(await (await get(`${path}=json`)).arrayBuffer());
        const found = hex(await sha256(file));
        const report = { digest: found, leaf: null, read: `${path}=html` };
        if (found !== digest) {
            return { ...report, isGood: false, verdict: 'Do not rely on this paper.',
                findings: [{ state: 'bad', rule: 'paper', text: 'The report that the service gives has '
                    + `the code ${codeOf(found)}; the one on the paper is ${codeOf(digest)}.` }] };
        }
        const same = { state: 'good', rule: 'paper', text: 'The report that the service gives has the '
            + `code ${codeOf(digest)}. If that stands on the paper, compare its figures with the report.` };
        const about = { ...report, verdict: 'The report behind this paper is unchanged.' };
        try {
            const told = await check(file);
            return { ...told, ...(told.isGood ? about : {}), leaf: told.leaf, findings: [same, ...told.findings] };
        } catch (error) {
            if (!(error instanceof Fault)) {
                throw error;
            }
            return { ...about, isGood: true, newest: null, findings: [same, { state: 'open', rule: error.rule,
                text: error.rule === 'unknown' ? 'Whether it was issued: the log holds no report run with '
                    + 'this SHA-256. That says nothing against its figures.' : error.message }] };
        }
    }

    // ------------------------------------------------------------ what came of it

    function element(name, text, attributes = {}) {
        const made = document.createElement(name);
        made.textContent = text;
        Object.assign(made, attributes);
        return made;
    }

    function showFacts({ digest, leaf }) {
        const said = leaf?.public ?? {};
        const facts = [
            ['Report', said.report], ['Definition', said.definition_version],
            ['Tree size', said.tree_size], ['Rows', said.rows], ['Issued', leaf && day(leaf.at)],
            ...Object.entries(said.parameters ?? {}).map(([name, value]) => [`Parameter ${name}`, value]),
            ['SHA-256 of this file', digest, 'wide'],
        ].filter(([, value]) => value !== undefined && value !== null);
        $('facts').replaceChildren(...facts.map(([name, value, className = '']) => {
            const pair = element('div', '', { className });
            pair.append(element('dt', name), element('dd', String(value)));
            return pair;
        }));
    }

    function show(told) {
        const failed = told.findings.filter(({ state }) => state === 'bad');
        const missing = told.findings.filter(({ state }) => state === 'open');
        const isOpen = failed.length > 0 && failed.every(({ rule }) => UNTRIED.includes(rule));
        $('result').className = `card ${told.isGood ? 'good' : isOpen ? 'open' : 'bad'}`;
        $('verdict').textContent = told.verdict ?? (told.isGood ? 'This is the report that was issued.'
            : isOpen ? 'Nothing was verified.' : 'Do not rely on this file.');
        $('summary').textContent = told.isGood
            ? `${missing.length === 0 ? 'Everything was proven.'
                : 'What follows was proven, and what was not is said as well.'}`
            : failed[0].text;
        $('findings').replaceChildren(...told.findings.map(({ state, text }) => {
            const item = element('li', '', { className: state });
            item.append(element('b', STATES[state]), ` ${text}`);
            return item;
        }));
        showFacts(told);
        $('paper').hidden = told.read === undefined;
        $('read').href = told.read ?? '';
        $('kept').hidden = !told.isGood || !told.newest;
        $('checkpoint').textContent = told.newest?.bytes ?? '';
        $('result').hidden = false;
        $('verdict').focus();
        showMemory();
    }

    function complain(sentence, field) {
        $('trouble').textContent = sentence;
        $('trouble').hidden = false;
        field?.focus();
    }

    // Shows what the work has found, or why it found nothing.
    async function conclude(work, digest) {
        $('trouble').hidden = $('result').hidden = true;
        $('verify').disabled = true;
        try {
            show(await work());
        } catch (error) {
            const rule = error instanceof Fault ? error.rule : 'browser';
            const text = error instanceof Fault ? error.message : `This browser failed: ${error.message}`;
            show({ isGood: false, digest, leaf: null, findings: [{ state: 'bad', rule, text }] });
        } finally {
            $('verify').disabled = false;
        }
    }

    async function submit(event) {
        event.preventDefault();
        // What was found before says nothing of what is looked at now.
        $('trouble').hidden = $('result').hidden = true;
        const file = await bytesOf($('file'));
        if (!file) {
            complain('Choose the report first.', $('file'));
            return;
        }
        await conclude(() => check(file), hex(await sha256(file)));
    }

    function followPaper() {
        const paper = readPaper();
        if (paper) {
            conclude(() => checkPaper(paper), paper.digest);
        }
    }

    // ------------------------------------------------------------ dropping files

    function take(files) {
        for (const file of files) {
            const list = new DataTransfer();
            list.items.add(file);
            $(file.name.endsWith('.proof') ? 'proof' : 'file').files = list.files;
        }
    }

    for (const kind of ['dragenter', 'dragover', 'dragleave', 'drop']) {
        $('form').addEventListener(kind, (event) => {
            event.preventDefault();
            $('drop').classList.toggle('over', kind === 'dragenter' || kind === 'dragover');
            if (kind === 'drop') {
                take(event.dataTransfer.files);
            }
        });
    }

    // ------------------------------------------------------------ beginning

    $('form').addEventListener('submit', submit);
    $('forget').addEventListener('click', () => {
        memory.forget();
        showMemory();
    });
    $('form').hidden = false;
    showMemory();
    if (!globalThis.crypto?.subtle) {
        complain('Browsers verify on secure pages only. Open this page over https, or keep a copy of it '
            + 'and open that.');
        $('verify').disabled = true;
    } else {
        addEventListener('hashchange', followPaper);
        followPaper();
    }
})();
