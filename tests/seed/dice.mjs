// dice.mjs - numbers that look random and are always the same.
// SPDX-License-Identifier: Apache-2.0

// Marsaglia's xorshift with 128 bits of state.
export class Dice {
    constructor(seed) {
        this.a = 123456789 ^ seed;
        this.b = 362436069 ^ Math.imul(seed, 0x9e3779b1);
        this.c = 521288629;
        this.d = 88675123;
        for (let i = 0; i < 20; i++) {
            this.word();
        }
    }

    word() {
        const t = this.a ^ (this.a << 11);
        this.a = this.b;
        this.b = this.c;
        this.c = this.d;
        this.d = (this.d ^ (this.d >>> 19) ^ t ^ (t >>> 8)) >>> 0;
        return this.d;
    }

    real() { return this.word() / 4294967296; }

    below(limit) { return Math.floor(this.real() * limit); }

    one(list) { return list[this.below(list.length)]; }

    // The first of so many more often than the last.
    skewed(count) { return Math.floor(count * this.real() ** 2); }

    // Near enough: twelve uniform ones.
    normal() {
        let sum = -6;
        for (let i = 0; i < 12; i++) {
            sum += this.real();
        }
        return sum;
    }

    weighed(list, weight) {
        let left = this.real() * list.reduce((sum, one) => sum + weight(one), 0);
        return list.find((one) => (left -= weight(one)) < 0) ?? list.at(-1);
    }

    shuffled(list) {
        const all = [...list];
        for (let i = all.length - 1; i > 0; i--) {
            const j = this.below(i + 1);
            [all[i], all[j]] = [all[j], all[i]];
        }
        return all;
    }

    hex() { return this.word().toString(16).padStart(8, '0'); }

    uuid() {
        const [a, b, c, d] = [this.hex(), this.hex(), this.hex(), this.hex()];
        return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${'89ab'[c.charCodeAt(0) & 3]}${c.slice(1, 4)}-${c.slice(4)}${d}`;
    }

    bytes(count) {
        const all = Buffer.alloc(count);
        for (let at = 0; at < count; at += 4) {
            all.writeUInt32LE(this.word(), at);
        }
        return all;
    }
}

// Draws places 0, 1, 2 ... whose weights fall by a power of them.
export class Powers {
    constructor(count, power) {
        let sum = 0;
        this.sums = Array.from({ length: count }, (_, at) => (sum += 1 / (at + 1) ** power));
    }

    draw(dice) {
        const at = dice.real() * this.sums.at(-1);
        return this.sums.findIndex((sum) => at < sum);
    }
}
