/* SPDX-License-Identifier: MIT
 * cmd_generate.c - `finwait generate`: the manual page and the completions, from the tables.
 *
 * `make assets` keeps what it prints in assets/, and a test that they are the same.
 */
#include "base/text.h"
#include "cli/cli.h"
#include "ui/keys.h"

#include <ctype.h>
#include <string.h>

/* Text for roff: no line may begin with a dot or a quote, and - and \ have to be escaped. */
static void roff(FILE *f, const char *s)
{
    bool quoted = false;

    for (; *s; s++) {
        if (*s == '\\')
            fputs("\\e", f);
        else if (*s == '-')
            fputs("\\-", f);
        else if (*s == '`')
            fputs((quoted = !quoted) ? "\\(oq" : "\\(cq", f);
        else if (*s == '\'')
            fputs("\\(aq", f);
        else
            fputc(*s, f);
    }
}

static void man_options(FILE *f)
{
    fputs(".SH OPTIONS\n", f);
    for (int i = 0; i < CLI_OPTIONS; i++) {
        const struct option_info *o = &option_table[i];
        fputs(".TP\n", f);
        if (o->letter)
            fprintf(f, "\\fB\\-%c\\fR, ", o->letter);
        fputs("\\fB\\-\\-", f);
        roff(f, o->name);
        fputs("\\fR", f);
        if (o->arg[0] == '[')
            fprintf(f, "[=\\fI%.*s\\fR]", (int)strlen(o->arg) - 2, o->arg + 1);
        else if (*o->arg)
            fprintf(f, " \\fI%s\\fR", o->arg);
        fputc('\n', f);
        roff(f, o->help);
        fputs(".\n", f);
        if (strcmp(o->commands, "*") == 0)
            continue;
        fputs("Known to:", f);
        for (int k = 0; k < CLI_COUNT; k++)
            if (option_of((enum cli_option)i, (enum cli_command)k))
                fprintf(f, " %s", *command_table[k].name ? command_table[k].name : "finwait");
        fputs(".\n", f);
    }
}

static void man_keys(FILE *f)
{
    enum where last = WHERE_ANY;

    fputs(".SH KEYS\n", f);
    for (int i = 1; i < ACT_COUNT; i++) {
        const struct key_info *k = &key_table[i];
        if (i == 1 || k->where != last)
            fprintf(f, ".SS %s\n", key_place(k->where));
        last = k->where;
        fputs(".TP\n\\fB", f);
        roff(f, k->keys);
        fputs("\\fR\n", f);
        roff(f, k->help);
        if (*k->command)
            fprintf(f, " (\\fB:%s\\fR)", k->command);
        fputs(".\n", f);
    }
}

static void man(FILE *f)
{
    fputs(".TH FINWAIT 1 \"\" \"finwait " FINWAIT_VERSION "\" \"User Commands\"\n"
          ".SH NAME\nfinwait \\- see how TCP connections close, break it, read which rule decided\n"
          ".SH SYNOPSIS\n",
          f);
    for (int i = 0; i < CLI_COUNT; i++) {
        fprintf(f, "%s\\fBfinwait\\fR", i ? ".br\n" : "");
        if (*command_table[i].name)
            fprintf(f, " \\fB%s\\fR", command_table[i].name);
        if (*command_table[i].args) {
            fputc(' ', f);
            roff(f, command_table[i].args);
        }
        fputs(" [\\fIOPTION\\fR ...]\n", f);
    }
    fputs(".SH DESCRIPTION\n"
          "Two hosts with a complete TCP each talk over a simulated link, in virtual time. Every "
          "arrow\n"
          "on the screen was really sent, as bytes with a checksum; every explanation is the rule "
          "of the\n"
          "RFC that really fired. Lessons tell stories, and stop to ask what will happen next.\n"
          ".SH COMMANDS\n",
          f);
    for (int i = 0; i < CLI_COUNT; i++) {
        fputs(".TP\n\\fBfinwait", f);
        if (*command_table[i].name)
            fprintf(f, " %s", command_table[i].name);
        fputs("\\fR\n", f);
        roff(f, command_table[i].help);
        fputs(".\n", f);
    }
    fputs(".PP\nA \\fILESSON\\fR is its number, its name, or the beginning of its name without the "
          "number.\nA \\fIFILE\\fR is a lesson in Markdown or a saved session; \\fB\\-\\fR is "
          "standard "
          "input.\n",
          f);
    man_options(f);
    man_keys(f);
    fputs(".SH EXIT STATUS\n"
          ".TP\n0\nall is well\n.TP\n1\na check failed\n.TP\n2\nthe command line makes no sense\n"
          ".TP\n3\na lesson or a session cannot be read\n"
          ".SH ENVIRONMENT\n"
          ".TP\nFINWAIT_LESSONS\nthe directory of the lessons\n"
          ".TP\nNO_COLOR\nno colours, if it is set and not empty\n"
          ".TP\nXDG_STATE_HOME\nwhere progress is kept (~/.local/state)\n"
          ".SH FILES\n.TP\n$XDG_STATE_HOME/finwait/progress\nwhich lessons are finished\n"
          ".SH SEE ALSO\n.BR ss (8),\n.BR netstat (8),\n.BR tcp (7),\nRFC 9293\n",
          f);
}

/* Does it want one of some words, and not a name of the person's? */
static bool chooses(const struct command_info *k)
{
    return strchr(k->args, '|') && islower((unsigned char)k->args[0]);
}

/* These words for a shell. */
static void words_of(FILE *f, const struct command_info *k)
{
    if (chooses(k))
        for (const char *p = k->args; *p; p++)
            fputc(*p == '|' ? ' ' : *p, f);
}

static bool takes_lesson(enum cli_command c)
{
    return strncmp(command_table[c].args, "LESSON", 6) == 0 || c == CLI_CHECK;
}

/* The words that an option's value can be, with blanks between; "" when it can be anything. */
static const char *values_of(enum cli_option o, char *buf, size_t cap)
{
    struct text t = text_into(buf, cap);

    buf[0] = '\0';
    if (o == OPT_ID_COLOR)
        text_add(&t, "auto never always");
    for (int i = 0; o == OPT_ID_PROFILE && i < PROFILE_COUNT; i++)
        text_add(&t, "%s%s", i ? " " : "", profile_name[i]);
    for (size_t i = 0; o == OPT_ID_PANE && render_pane(i); i++)
        text_add(&t, "%s%s", i ? " " : "", render_pane(i));
    return buf;
}

static bool needs_value(enum cli_option o)
{
    return *option_table[o].arg && option_table[o].arg[0] != '[';
}

/* -- bash: `=` is a word of its own there. --------------------------------------------------- */

static void bash_option(FILE *f, enum cli_option o)
{
    fprintf(f, "--%s", option_table[o].name);
    if (option_table[o].letter)
        fprintf(f, "|-%c", option_table[o].letter);
}

static void bash_values(FILE *f)
{
    const char *bar = "    ";
    char        words[200];

    fputs("    case $prev in\n", f);
    for (int o = 0; o < CLI_OPTIONS; o++)
        if (*values_of((enum cli_option)o, words, sizeof words)) {
            fputs("    ", f);
            bash_option(f, (enum cli_option)o);
            fprintf(f, ") COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")); return ;;\n", words);
        }
    for (int o = 0; o < CLI_OPTIONS; o++)
        if (needs_value((enum cli_option)o)
            && !*values_of((enum cli_option)o, words, sizeof words)) {
            fputs(bar, f);
            bash_option(f, (enum cli_option)o);
            bar = "|";
        }
    fputs(") return ;;\n    esac\n", f);
}

static void bash_command(FILE *f, enum cli_command i)
{
    const struct command_info *k = &command_table[i];

    fprintf(f, "    %s)\n        words=\"", *k->name ? k->name : "''");
    for (int c = 0; !*k->name && c < CLI_COUNT; c++)
        fprintf(f, "%s%s", *command_table[c].name && c > 1 ? " " : "", command_table[c].name);
    words_of(f, k);
    for (int o = 0; o < CLI_OPTIONS; o++)
        if (option_of((enum cli_option)o, i))
            fprintf(f, " --%s", option_table[o].name);
    fputs("\"\n", f);
    if (takes_lesson(i))
        fputs("        words=\"$words $(finwait list lessons 2>/dev/null | awk 'NR > 2 { print "
              "$2 }')\"\n        COMPREPLY=($(compgen -f -- \"$cur\"))\n",
              f);
    fputs("        ;;\n", f);
}

static void bash(FILE *f)
{
    const char *bar = "        ";

    fputs("# bash completion for finwait; written by `finwait generate bash`\n"
          "_finwait() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= "
          "words= i\n"
          "    COMPREPLY=()\n"
          "    [[ $cur == = ]] && cur=\n"
          "    [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
          "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
          "        case ${COMP_WORDS[i]} in\n"
          "        =) ((i++)) ;;\n",
          f);
    for (int o = 0; o < CLI_OPTIONS; o++)
        if (needs_value((enum cli_option)o)) {
            fputs(bar, f);
            bash_option(f, (enum cli_option)o);
            bar = "|";
        }
    fputs(") [[ ${COMP_WORDS[i+1]} == = ]] || ((i++)) ;;\n"
          "        -*) ;;\n"
          "        *) command=${COMP_WORDS[i]}; break ;;\n"
          "        esac\n"
          "    done\n",
          f);
    bash_values(f);
    fputs("    case $command in\n", f);
    for (int i = 0; i < CLI_COUNT; i++)
        bash_command(f, (enum cli_command)i);
    fputs("    esac\n"
          "    COMPREPLY+=($(compgen -W \"$words\" -- \"$cur\"))\n"
          "}\n"
          "complete -o filenames -F _finwait finwait\n",
          f);
}

/* -- zsh. ------------------------------------------------------------------------------------ */

static void zsh_quote(FILE *f, const char *s)
{
    for (; *s; s++) {
        if (strchr(":[]`\"$\\", *s))
            fputc('\\', f);
        if (*s == '\'')
            fputs("'\\''", f);
        else
            fputc(*s, f);
    }
}

/* One spelling of an option, as _arguments wants it: an optional value only after `=`. */
static void zsh_option(FILE *f, enum cli_option o, bool letter)
{
    const struct option_info *p = &option_table[o];
    char                      words[200];

    if (letter)
        fprintf(f, " \\\n            '-%c%s[", p->letter, *p->arg ? "+" : "");
    else
        fprintf(f, " \\\n            '--%s%s[", p->name,
                !*p->arg           ? ""
                : p->arg[0] == '[' ? "=-"
                                   : "=");
    zsh_quote(f, p->help);
    fputc(']', f);
    if (*p->arg) {
        fprintf(f, "%s%s:", p->arg[0] == '[' ? "::" : ":", p->arg[0] == '[' ? "when" : p->arg);
        if (*values_of(o, words, sizeof words))
            fprintf(f, "(%s)", words);
    }
    fputc('\'', f);
}

static void zsh_command(FILE *f, enum cli_command i)
{
    const struct command_info *k = &command_table[i];

    fprintf(f, "    %s)\n        _arguments%s", *k->name ? k->name : "*",
            *k->name ? " '1: :'" : "");
    for (int o = 0; o < CLI_OPTIONS; o++)
        if (option_of((enum cli_option)o, i)) {
            zsh_option(f, (enum cli_option)o, false);
            if (option_table[o].letter)
                zsh_option(f, (enum cli_option)o, true);
        }
    if (takes_lesson(i)) {
        fputs(" \\\n            '*:lesson:_finwait_lessons'", f);
    } else if (chooses(k)) {
        fputs(" \\\n            '*:what:(", f);
        words_of(f, k);
        fputs(")'", f);
    }
    fputs("\n        ;;\n", f);
}

static void zsh(FILE *f)
{
    fputs("#compdef finwait\n# written by `finwait generate zsh`\n"
          "_finwait() {\n"
          "    local -a commands lessons\n"
          "    commands=(\n",
          f);
    for (int i = 1; i < CLI_COUNT; i++) {
        fprintf(f, "        '%s:", command_table[i].name);
        zsh_quote(f, command_table[i].help);
        fputs("'\n", f);
    }
    fputs("    )\n"
          "    if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then\n"
          "        _describe command commands\n"
          "        return\n"
          "    fi\n"
          "    case $words[2] in\n",
          f);
    for (int i = 1; i < CLI_COUNT; i++)
        zsh_command(f, (enum cli_command)i);
    zsh_command(f, CLI_MENU);
    fputs("    esac\n}\n"
          "_finwait_lessons() {\n"
          "    local -a names\n"
          "    names=(${(f)\"$(finwait list lessons 2>/dev/null | awk 'NR > 2 { print $2 }')\"})\n"
          "    compadd -a names\n"
          "    _files\n"
          "}\n"
          "_finwait \"$@\"\n",
          f);
}

/* -- fish. ----------------------------------------------------------------------------------- */

static void fish_quote(FILE *f, const char *s)
{
    for (; *s; s++) {
        if (*s == '\'' || *s == '\\')
            fputc('\\', f);
        fputc(*s, f);
    }
}

static void fish_command(FILE *f, enum cli_command i)
{
    const struct command_info *k = &command_table[i];

    fprintf(f, "complete -c finwait -n __fish_use_subcommand -f -a %s -d '", k->name);
    fish_quote(f, k->help);
    fputs("'\n", f);
    fprintf(f, "complete -c finwait -n '__fish_seen_subcommand_from %s'", k->name);
    if (takes_lesson(i)) {
        fputs(" -a '(finwait list lessons 2>/dev/null | awk \"NR > 2 { print \\$2 }\")'", f);
    } else {
        fputs(" -f", f);
        if (chooses(k)) {
            fputs(" -a '", f);
            words_of(f, k);
            fputc('\'', f);
        }
    }
    fputc('\n', f);
}

static void fish_option(FILE *f, enum cli_option o)
{
    const struct option_info *p = &option_table[o];
    char                      words[200];

    fputs("complete -c finwait", f);
    if (strcmp(p->commands, "*") != 0) {
        fputs(" -n '", f);
        if (option_of(o, CLI_MENU))
            fputs("__fish_use_subcommand; or ", f);
        fputs("__fish_seen_subcommand_from", f);
        for (int i = 1; i < CLI_COUNT; i++)
            if (option_of(o, (enum cli_command)i))
                fprintf(f, " %s", command_table[i].name);
        fputc('\'', f);
    }
    fprintf(f, " -l %s", p->name);
    if (p->letter)
        fprintf(f, " -s %c", p->letter);
    if (needs_value(o))
        fputs(" -x", f);
    if (*values_of(o, words, sizeof words))
        fprintf(f, "%s -a '%s'", needs_value(o) ? "" : " -f", words);
    fputs(" -d '", f);
    fish_quote(f, p->help);
    fputs("'\n", f);
}

static void fish(FILE *f)
{
    fputs("# fish completion for finwait; written by `finwait generate fish`\n", f);
    for (int i = 1; i < CLI_COUNT; i++)
        fish_command(f, (enum cli_command)i);
    for (int o = 0; o < CLI_OPTIONS; o++)
        fish_option(f, (enum cli_option)o);
}

static const struct {
    const char *name;
    void (*print)(FILE *f);
} forms[] = { { "man", man }, { "bash", bash }, { "zsh", zsh }, { "fish", fish } };

int cmd_generate(struct cli *c)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(forms[i].name, c->arg[0]) == 0) {
            forms[i].print(c->out);
            return EXIT_FINE;
        }
    return cli_fail(c, EXIT_USAGE, "cannot generate '%s'; there are %s", c->arg[0],
                    command_table[CLI_GENERATE].args);
}
