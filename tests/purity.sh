#!/bin/sh
# purity.sh OBJECT... - what the engine calls that it does not itself define.
#
# No clock, no heap, no stdio, no chance: a run must be a function of its arguments.  The wire
# format is left out: it prints addresses, and nothing that decides depends on it.
set -u
engine=
for o in "$@"; do
    case $o in */wire*.o) ;; *) engine="$engine $o" ;; esac
done
[ -n "$engine" ] || { echo 'purity: no objects of src/tcp given (build first)'; exit 1; }

allowed='^(mem(cpy|move|set|cmp)|str(cmp|ncmp|len)|__assert_fail|__stack_chk_fail|__(asan|ubsan|sanitizer|gcov|llvm)_.*|_GLOBAL_OFFSET_TABLE_)$'
defined=$(mktemp)
# shellcheck disable=SC2086
nm $engine | awk 'NF == 3 && $2 ~ /[A-Z]/ { print $3 }' | sort -u > "$defined"
# shellcheck disable=SC2086
bad=$(nm -u $engine | awk '$1 == "U" { print $2 }' | sort -u | grep -vxFf "$defined" | grep -vE "$allowed")
rm -f "$defined"
if [ -n "$bad" ]; then
    echo 'purity: src/tcp calls out:'
    for s in $bad; do
        echo "  $s    $(nm -A -u $engine | awk -v s="$s" '$NF == s { sub(/:.*/, "", $1); print $1; exit }')"
    done
    echo "0 passed, 1 failed"
    exit 1
fi

# Nor may it remember anything outside its arguments: no writable data.  (Constant tables of
# pointers lie in .data.rel.ro, which is read-only once the program runs.) shellcheck
# disable=SC2086
data=$(nm -A --format=sysv $engine | awk -F'|' '
    { gsub(/ /, "", $7) }
    $7 ~ /^(\.data|\.bss|\*COM\*)/ && $7 !~ /^\.data\.rel\.ro/ && $4 ~ /OBJECT/ { print "  " $1 }')
if [ -n "$data" ]; then
    echo 'purity: src/tcp keeps state of its own:'
    echo "$data"
    echo "1 passed, 1 failed"
    exit 1
fi
echo "2 passed, 0 failed"
