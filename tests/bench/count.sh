#!/bin/sh
# count.sh PROGRAM - instructions of a data segment and of a connection's life, engine and wire, as
# valgrind counts them: the same on a busy machine as on a quiet one.
set -u
command -v valgrind > /dev/null || { echo 'count: there is no valgrind here'; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for what in plain linux life; do
    n=$(valgrind --tool=callgrind --callgrind-out-file="$work/out" "$1" $what 2> "$work/said")
    awk -v what=$what -v n="$n" '/Collected/ { printf "%-6s %6.0f instructions\n", what, $4 / n }' "$work/said"
done
