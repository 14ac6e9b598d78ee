/* version.h - which aidledger this is. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#define AIDLEDGER_VERSION "0.1.0"
