#!/usr/bin/env bash
# layers.sh - checks what each room of service/ may include and call; silent when all is well.
# SPDX-License-Identifier: Apache-2.0
#
#   main > flow, work > native > http, access, engine, ledger, transfer, catalogue > core
#
# A file includes its own room and lower ranks, never a sibling: so each room can be read, tested and
# replaced with nothing but what stands below it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

mapfile -t files < <(find service -name '*.[ch]' | sort)
awk '
BEGIN {
    rank["main"] = 5
    rank["flow"] = rank["work"] = 4
    rank["native"] = 3
    rank["http"] = rank["access"] = rank["engine"] = rank["ledger"] = rank["transfer"] = 2
    rank["catalogue"] = 2
    rank["core"] = 1

    # A library is known in one room or two; the others see our nouns.
    library["libpq-fe.h"] = "engine work"
    library["microhttpd.h"] = "http"
    library["libxml/"] = "transfer"
    library["csv.h"] = "transfer"
    library["curl/"] = "transfer"
    library["xlsxwriter.h"] = "transfer"
    library["cairo"] = "transfer"
    library["pango/"] = "transfer"
    library["qrencode.h"] = "transfer"
    library["zlib.h"] = "http"
    library["sodium.h"] = "ledger access transfer"

    # Functions without a bound, with hidden state, or with no way to report an error.
    banned = "strcpy|strcat|sprintf|vsprintf|strncpy|strtok|atoi|atol|atof|strtol|gets|localtime|" \
             "gmtime|rand|system|alloca"
    heap = "malloc|calloc|realloc|free|strdup|strndup"
}
function fault(text) { printf "%s:%d: %s\n", FILENAME, FNR, text; faults++ }
function allowed(rooms) { return index(" " rooms " ", " " room " ") > 0 }
FNR == 1 {
    split(FILENAME, part, "/")
    room = part[2] ~ /^main\./ ? "main" : part[2]
    if (!(room in rank)) fault("no such room: " room)
    # embed.c runs on the machine that builds and is no part of the service.
    tool = FILENAME ~ /\/embed\.c$/
    comment = 0
}
/^#include "/ {
    split($0, quoted, "\"")
    split(quoted[2], path, "/")
    other = path[1]
    if (!(other in rank)) fault("include with the room: \"" quoted[2] "\"")
    else if (other != room && rank[other] >= rank[room]) fault(room " may not include " other)
    next
}
/^#include </ {
    for (name in library)
        if (index($0, "<" name) && !allowed(library[name])) fault(name " belongs in " library[name])
    next
}
tool { next }
{
    code = $0
    if (comment) {
        if (!sub(/^.*\*\//, "", code)) next
        comment = 0
    }
    gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
    gsub(/\/\*([^*]|\*[^\/])*\*\//, "", code)
    sub(/\/\/.*/, "", code)
    if (sub(/\/\*.*/, "", code)) comment = 1
    code = " " code
    if (match(code, "[^A-Za-z0-9_.>](" banned ")[ ]*\\(")) fault("banned: " substr(code, RSTART + 1, RLENGTH - 2))
    if (room != "core" && match(code, "[^A-Za-z0-9_.>](" heap ")[ ]*\\("))
        fault("heap outside core: " substr(code, RSTART + 1, RLENGTH - 2))
    if (FILENAME !~ /^service\/engine\/migrate/ && match(code, "[^A-Za-z0-9_](PQexec|PQexecParams|PQprepare)[ ]*\\("))
        fault("waits for the database: " substr(code, RSTART + 1, RLENGTH - 2))
}
END { exit faults > 0 }
' "${files[@]}"
