#!/bin/sh
# layers.sh - each module includes only itself and what its line here allows.
#
# The lines are the architecture (src/README.md): nothing points upwards, and ui and export, two
# ways out of the same data, never meet.
set -u
cd "$(dirname "$0")/.." || exit 2
failed=0 passed=0

module() { # NAME ALLOWED...
    m=$1
    allowed=$(echo "$@" | tr ' ' '|')
    [ -d "src/$m" ] || { echo "layers: no module src/$m"; failed=$((failed + 1)); return; }
    bad=$(grep -nE '^[[:space:]]*#[[:space:]]*include "' "src/$m"/*.[ch] "src/$m"/*.def 2>/dev/null |
        grep -vE "include \"($allowed)/[a-z0-9_]+\.(h|def)\"")
    if [ -n "$bad" ]; then
        echo "layers: $m may include only: $*"
        echo "$bad" | sed 's/^/  /'
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
}

module base
module tcp      base
module net      base tcp
module scenario base tcp net
module ui       base tcp net scenario
module export   base tcp net scenario
module drill    base tcp net
module cli      base tcp net scenario ui export

# A module that is not listed is not held to anything.
for d in src/*/; do
    d=$(basename "$d")
    grep -q "^module $d\b" "$0" || { echo "layers: src/$d is not in tests/layers.sh"; failed=$((failed + 1)); }
done

# Only one file knows ncurses, and only what speaks to a person may know its terminal.
curses=$(grep -lE 'include <n?curses' src/*/*.[ch] | grep -v '^src/ui/term')
[ -z "$curses" ] || { echo "layers: ncurses belongs to src/ui/term.c, not $curses"; failed=$((failed + 1)); }

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
