#!/bin/sh
# tidy.sh - the source is tested too: what review should not have to say.
#
# Each check prints what it found as file:line and counts as one.
set -u
cd "$(dirname "$0")/.." || exit 2
export LC_ALL=C.UTF-8
failed=0 passed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

verdict() { # WHAT: what is in the file "found" are findings
    if [ -s "$work/found" ]; then
        echo "tidy: $1"
        head -20 "$work/found" | sed 's/^/  /'
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
}

code=$(find src tests -name '*.[ch]' | sort)
all=$(find src tests lessons assets .ci Makefile README.md CONTRIBUTING.md -type f 2>/dev/null |
    grep -E '\.([ch]|def|sh|md|def)$|^Makefile$|^\.ci/' | sort)

# Code without comments and strings, lines kept: what is searched for words must not be prose.
# Each line of the result is FILE:LINE:CODE.
strip() {
    awk '
    FNR == 1 { comment = 0 }
    {
        s = $0; out = ""
        while (length(s)) {
            if (comment) {
                i = index(s, "*/")
                if (!i) { s = ""; break }
                s = substr(s, i + 2); comment = 0
                continue
            }
            if (match(s, /\/\*|\/\/|"|\047/) == 0) { out = out s; break }
            out = out substr(s, 1, RSTART - 1)
            token = substr(s, RSTART, RLENGTH)
            s = substr(s, RSTART + RLENGTH)
            if (token == "/*") { comment = 1; continue }
            if (token == "//") { s = ""; break }
            # A string or a character: skip to its end, over escapes.
            while (length(s)) {
                c = substr(s, 1, 1)
                if (c == "\\") { s = substr(s, 3); continue }
                s = substr(s, 2)
                if (c == token) break
            }
            out = out token token
        }
        print FILENAME ":" FNR ":" out
    }' "$@"
}

# shellcheck disable=SC2086
strip $code > "$work/code"

# shellcheck disable=SC2086
wc -l $code | awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines" }' > "$work/found"
verdict 'a file over 600 lines'

# Braces in the first column open and close functions; so says .clang-format.
# shellcheck disable=SC2086
awk 'FNR == 1 { open = 0 }
     /^\{/ { open = FNR }
     /^\}/ && open { if (FNR - open - 1 > 70) print FILENAME ":" open ": " FNR - open - 1 " lines"; open = 0 }' \
    $code > "$work/found"
verdict 'a function over 70 lines'

# shellcheck disable=SC2086
grep -nE '^.{101,}' $code | cut -c1-90 > "$work/found"
verdict 'a line over 100 columns'

# shellcheck disable=SC2086
grep -nP '\t' $(echo "$all" | grep -v '^Makefile$') | cut -c1-90 > "$work/found"
verdict 'a tab'

# shellcheck disable=SC2086
grep -nE '[ ]+$' $(echo "$all" | grep -v '\.md$') | cut -c1-90 > "$work/found"
verdict 'blanks at the end of a line'

for f in $code; do
    head -1 "$f" | grep -q 'SPDX-License-Identifier: MIT' || echo "$f"
done > "$work/found"
verdict 'no SPDX line at the top'

grep -E '^src/' "$work/code" |
    grep -v '^src/drill/command.c:' | # it is a system(), for packetdrill to call
    grep -E '[^a-zA-Z0-9_>.](strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca|system|popen|tmpnam|rand|srand|random|drand48)\(' > "$work/found"
verdict 'a call that is never safe, or chance that is not the world'"'"'s'

# The clock is an argument; only the terminal and the command line may read a real one.
grep -E '^src/(base|tcp|net|scenario|export|ui)/' "$work/code" | grep -v '^src/ui/term' |
    grep -E '[^a-zA-Z0-9_>.](time|gettimeofday|clock_gettime|clock|localtime|localtime_r|gmtime|sleep|usleep|nanosleep|getenv_clock)\(' > "$work/found"
verdict 'a real clock below src/cli and src/ui/term.c'

grep -E '^src/(base|tcp|net|scenario)/' "$work/code" | grep -wE 'float|double' > "$work/found"
verdict 'float or double where runs must be equal everywhere'

# A value may be copied and compared as bytes: no pointer in it (the compiler refuses padding).
awk -F: '{ key = $1 } key != last { open = 0; last = key }
         /VALUE_BEGIN/ && $3 !~ /define/ { open = 1; next }
         /VALUE_END/ && $3 !~ /define/ { open = 0; next }
         open && $3 ~ /\*/ { print $1 ":" $2 ": " $3 }' "$work/code" > "$work/found"
verdict 'a pointer between VALUE_BEGIN and VALUE_END'

# shellcheck disable=SC2086
grep -nwE 'TO''DO|FIX''ME|XX''X|HA''CK' $all | cut -c1-90 > "$work/found"
verdict 'unfinished by its own words'

# Scripts parse.
find tests .ci -type f \( -name '*.sh' -o -path './.ci/*' -o -path '.ci/*' \) | sort | while read -r f; do
    sh -n "$f" 2>&1 || bash -n "$f" 2>&1
done > "$work/found"
verdict 'a script that does not parse'

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
