#!/bin/sh
# onward.sh - a lesson told to its end leads on, and is ticked in the menu of the next start.
. "$(dirname "$0")/lib.sh"

open 80 24
say '"$FINWAIT"; echo status=$?'
see 'open it with Enter'
keys Enter
see 'Enter go on'
keys End
see 'The end of the lesson: Enter for the next one (2 Who waits?)'
keys Enter
see '2 Who waits?  1/3'
keys q
see '✓  1 The four-way close'
keys q
see 'status=0'
grep -q '^01-four-way-close done' "$work/finwait/progress" || fail 'nothing was kept'
[ ! -e "$work/finwait/progress.new" ] || fail 'half of it was left'
say 'clear; "$FINWAIT"; echo status=$?'
see '✓  1 The four-way close'
keys q
see 'status=0'
sane

# A newcomer in the sandbox: whatever is pressed, time goes on.
say 'clear; "$FINWAIT" sandbox; echo status=$?'
see 'q quit'
keys o
see 'ESTABLISHED.*ESTABLISHED'
keys Right 1
see 'Space pause'
see 'read\|DATA'
keys Q
see 'status=0'
sane
