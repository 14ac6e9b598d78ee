/* form.h - aidledger form: a report as a workbook or a page, from its lines. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config.h"

/* form NAME <LINES >FILE */
int form_command(int count, char **words, const struct config *config);
