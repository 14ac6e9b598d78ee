// cpu.mjs - what processes have used.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, readdirSync } from 'node:fs';

// Processor time in ms of all processes whose command line fits.
export function cpuOf(pattern) {
    let ticks = 0;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        try {
            if (pattern.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' '))) {
                const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
                ticks += Number(fields[11]) + Number(fields[12]);
            }
        } catch {
            // gone
        }
    }
    return ticks * 10;
}
