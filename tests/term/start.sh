#!/bin/sh
# start.sh - the program starts, answers keys, and leaves the terminal as it was.
. "$(dirname "$0")/lib.sh"

open 80 24
say '"$FINWAIT"; echo status=$?'
see 'q quit'
flags_are '1 1 0 1' || [ "$(flags | cut -c1)" = 1 ] || fail 'it did not take the other screen'
keys '?'
see 'Keys'
keys 'u' 'n' 'd' 'o'
see 'undo your last action'
gone 'play or pause'
keys Escape
gone 'undo your last action'
keys q
see 'status=0'
sane

# The sandbox: connect, close, and see the segments cross.
say 'clear; "$FINWAIT" sandbox; echo status=$?'
see 'CLOSED'
keys o
see 'SYN_SENT'
keys Enter Enter
see 'ESTABLISHED.*ESTABLISHED\|ESTABLISHED  *│'
keys c
see 'FIN_WAIT_1'
keys ':'
t send-keys -l 'speed 1'
keys Enter
see 'FIN_WAIT_2'

# A message, the command line with completion, an error in friendly words.
keys ':'
t send-keys -l 'bra'
keys Tab
see 'branches\|branch'
keys Escape
t send-keys -l ':nonsense'
keys Enter
see 'nonsense'

# Ctrl-C leaves at once, as an interrupted program does.
keys C-c
see '^ready>'
say 'echo status=$?'
see 'status=130'
sane
