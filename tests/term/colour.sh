#!/bin/sh
# colour.sh - colours where they are wanted, and none where they are not.
. "$(dirname "$0")/lib.sh"

# An SGR that sets a colour: 30 to 37, 38;..., 90 to 97 (bold, reverse and underline are none).
coloured() { screen -e | LC_ALL=C grep -qE "$(printf '\033')\[([0-9]+;)*(3[0-8]|9[0-7])[;m]"; }
attributed() { screen -e | LC_ALL=C grep -qE "$(printf '\033')\[([0-9]+;)*[147](;[0-9]+)*m"; }

try() { # SETTING YES|NO ARGUMENTS
    open 80 24
    say "$1 \"\$FINWAIT\" sandbox $3; echo status=\$?"
    see 'LISTEN'
    if [ "$2" = yes ]; then
        until_true coloured || fail "$1 $3: no colours"
    else
        ! coloured || fail "$1 $3: colours"
        until_true attributed || fail "$1 $3: nothing stands out"
    fi
    keys Q
    see 'status=0'
}

try 'TERM=screen-256color' yes ''
try 'TERM=screen' yes ''
try 'TERM=screen-256color NO_COLOR=1' no ''
try 'TERM=screen-256color NO_COLOR=' yes ''
try 'TERM=screen-256color' no '--color=never'
try 'TERM=screen-256color NO_COLOR=1' yes '--color=always'
try 'TERM=vt100' no ''
