#!/bin/sh
# list.sh - what there is, as Markdown tables; and what is made from the same tables.
. "$(dirname "$0")/lib.sh"

run 0 list lessons
says '| 01-close '
says '| 02-parts '
run 0 list rules
says 'fin.received'
says 'RFC 9293 3.10.7.4, check 8'
holds 'a rule and the tests that reach it' grep -qE '^\| fin\.received .*lessons/01-four-way-close\.md' "$work/out"
holds 'rules without a sentence' sh -c '! grep -qE "\| *\|$" "$0"' "$work/out"
run 0 list keys
says 'Space'
run 0 list verbs
says 'drop'
says 'listen'
run 0 list profiles
says 'msl_ms'
says 'rfc793'
for what in lessons rules keys verbs profiles; do
    run 0 list $what
    is_quiet
    holds "$what: not a table" grep -qE "^\|[-: |]+\|$" "$work/out"
done

# The files in assets/ are what the program would write now (`make assets`).
for pair in man:finwait.1 bash:finwait.bash zsh:_finwait fish:finwait.fish; do
    run 0 generate "${pair%:*}"
    holds "assets/${pair#*:} is old: make assets" cmp "$work/out" "assets/${pair#*:}"
done
run 2 generate tcsh
holds 'bash cannot read its completion' bash -n assets/finwait.bash
done_testing
