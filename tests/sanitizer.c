/* sanitizer.c - what the leak checker need not tell of: it is linked where that one is. */
/* SPDX-License-Identifier: Apache-2.0 */

const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

/* Reading its configuration, fontconfig loses a few hundred bytes once in a process. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig.so";
}

const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}
