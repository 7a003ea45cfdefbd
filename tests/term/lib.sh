# lib.sh - what the terminal tests share: the real program, in a tmux server of their own.
#
#   open COLS ROWS         a shell in a window of that size; its prompt is `ready>`
#   say LINE               type a line into it
#   keys KEY...            press keys, by tmux's names
#   see REGEX              wait until the window shows it; fails after ten seconds
#   gone REGEX             ... until it no longer does
#   sane                   the terminal is as a shell wants it: echo, no mouse, no other screen
#   screen                 what the window shows; `screen -e` with its colours
cd "$(dirname "$0")/../.." || exit 2
FINWAIT=${FINWAIT:-$PWD/build/release/finwait}
export FINWAIT LC_ALL=C.UTF-8
unset NO_COLOR COLORFGBG ESCDELAY LINES COLUMNS TMUX
command -v tmux > /dev/null || { echo 'there is no tmux'; exit 77; }
[ -x "$FINWAIT" ] || { echo "there is no $FINWAIT"; exit 1; }

work=$(mktemp -d)
opened=0
socket=finwait-test-$$-0
t() { tmux -L "$socket" -f /dev/null "$@"; }
trap 't kill-server 2> /dev/null; rm -rf "$work"' EXIT
export XDG_STATE_HOME="$work" XDG_CONFIG_HOME="$work"

fail() {
    echo "FAILED: $*"
    screen | sed 's/^/  |/'
    exit 1
}

screen() { t capture-pane -p "$@"; }

# Tries a condition until it holds, two hundred times at most.
until_true() {
    tries=0
    while ! "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || return 1
        sleep 0.05
    done
}

shows() { screen | grep -q -e "$1"; }
shows_not() { ! shows "$1"; }
see() { until_true shows "$1" || fail "expected to see: $1"; }
gone() { until_true shows_not "$1" || fail "expected to be gone: $1"; }

open() {
    t kill-server 2> /dev/null
    opened=$((opened + 1)) # a new socket: the old server may take its time to leave
    socket=finwait-test-$$-$opened
    PS1='ready> ' ENV='' t new-session -d -x "$1" -y "$2" sh -i
    t set-option -g status off
    t resize-window -x "$1" -y "$2"
    see '^ready>'
}

say() {
    t send-keys -l "$1"
    t send-keys Enter
}

keys() { t send-keys "$@"; }

pid_of_finwait() {
    # The shell's child: there is one program running in this window.
    pgrep -P "$(t display-message -p '#{pane_pid}')"
}

flags() { t display-message -p '#{alternate_on} #{mouse_any_flag} #{cursor_flag} #{keypad_flag}'; }
flags_are() { [ "$(flags)" = "$1" ]; }

sane() {
    until_true flags_are '0 0 1 0' || fail "alternate screen, mouse, cursor, keypad: $(flags)"
    say 'clear; stty -a | tr " ;" "\n\n" | grep -xE -e "-?(icanon|echo|isig|icrnl|opost)" | tr "\n" " "; echo do""ne'
    see 'done$'
    for flag in icanon echo isig icrnl opost; do
        screen | grep -qE "(^| )$flag " || fail "the terminal is left without $flag"
    done
}
