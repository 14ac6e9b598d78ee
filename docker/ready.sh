#!/usr/bin/env bash
# ready.sh - in the image: succeeds when the service of this container may be sent requests.
# SPDX-License-Identifier: Apache-2.0
#
# Every Debian has bash, and bash speaks TCP: no program has to be added to the image for this.
set -euo pipefail

exec 3<>"/dev/tcp/127.0.0.1/$AIDLEDGER_PORT"
printf 'GET /readyz HTTP/1.1\r\nHost: aidledger\r\nConnection: close\r\n\r\n' >&3
read -r -t 4 status <&3
echo "$status"
[[ $status == "HTTP/1.1 200"* ]]
