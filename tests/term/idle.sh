#!/bin/sh
# idle.sh - who does nothing costs nothing.
. "$(dirname "$0")/lib.sh"

[ -r /proc/self/stat ] || { echo 'there is no /proc'; exit 77; }
open 80 24
say '"$FINWAIT" sandbox; echo status=$?'
see 'q quit'
keys o
see 'ESTABLISHED.*│.*ESTABLISHED\|ESTABLISHED  *│'
keys Space
pid=$(pid_of_finwait)
ticks() { awk '{ print $14 + $15 }' "/proc/$pid/stat"; }
asleep() { [ "$(awk '{ print $3 }' "/proc/$pid/stat")" = S ]; }
until_true asleep || fail 'it is busy though nothing moves'
first=$(ticks)
sleep 2 # this is the time that is measured, not one that is waited for
[ $(($(ticks) - first)) -le 1 ] || fail "$(($(ticks) - first)) ticks of the processor in two idle seconds"
keys Q
see 'status=0'
