#!/bin/sh
# suspend.sh - Ctrl-Z gives the terminal back, fg takes it again, and no time has passed.
. "$(dirname "$0")/lib.sh"

open 80 24
say '"$FINWAIT" sandbox; echo status=$?'
see 'q quit'
t send-keys -l ':speed 1'
keys Enter
t send-keys -l ':link delay 60s'
keys Enter
keys o
see 'SYN_SENT'

clock() { screen | sed -n 's/.*t=\([0-9]*\)\.\([0-9]*\).*/\1\2/p' | head -1; }
keys C-z
see '^ready>'
sane
say 'sleep 2; echo slept'
see '^slept'
say 'clear; fg'
see 'SYN_SENT'
see 't='
flags_are '1 1 0 1' || [ "$(flags | cut -c1)" = 1 ] || fail 'it did not take the other screen again'
keys Space
first=$(clock)
[ -n "$first" ] || fail 'no clock is shown'
# It was stopped soon after the SYN was sent; two seconds and more have passed outside.
[ "$first" -lt 3000 ] || fail "the clock jumped to $first ms while the program was stopped"

# Stopped by force it cannot give the terminal back; continued, it draws itself again.
pid=$(pid_of_finwait)
kill -STOP "$pid"
see 'Stopped'
t send-keys -l 'clear; fg'
keys C-j # the terminal's modes are still the program's
see 'q quit'
gone 'Stopped'
keys Q
see '^ready>'
sane
