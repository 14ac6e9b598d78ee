#!/usr/bin/env bash
# seal.sh - in the image: makes the key that signs the log where there is none, then seals.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

[ -e "$AIDLEDGER_LOG_KEY" ] || aidledger key init
exec aidledger seal "$@"
