#!/bin/sh
# terms.sh - other terminals: poorer ones, ones that will not do, none at all.
. "$(dirname "$0")/lib.sh"

for name in xterm-256color screen-256color tmux-256color screen vt100 linux ansi; do
    infocmp "$name" > /dev/null 2>&1 || continue
    open 80 24
    say "TERM=$name \"\$FINWAIT\" sandbox; echo status=\$?"
    see 'LISTEN'
    keys o
    see 'SYN_SENT'
    keys Q
    see 'status=0'
    sane
done

# Those that cannot place a cursor get the same story line by line, or are told how to.
for name in dumb nonsense ''; do
    open 80 24
    say "TERM='$name' \"\$FINWAIT\" sandbox < /dev/null; echo status=\$?"
    see 'status=[0-9]'
    shows 'server LISTEN' || shows 'needs no terminal' || fail "no word about TERM='$name'"
    sane
done

# The console's font has no diagonals, and a locale without UTF-8 shows none: ASCII.
plain() { ! screen | LC_ALL=C grep -q '[^ -~]'; }
for how in 'TERM=linux' 'LC_ALL=C' 'LC_ALL=POSIX'; do
    open 80 24
    say "$how \"\$FINWAIT\" sandbox; echo status=\$?"
    see 'LISTEN'
    keys o
    see 'SYN_SENT'
    plain || fail "$how: more than ASCII is drawn"
    keys Q
    see 'status=0'
done

# Standard input is free: a lesson comes through a pipe while the keys come from the terminal.
open 80 24
cat > "$work/piped.md" <<'LESSON'
# Through a pipe

> rfc 9293

Nothing happens here.

```finwait script
0ms server listen 80
```
LESSON
say "cat $work/piped.md | \"\$FINWAIT\" play -; echo status=\$?"
see 'Through a pipe'
keys Q
see 'status=0'
sane
