#!/bin/sh
# run.sh - a story as sentences, as a ladder and as JSON; equal runs, equal output.
. "$(dirname "$0")/lib.sh"

run 0 run 1
is_quiet
says 'A close, for the tests'
says 'Two hosts are about to talk.'
says 'sent SYN seq 300'
says 'They are connected.'
says 'Which state will the client end in?'
says 'The answer is a.'
says 'Yes: it closed first.'
says 'TIME_WAIT (was FIN_WAIT_2)'
says 'RFC 9293'
cp "$work/out" "$work/first"
run 0 run close --plain
holds 'two runs differ' cmp "$work/first" "$work/out"
run 0 play 01-close
holds 'play without a screen is not run --plain' cmp "$work/first" "$work/out"

run 0 run 1 --ladder
says 'SYN seq=300'
says 'TIME_WAIT'
run 0 run 1 --ladder --ascii
holds 'ASCII' sh -c '! LC_ALL=C grep -q "[^ -~]" "$0"' "$work/out"

# Every line is one JSON object with the promised keys.
run 0 run 1 --json
is_quiet
holds 'not one object a line' sh -c '! grep -qv "^{\"part\":1,\"t\":[0-9]*,\"event\":[0-9]*,\"kind\":\"[a-z]*\".*}$" "$0"' "$work/out"
says '"before":"FIN_WAIT_2","after":"TIME_WAIT"'
says '"flags":"SYN","seq":300'
says '"rule":"'
says '"text":"hello"'
cp "$work/out" "$work/first"
run 0 run 1 --json
holds 'two runs differ' cmp "$work/first" "$work/out"

run 0 run 2 --json
says '{"part":1,'
says '{"part":2,'
run 0 run 2 --json --part 2
says_not '{"part":1,'
says '"kind":"lost"'
run 0 run 2 --plain
says 'Part 1: Nothing is lost'
says 'Part 2: A FIN is lost'
says 'LOST'

# From standard input, and sessions.
input=tests/cli/lessons/01-close.md
run 0 run -
says 'A close, for the tests'
printf 'finwait session 1\nlesson 01-close\npart 1\nseed 3\nat 0.030000 event 2: drop next client>server ACK\n' > "$work/one.finwait"
input=/dev/null
run 0 run "$work/one.finwait" --json
says '"kind":"lost"'
input=$work/one.finwait
run 0 run - --json
says '"kind":"lost"'
input=/dev/null

printf 'finwait session 1\nlesson nowhere\npart 1\nseed 3\n' > "$work/bad.finwait"
run 3 run "$work/bad.finwait"
run 3 run "$work/no-such-file.md"
complains 'No such file'
printf 'not a lesson\n' > "$work/bad.md"
run 3 run "$work/bad.md"
complains 'bad.md:1:'
run 3 run /
head -c 3000000 /dev/zero > "$work/zero.md"
run 3 run "$work/zero.md"
head -c 3000 /dev/urandom > "$work/noise.md"
run 3 run "$work/noise.md"
done_testing
