#!/usr/bin/env bash
# exact.sh - money never meets a floating point number; silent when all is well.
# SPDX-License-Identifier: Apache-2.0
#
# exact.sh BUILD
#
#   C         no floating type, no conversion to or from one, outside the files named below
#   SQL       no floating type and nothing that answers with one, in migrations, statements and reports
#   contract  no member is a JSON number with a fraction; what counts money or shares is a string
#   objects   the rooms that money passes through refer to no conversion from text
#
# Each rule is for everything, not for what looks like money: where nothing floats, nothing has to be
# told apart.
set -euo pipefail
build=${1:?exact.sh BUILD}
# To the caller's build, wherever the tree is.
build=$(cd "$build" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# C files that may float, each with its reason. Time is counted in whole nanoseconds.
#   transfer/book.c   a spreadsheet knows no other numbers; only those of up to 15 digits become one
#   transfer/ink.c    cairo's lengths and colours are of that kind; it is given whole tenths of a pixel
#                     and texts, and knows no number to count with
floating=(service/transfer/book.c service/transfer/ink.c)

faults=0
said() { # reads faults, one a line
    local line
    while IFS= read -r line; do
        echo "$line"
        faults=$((faults + 1))
    done
}

mapfile -t sources < <(find service -name '*.[ch]' | sort)
said < <(awk -v floating="${floating[*]-}" '
function fault(text) { printf "%s:%d: %s\n", FILENAME, FNR, text }
FNR == 1 { comment = 0 }
index(" " floating " ", " " FILENAME " ") > 0 { next }
{
    code = $0
    if (comment) {
        if (!sub(/^.*\*\//, "", code)) next
        comment = 0
    }
    gsub(/\/\*([^*]|\*[^\/])*\*\//, "", code)
    # A format says what it prints in a string; everything else is outside of them.
    rest = code
    while (match(rest, /"([^"\\]|\\.)*"/)) {
        text = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        gsub(/%%/, "", text)
        if (match(text, /%[-+ #0]*[0-9*]*(\.[0-9*]*)?L?[aAeEfFgG]/))
            fault("prints a floating point number: " substr(text, RSTART, RLENGTH))
    }
    gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
    sub(/\/\/.*/, "", code)
    if (sub(/\/\*.*/, "", code)) comment = 1
    code = " " code " "
    if (match(code, /[^A-Za-z0-9_](float|double|_Complex|strto(d|f|ld)|atof|json_(real|number)(_[a-z]+)?|lrint|llround|lround)[^A-Za-z0-9_]/))
        fault("floating point: " substr(code, RSTART + 1, RLENGTH - 2))
    if (match(code, /[^A-Za-z0-9_.]([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+[eE][-+]?[0-9]+)[^A-Za-z0-9_]/))
        fault("floating point: " substr(code, RSTART + 1, RLENGTH - 2))
}
' "${sources[@]}")

mapfile -t statements < <(find migrations service/sql reports -name '*.sql' | sort)
said < <(awk '
function fault(text) { printf "%s:%d: %s\n", FILENAME, FNR, text }
FNR == 1 { quoted = 0 }
{
    # Texts and comments may speak of anything; a text may go over several lines.
    code = ""
    for (i = 1; i <= length($0); i++) {
        c = substr($0, i, 1)
        if (c == "\047") quoted = !quoted
        else if (!quoted && substr($0, i, 2) == "--") break
        else if (!quoted) code = code c
    }
    code = " " tolower(code) " "
    if (match(code, /[^a-z0-9_.](float[48]?|double +precision|real)[^a-z0-9_]/) ||
        match(code, /[^a-z0-9_](random|setseed|percentile_cont|pi|sin|cos|tan|cbrt|to_number|money) *\(/) ||
        match(code, /::(float[48]?|double|real|money)[^a-z0-9_]/))
        fault("not exact: " substr(code, RSTART + 1, RLENGTH - 2))
}
' "${statements[@]}")

said < <(node -e '
const { readFileSync } = require("node:fs");
const contract = JSON.parse(readFileSync("api/openapi.json", "utf8"));
const counts = /(^|_)(amount|share|committed|disbursed|undisbursed|expended|difference|settled|unpaid|paid|balance|total)$/;
const said = (path, fault) => console.log("api/openapi.json: " + path.join("/") + ": " + fault);
const types = (schema) => [schema?.type].flat().filter(Boolean);
function walk(schema, path) {
    if (schema === null || typeof schema !== "object") return;
    if (types(schema).includes("number")) said(path, "a JSON number; an exact decimal is a string");
    for (const [name, member] of Object.entries(schema.properties ?? {})) {
        if (counts.test(name) && types(member).includes("integer"))
            said([...path, "properties", name], "money and shares are decimal strings");
    }
    for (const [name, part] of Object.entries(schema)) {
        if (name !== "example" && name !== "examples") walk(part, [...path, name]);
    }
}
walk(contract, []);
')

for room in engine transfer ledger; do
    mapfile -t objects < <(find "$build/obj/service/$room" -name '*.o' | sort)
    if [ "${#objects[@]}" -eq 0 ]; then
        said <<<"$build/obj/service/$room: nothing was compiled, so nothing can be said of it"
        continue
    fi
    said < <(nm -A --undefined-only "${objects[@]}" |
        awk '$NF ~ /^(strto(d|f|ld)|__isoc23_strto(d|f|ld)|atof|json_(real|number).*)(@|$)/ {
            print $1 " refers to " $NF }')
done

exit $((faults > 0))
