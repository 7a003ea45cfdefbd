#!/bin/sh
# check.sh - claims that hold, claims that fail, lessons that cannot be read.
. "$(dirname "$0")/lib.sh"

run 0 check
is_quiet
says '2 lessons'
says ' 0 failed'
run 0 check tests/cli/lessons
says '2 lessons'
run 0 check tests/cli/lessons/01-close.md
says '1 lesson,'
run 0 check close
says '1 lesson,'

# A claim that does not come true: file, line, status 1.
sed 's/^client TIME_WAIT$/client CLOSING/' tests/cli/lessons/01-close.md > "$work/01-wrong.md"
line=$(grep -n '^client CLOSING$' "$work/01-wrong.md" | cut -d: -f1)
run 1 check "$work/01-wrong.md"
complains "$work/01-wrong.md:$line: "
says ' 1 failed'

# A lesson that cannot be read is worse than one that fails.
sed 's/^until 10s$/until yesterday/' tests/cli/lessons/01-close.md > "$work/02-broken.md"
line=$(grep -n yesterday "$work/02-broken.md" | cut -d: -f1)
run 3 check "$work/02-broken.md"
complains "$work/02-broken.md:$line: "
run 3 check "$work"
says 'could not be read'
mkdir "$work/empty"
run 3 check "$work/empty"
run 3 check "$work/nowhere.md"
run 2 check nosuchlesson
done_testing
