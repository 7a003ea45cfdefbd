/* SPDX-License-Identifier: MIT */
#include "base/fail.h"

#include <stdarg.h>
#include <stdio.h>

bool fail_at(struct fail *f, const char *file, int line, const char *fmt, ...)
{
    va_list ap;

    if (!f)
        return false;
    snprintf(f->file, sizeof f->file, "%s", file ? file : "");
    f->line = line;
    va_start(ap, fmt);
    vsnprintf(f->what, sizeof f->what, fmt, ap);
    va_end(ap);
    return false;
}

char *fail_text(const struct fail *f, char *buf, unsigned long cap)
{
    if (f->file[0] && f->line)
        snprintf(buf, cap, "%s:%d: %s", f->file, f->line, f->what);
    else if (f->file[0])
        snprintf(buf, cap, "%s: %s", f->file, f->what);
    else
        snprintf(buf, cap, "%s", f->what);
    return buf;
}
