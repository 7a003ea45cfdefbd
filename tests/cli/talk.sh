#!/bin/sh
# talk.sh - a lesson line by line with a person at the keyboard: a dumb terminal, answers as
# letters, commands as words.
. "$(dirname "$0")/../term/lib.sh"
export FINWAIT_LESSONS="$PWD/tests/cli/lessons"

open 100 50
say 'TERM=dumb "$FINWAIT" play 1; echo one=$?'
see 'Two hosts are about to talk'
see '(Enter: go on, help)'
say 'help'
see 'let so much time pass'
say 'clinet close'
see "clinet"
say ''
see 'Your answer, a to c (Enter: skip):'
say 'b'
see 'Not so.'
see 'Only if both had closed at once'
see 'The story is over'
say ''
see 'one=0'
grep -q '01-close' "$XDG_STATE_HOME/finwait/progress" || fail 'progress was not kept'

# Acting: a segment is lost because a person says so.
t send-keys C-l
say 'clear; TERM=dumb "$FINWAIT" play 1 | cat; echo two=$?'
see 'two=0'
say 'clear; "$FINWAIT" sandbox --plain; echo three=$?'
see 'Enter: finish'
say 'client connect server:80'
say '200ms'
see 'client ESTABLISHED'
say 'drop next client>server FIN'
say 'client close'
say '2s'
see 'LOST'
see 'retransmission 1'
say 'q'
see 'three=0'

# The end of input is a way to leave, too.
say 'clear; TERM=dumb "$FINWAIT" play 1; echo four=$?'
see 'Enter: go on'
keys C-d
see 'four=0'
