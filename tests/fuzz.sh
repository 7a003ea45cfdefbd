#!/bin/sh
# fuzz.sh [TARGET ...] - a short run of each libFuzzer target (tests/fuzz/fuzz_*.c), as many at a
# time as there are cores.
#
# FUZZ_SECONDS each (10), from FUZZ_SEED (1; 0 is a new one each time).  tests/fuzz/corpus/TARGET, if
# there, is read and never written; what is found goes to build/fuzz/corpus/TARGET, and an input that
# fails to build/fuzz/TARGET-*.
set -u
cd "$(dirname "$0")/.." || exit 2
seconds=${FUZZ_SECONDS:-10}

if [ "${1:-}" = --one ]; then
    t=$2
    mkdir -p "build/fuzz/corpus/$t"
    seeds=
    [ -d "tests/fuzz/corpus/$t" ] && seeds="tests/fuzz/corpus/$t"
    # shellcheck disable=SC2086
    if timeout -k 5 $((seconds + 60)) "build/fuzz/$t" -max_total_time="$seconds" -seed="${FUZZ_SEED:-1}" -timeout=10 \
        -rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="build/fuzz/$t-" "build/fuzz/corpus/$t" $seeds \
        > "build/fuzz/$t.log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/$t.log")
        echo "fuzz: $t: $runs runs"
    else
        echo "fuzz: $t FAILED; the input is in build/fuzz/$t-*"
        grep -vE '^stat::' "build/fuzz/$t.log" | tail -40
    fi
    exit
fi

[ $# -gt 0 ] || set -- $(cd tests/fuzz && ls fuzz_*.c 2>/dev/null | sed 's/\.c$//')
[ $# -gt 0 ] || { echo 'fuzz: no targets in tests/fuzz'; exit 1; }
targets=
for t in "$@"; do targets="$targets build/fuzz/$t"; done
# shellcheck disable=SC2086
${MAKE:-make} -k -s -j"${JOBS:-2}" MODE=fuzz B=build/fuzz CC=clang $targets || exit 1

printf '%s\n' "$@" | xargs -P "${JOBS:-2}" -I '{}' sh "$0" --one '{}' > build/fuzz/all.log
sort build/fuzz/all.log | grep '^fuzz: ' | sort
grep -v '^fuzz: ' build/fuzz/all.log
failed=$(grep -c '^fuzz: .* FAILED' build/fuzz/all.log)
echo "$(($# - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
