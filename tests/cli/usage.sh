#!/bin/sh
# usage.sh - help, version, and mistakes on the command line: status 2, and what may have been
# meant.
. "$(dirname "$0")/lib.sh"

run 0 --help
is_quiet
for word in play sandbox run check render list --seed --profile --color --ascii --no-anim --no-mouse; do
    says "$word"
done
run 0 run --help
says '--json'
says_not '--no-mouse'
run 0 --version
says 'finwait '

run 2 paly 1
complains "did you mean 'play'"
run 2 play
complains 'needs LESSON'
run 2 play 1 2
complains "does not take '2'"
run 2 run 1 --josn
complains 'did you mean --json'
run 2 run 1 --plain --json
complains 'only one of'
run 2 run 1 --part 7
complains 'one part'
run 2 run 2 --part 7
complains 'parts 1 to 2'
run 2 run 1 --profile windows
complains 'rfc9293'
run 2 run colse
complains "did you mean 'close'"
run 2 run nothing-like-it
complains 'finwait list lessons'
run 2 list lesons
complains "did you mean 'lessons'"
run 2 render 1 --size 80
run 2 render 1 --size 9999x24
run 2 render 1 --pane wyh
complains "did you mean 'why'"
run 2 render 1 --at soon

# Neither a screen nor a person: lessons are told, the menu is a list.
run 0
says '01-close'

FINWAIT_LESSONS=$work/nowhere run 3 run 1
complains "$work/nowhere"
done_testing
