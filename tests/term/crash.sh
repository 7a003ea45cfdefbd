#!/bin/sh
# crash.sh - whatever ends the program, the terminal is restored, and last words can be read.
. "$(dirname "$0")/lib.sh"

open 80 24
for end in SEGV:139 ABRT:134 BUS:135 FPE:136 ILL:132 TERM:143 HUP:129 QUIT:131 INT:130; do
    sig=${end%:*}
    say 'clear; ulimit -c 0; "$FINWAIT" sandbox'
    see 'q quit'
    pid=$(pid_of_finwait)
    [ -n "$pid" ] || fail 'the program is not there'
    # What an assert prints goes to standard error while the screen is taken.
    echo "last words, $sig" > "/proc/$pid/fd/2"
    kill -"$sig" "$pid"
    see "^ready>"
    say "echo status=\$?"
    see "status=${end#*:}"
    see "last words, $sig"
    sane
done
