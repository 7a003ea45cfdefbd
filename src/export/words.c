/* SPDX-License-Identifier: MIT
 * words.c - the words that all exporters share. */
#include "export/export.h"

#include "net/journal.h"

#include <string.h>

const char *const outcome_name[] = {
    [GO] = "go",     [DROP] = "drop",   [REPLY] = "reply", [MOVE] = "move",
    [SEND] = "send", [ERR] = "refused", [NOTE] = "note",
};

const char *export_host(const struct world *w, uint8_t host)
{
    return host >= 1 && host <= w->hosts ? w->host[host - 1].name : "somebody";
}

static const struct {
    const char *word, *text;
} causes[] = {
    [CAUSE_NONE]   = { "none", "" },
    [CAUSE_CHANCE] = { "chance", "by chance" },
    [CAUSE_PERSON] = { "person", "by hand" },
    [CAUSE_ARMED]  = { "armed", "by an armed fault" },
    [CAUSE_QUEUE]  = { "queue", "because the queue is full" },
    [CAUSE_CUT]    = { "cut", "because the path is cut" },
    [CAUSE_DOWN]   = { "down", "because nobody is there" },
    [CAUSE_SCRIPT] = { "script", "by the script" },
    [CAUSE_BOX]    = { "box", "by a middlebox" },
};

const char *export_cause(uint8_t cause)
{
    return cause < sizeof causes / sizeof *causes ? causes[cause].word : "unknown";
}

const char *export_cause_text(uint8_t cause)
{
    return cause < sizeof causes / sizeof *causes ? causes[cause].text : "";
}

void export_rfc(const char *paragraph, struct text *out)
{
    const char *section = strchr(paragraph, '/');
    const char *check   = section ? strchr(section + 1, '/') : NULL;

    /* Not everything comes from an RFC: then the source stands there as it is. */
    if (paragraph[0] < '0' || paragraph[0] > '9') {
        text_add(out, "%s", paragraph);
        return;
    }
    if (!section) {
        text_add(out, "RFC %s", paragraph);
        return;
    }
    text_add(out, "RFC %.*s ", (int)(section - paragraph), paragraph);
    if (check)
        text_add(out, "%.*s, check %s", (int)(check - section - 1), section + 1, check + 1);
    else
        text_add(out, "%s", section + 1);
}

const char *export_signal(uint32_t bit)
{
    switch (bit) {
    case SIG_CONNECTED: return "connected";
    case SIG_REFUSED: return "refused";
    case SIG_RESET: return "reset";
    case SIG_USER_TIMEOUT: return "user-timeout";
    case SIG_FIN: return "fin";
    case SIG_READABLE: return "readable";
    case SIG_WRITABLE: return "writable";
    case SIG_URGENT: return "urgent";
    case SIG_PUSH: return "push";
    case SIG_FIN_ACKED: return "fin-acked";
    case SIG_TROUBLE: return "trouble";
    case SIG_BACK_TO_LISTEN: return "back-to-listen";
    default: return NULL;
    }
}
