#!/bin/sh
# readme.sh [--update] - what README.md claims is what the program says.
#
# Between `<!-- finwait ARGS -->` and `<!-- end -->` stands what that command prints; `<!-- text:
# finwait ARGS -->` fences it.  With --update these parts are written anew.
set -u
cd "$(dirname "$0")/.." || exit 2
export LC_ALL=C.UTF-8
unset FINWAIT_LESSONS
program=${FINWAIT:-build/release/finwait}
failed=0 passed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

try() { # WHAT COMMAND...
    what=$1
    shift
    if "$@" > "$work/out" 2>&1; then
        passed=$((passed + 1))
    else
        echo "readme: $what"
        head -40 "$work/out" | sed 's/^/  /'
        failed=$((failed + 1))
    fi
}

generate() { # FILE
    awk -v program="$program" '
        /^<!-- (text: )?finwait / && / -->$/ {
            print
            fence = /^<!-- text: /
            args = $0
            sub(/^<!-- (text: )?finwait /, "", args)
            sub(/ -->$/, "", args)
            if (fence) print "```text"
            command = program " " args " </dev/null"
            while ((command | getline line) > 0) print line
            close(command)
            if (fence) print "```"
            skipping = 1
            next
        }
        /^<!-- end -->$/ { skipping = 0 }
        !skipping' "$1"
}

first_commands() { # the first two fenced command lines are the ones promised
    awk '/^```/ { open = !open; next } open && NF { print; if (++n == 2) exit }' README.md > "$work/two"
    printf 'apt-get install -y make && make run\nmake test\n' | diff - "$work/two"
}

links() { # every relative link of the documents leads somewhere
    bad=0
    for f in README.md CONTRIBUTING.md src/README.md tests/README.md lessons/README.md; do
        [ -e "$f" ] || { echo "$f is missing"; bad=1; continue; }
        for l in $(grep -oE '\]\([^)# ]+' "$f" | sed 's/^](//' | grep -vE '^[a-z]+:'); do
            [ -e "$(dirname "$f")/$l" ] || { echo "$f: $l"; bad=1; }
        done
    done
    return $bad
}

targets() { # every `make TARGET` that the documents speak of exists
    bad=0
    for t in $(grep -ohE '`make [a-z]+' README.md CONTRIBUTING.md tests/README.md | sed 's/.* //' | sort -u); do
        grep -qhE "^([a-z]+ )*$t( [a-z]+)*:" Makefile tests/*/*.mk || { echo "make $t"; bad=1; }
    done
    return $bad
}

requirements() { # as many as tests/report/requirements.tsv says are met
    met=$(awk -F'\t' '$5 == "met"' tests/report/requirements.tsv | wc -l)
    grep -q "the $met requirements that apply are met" README.md || { echo "$met are met"; return 1; }
}

generate README.md > "$work/README.md"
if [ "${1:-}" = --update ]; then
    cmp -s README.md "$work/README.md" || cp "$work/README.md" README.md
    exit
fi
generated() { diff README.md "$work/README.md"; }
count_marks() { [ "$(grep -cE '^<!-- (text: )?finwait ' README.md)" -eq "$(grep -c '^<!-- end -->$' README.md)" ]; }

try 'the first two commands' first_commands
try 'what the program prints differs (sh tests/readme.sh --update)' generated
try 'marks without an end' count_marks
try 'links that lead nowhere' links
try 'targets that do not exist' targets
try 'the count of requirements' requirements
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
