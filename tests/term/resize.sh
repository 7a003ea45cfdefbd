#!/bin/sh
# resize.sh - any size, at any time, and back.
. "$(dirname "$0")/lib.sh"

open 80 24
say '"$FINWAIT" sandbox; echo status=$?'
see 'q quit'
keys o
see 'SYN_SENT\|ESTABLISHED'
keys Space
see 'paused'
see 'Space play'
screen > "$work/before"
for size in '40 10' '20 6' '120 40' '60 18' '200 50' '10 3' '80 24'; do
    t resize-window -x "${size% *}" -y "${size#* }"
    until_true [ "$(t display-message -p '#{pane_width} #{pane_height}')" = "$size" ] ||
        fail "tmux did not resize to $size"
    keys C-l
    case $size in
    10*) ;;
    20*) see 'S' ;;
    *)   see 'Sandbox' ;;
    esac
done
same_as_before() { screen | head -20 > "$work/after"; head -20 "$work/before" | cmp -s - "$work/after"; }
until_true same_as_before || { diff "$work/before" "$work/after"; fail 'the screen is another one after resizing'; }
keys Q
see 'status=0'
sane
