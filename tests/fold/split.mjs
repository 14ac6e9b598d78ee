// split.mjs - how an amount is split over recipients and sectors, in whole minor units.
// SPDX-License-Identifier: Apache-2.0
//
// Written apart from migrations/0012_transaction.sql: the same rule, from its words.

// "-12.50" as -1250n of scale 2.
export function decimal(text) {
    const [, sign, whole, part = ''] = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(text);
    return { units: BigInt(sign + whole + part), scale: part.length };
}

export function rescaled({ units, scale }, to) {
    return to < scale ? units / 10n ** BigInt(scale - to) : units * 10n ** BigInt(to - scale);
}

// The decimals that say something: zeros at the end do not.
function meant({ units, scale }) {
    let left = scale;
    while (left > 0 && units % 10n ** BigInt(scale - left + 1) === 0n) {
        left -= 1;
    }
    return left;
}

export function decimalText(units, scale) {
    const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
    const whole = digits.slice(0, digits.length - scale);
    return (units < 0n ? '-' : '') + (scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`);
}

// As PostgreSQL prints a numeric: every decimal kept, no leading zeros, no negative zero.
export function numeric(text) {
    if (text === null || text === undefined) {
        return null;
    }
    const { units, scale } = decimal(String(text));
    return decimalText(units, scale);
}

export function sum(texts) {
    const scale = Math.max(0, ...texts.map((text) => decimal(text).scale));
    return decimalText(texts.reduce((total, text) => total + rescaled(decimal(text), scale), 0n),
        scale);
}

export function negated(text) {
    const { units, scale } = decimal(text);
    return decimalText(-units, scale);
}

export function isZero(text) {
    return decimal(text).units === 0n;
}

// Each part gets its quota rounded down; the units left over go to the largest remainders, the
// earlier part first where they are equal.
export function largestRemainder(units, weights) {
    const size = units < 0n ? -units : units;
    const total = weights.reduce((a, b) => a + b, 0n);
    const parts = weights.map((weight) => size * weight / total);
    let left = size - parts.reduce((a, b) => a + b, 0n);
    const byRemainder = weights
        .map((weight, at) => ({ at, remainder: size * weight % total }))
        .sort((a, b) => (a.remainder === b.remainder ? a.at - b.at
            : a.remainder > b.remainder ? -1 : 1));
    for (const { at } of byRemainder) {
        if (left === 0n) {
            break;
        }
        parts[at] += 1n;
        left -= 1n;
    }
    return parts.map((part) => (units < 0n ? -part : part));
}

// A share in percent, "33.34" or "100/3", as a fraction of whole numbers.
export function fraction(text) {
    const [numerator, denominator] = text.split('/');
    if (denominator !== undefined) {
        return { numerator: BigInt(numerator), denominator: BigInt(denominator) };
    }
    const { units, scale } = decimal(text);
    return { numerator: units, denominator: 10n ** BigInt(scale) };
}

// Shares counted over one denominator: the product of theirs.
function counted(shares) {
    const fractions = shares.map(fraction);
    const common = fractions.reduce((product, { denominator }) => product * denominator, 1n);
    return fractions.map(({ numerator, denominator }) => numerator * common / denominator);
}

export function isWhole(shares) {
    const [hundred, ...parts] = counted(['100', ...shares]);
    return parts.reduce((a, b) => a + b, 0n) === hundred;
}

function isIct(sector) {
    return sector?.startsWith('220') ?? false;
}

// The fraction of the money outside family 220 that is for ICT.
function ictElsewhere(significance, share, sectors) {
    const family = sectors.filter((sector) => isIct(sector.code)).map((sector) => sector.share);
    const [hundred, stated, ...inFamily] = counted(['100', share ?? '0', ...family]);
    const inside = inFamily.reduce((a, b) => a + b, 0n);
    const beyond = share === null ? 0n : stated - inside;
    return {
        part: !significance || inside >= hundred || beyond < 0n ? 0n : beyond,
        whole: hundred - inside,
    };
}

function ictOf(units, sector, scale, elsewhere) {
    if (isIct(sector)) {
        return decimalText(units, scale);
    }
    if (elsewhere.part === 0n) {
        return '0';
    }
    const [part] = largestRemainder(units, [elsewhere.part, elsewhere.whole - elsewhere.part]);
    return decimalText(part, scale);
}

function ringOf(ict, sector, significance) {
    if (isZero(ict)) {
        return null;
    }
    return isIct(sector) ? 1 : significance === 2 ? 2 : 3;
}

// The parts of an amount: over the recipients, then each part over the sectors.
export function split(amount, minorUnit, recipients, sectors, significance, share) {
    const scale = Math.max(meant(decimal(amount)), minorUnit ?? 0);
    const elsewhere = ictElsewhere(significance, share, sectors);
    const weights = (parts) => counted(parts.map((part) => part.share));
    const parts = largestRemainder(rescaled(decimal(amount), scale), weights(recipients));
    return recipients.flatMap((recipient, at) =>
        largestRemainder(parts[at], weights(sectors)).map((units, nth) => {
            const sector = sectors[nth].code ?? null;
            const ict = ictOf(units, sector, scale, elsewhere);
            return {
                country: recipient.country ?? null,
                region: recipient.region ?? null,
                sector,
                amount: decimalText(units, scale),
                ict_amount: ict,
                ict_ring: ringOf(ict, sector, significance),
            };
        }));
}

// The parts of a record that adjusts another one: in proportion to the parts of that one.
export function splitAlike(amount, minorUnit, originals) {
    const scale = Math.max(meant(decimal(amount)), minorUnit ?? 0);
    const fine = Math.max(scale, ...originals.flatMap((part) =>
        [decimal(part.amount).scale, decimal(part.ict_amount).scale]));
    const size = (text) => {
        const units = rescaled(decimal(text), fine);
        return units < 0n ? -units : units;
    };
    const parts = largestRemainder(rescaled(decimal(amount), scale),
        originals.map((part) => size(part.amount)));
    return originals.map((part, at) => {
        const whole = size(part.amount);
        const ict = whole === 0n ? '0' : decimalText(largestRemainder(parts[at],
            [size(part.ict_amount), whole - size(part.ict_amount)])[0], scale);
        return {
            ...part,
            amount: decimalText(parts[at], scale),
            ict_amount: ict,
            ict_ring: isZero(ict) ? null : part.ict_ring,
        };
    });
}
