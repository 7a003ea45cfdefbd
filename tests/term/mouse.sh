#!/bin/sh
# mouse.sh - a click is a key or a selection, the wheel turns time, --no-mouse leaves the mouse alone.
. "$(dirname "$0")/lib.sh"

# Row and column from 1, as a terminal reports them (SGR mode 1006).
mouse() { # BUTTON ROW COLUMN
    t send-keys -l "$(printf '\033[<%d;%d;%dM' "$1" "$3" "$2")"
    if [ "$1" -lt 64 ]; then # a wheel is never released
        t send-keys -l "$(printf '\033[<%d;%d;%dm' "$1" "$3" "$2")"
    fi
    sleep 0.1 # and never turned faster than that
}

# Turn the wheel until the screen shows it.  How many steps that takes depends on when time was stopped.
turn() { # BUTTON PATTERN
    steps=0
    until shows "$2"; do
        [ $steps -lt 8 ] || fail "the wheel did not lead to: $2"
        steps=$((steps + 1))
        mouse "$1" 10 40
    done
}

infocmp -1 xterm-256color 2> /dev/null | grep -q 'kmous=\\E\[<' || { echo 'no SGR mouse here'; exit 77; }
open 80 24
say 'TERM=xterm-256color "$FINWAIT" sandbox; echo status=$?'
see 'q quit'
keys o Space
see 'paused'
see 'Space play'
column=$(screen | grep 'q quit' | sed 's/q quit.*//' | wc -m)
row=$(screen | grep -n 'q quit' | cut -d: -f1)
turn 65 'ESTABLISHED' # down: on
turn 64 'SYN_SENT'    # up: back
mouse 0 "$row" "$column" # a click on the hint: quit the lesson
see 'open it with Enter'
keys q
see 'status=0'
sane

say 'clear; TERM=xterm-256color "$FINWAIT" sandbox --no-mouse; echo status=$?'
see 'q quit'
[ "$(flags | cut -d' ' -f2)" = 0 ] || fail 'it took the mouse'
keys Q
see 'status=0'
