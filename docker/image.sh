#!/usr/bin/env bash
# image.sh - `make image`: builds the two images of docker/compose.yaml from this tree.
# SPDX-License-Identifier: Apache-2.0
#
# image.sh            build localhost/aidledger and localhost/aidledger-postgres
# image.sh --engine   only say what it would build with, docker or podman; exit 1 without either
#
# ENGINE=docker or ENGINE=podman chooses; else it is the first of them that works.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A client without its daemon is no engine: they are asked, not looked for.
engine() {
    local name
    for name in ${ENGINE:-docker podman}; do
        if "$name" info >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    echo "image: neither docker nor podman works here" >&2
    return 1
}

engine=$(engine)
if [ "${1:-}" = --engine ]; then
    echo "$engine"
    exit
fi
options=()
# The other format of podman has no place for a health check.
[ "$engine" != podman ] || options=(--format docker)
"$engine" build "${options[@]}" -f docker/Dockerfile -t localhost/aidledger .
"$engine" build "${options[@]}" -f docker/postgres.Dockerfile -t localhost/aidledger-postgres .
