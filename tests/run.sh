#!/bin/sh
# run.sh [STAGE ...] - `make test`: every check, one line a stage, one sum at the end.
#
# A stage is a function below; it says what it found as `N passed, N failed` or as libcheck does,
# and fails by its exit status.  Its output is kept in build/test/STAGE.log and shown when it
# fails. Nothing here needs a terminal, and every stage has its time limit.
set -u
cd "$(dirname "$0")/.." || exit 2
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES MODE B MODULES UNIT NO_COLOR
export LC_ALL=C.UTF-8 TZ=UTC
export JOBS="${JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}"
log=build/test
mkdir -p "$log"

# Nobody's own progress or settings may be touched or matter.
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
trap 'exit 130' INT TERM
export XDG_STATE_HOME="$state" XDG_CONFIG_HOME="$state"
unset FINWAIT_LESSONS

build() { ${MAKE:-make} -k -s -j"$JOBS" WERROR=-Werror "$@"; }

stage_build()   { build MODE=release all build/release/unit build/release/bench; }
stage_clang()   { build B=build/clang CC=clang all build/clang/unit && build/clang/unit; }
# Sanitizers confuse the warnings of gcc about lengths, so here they are not errors.
stage_asan()    { build MODE=asan WERROR= all build/asan/unit && asan_suites && asan build/asan/finwait check; }
stage_unit()    { build/release/unit; }
stage_lessons() { build/release/finwait check lessons; }
stage_layers()  { sh tests/layers.sh; }
stage_purity()  { build purity; }
stage_tidy()    { sh tests/tidy.sh && sh tests/map.sh; }
stage_drill()   { build MODE=release build/release/drill && build/release/drill tests/drill/*.pkt; }
stage_sim()     { build MODE=release build/release/finwait-sim && build sim-short; }
stage_report()  {
    r=build/release/report
    build MODE=release $r/unit $r/finwait $r/drill $r/sim && SIM_SEGMENTS=30000 sh tests/report/report.sh $r
}
stage_cli()     { each tests/cli/*.sh; }
stage_term()    { each tests/term/*.sh; }
stage_install() { sh tests/install.sh; }
stage_readme()  { sh tests/readme.sh; }
stage_fuzz()    { sh tests/fuzz.sh; }

# name: seconds that it may take
stages='build:600 unit:300 lessons:120 layers:30 purity:60 tidy:60 drill:120 sim:300 report:400 cli:180 readme:60 install:300 term:300 clang:600 asan:900 fuzz:900'

asan() {
    ASAN_OPTIONS=abort_on_error=0:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 CK_TIMEOUT_MULTIPLIER=10 "$@"
}

# Each test is a process that looks for leaks when it ends: slow, so as many suites at once as there are cores.
asan_suites() {
    suites=$(build/asan/unit none 2>&1 | sed -n 's/^no such suite; there are://p')
    # shellcheck disable=SC2086
    [ -n "$suites" ] && printf '%s\n' $suites | (asan xargs -n 1 -P "$JOBS" build/asan/unit)
}

set_counts() { p=$1 f=$2; }

# Scripts that take the program in $FINWAIT and say by their exit status whether all is well (77:
# cannot be tried here).
each() {
    FINWAIT="$PWD/build/release/finwait"
    export FINWAIT
    ok=0 bad=0
    for t in "$@"; do
        [ -e "$t" ] || continue
        case $(basename "$t") in lib*.sh|common*.sh) continue ;; esac
        timeout -k 5 120 sh "$t" > "$log/one.log" 2>&1 </dev/null
        status=$?
        # shellcheck disable=SC2046
        set_counts $(count "$log/one.log" $status)
        case $status in
        0)  echo "$t: $p checks" ;;
        77) echo "$t: left out: $(tail -1 "$log/one.log")"; continue ;;
        *)  echo "FAIL $t"; sed 's/ passed, \([0-9]*\) failed/ good, \1 bad/' "$log/one.log" ;;
        esac
        ok=$((ok + p)) bad=$((bad + f))
    done
    rm -f "$log/one.log"
    echo "$ok passed, $bad failed"
    [ $bad -eq 0 ] && [ $ok -gt 0 ]
}

# What a stage counted: PASSED FAILED.  One that counts nothing is one check.
count() { # LOG STATUS
    awk -v status="$2" '
        /^[0-9]+%: Checks: / { gsub(/[,:]/, ""); p += $3 - $5 - $7; f += $5 + $7; n++ }
        /[0-9]+ passed, [0-9]+ failed/ {
            match($0, /[0-9]+ passed, [0-9]+ failed/)
            split(substr($0, RSTART, RLENGTH), w, " ")
            p += w[1]; f += w[3]; n++
        }
        /^[a-z]+: [0-9]+\/[0-9]+$/ { split($2, w, "/"); p += w[1]; f += w[2] - w[1]; n++ }
        END {
            if (!n) p = (status == 0)
            if (status != 0 && f == 0) f = 1
            printf "%d %d\n", p, f
        }' "$1"
}

# Called by ourselves, so that `timeout` has a process to watch.
if [ "${1:-}" = --stage ]; then
    stage_"$2"
    exit
fi

now() { date +%s.%N; }

want="$*"
[ -n "$want" ] || want=$(for s in $stages; do printf '%s ' "${s%:*}"; done)
passed=0 failed=0 begun=$(now)
for name in $want; do
    limit=
    for s in $stages; do [ "${s%:*}" = "$name" ] && limit=${s#*:}; done
    [ -n "$limit" ] || { echo "run.sh: no stage '$name'; there are: $(echo "$stages" | sed 's/:[0-9]*//g')" >&2; exit 2; }
    t0=$(now)
    timeout -k 10 "$limit" sh "$0" --stage "$name" > "$log/$name.log" 2>&1 </dev/null
    status=$?
    # shellcheck disable=SC2046
    set -- $(count "$log/$name.log" $status)
    passed=$((passed + $1)) failed=$((failed + $2))
    word=ok
    [ $status -eq 0 ] || word=FAIL
    [ $status -eq 124 ] && word="FAIL (over ${limit} s)"
    echo "$name $1 $2 $t0 $(now)" |
        awk -v word="$word" '{ printf "%-4s %-8s %6d passed %4d failed %7.1f s\n", word, $1, $2, $3, $5 - $4 }'
    [ $status -eq 0 ] || tail -60 "$log/$name.log" | sed 's/^/     /'
    # Without a program there is nothing to try.
    [ "$name" = build ] && [ $status -ne 0 ] && break
done
echo "$begun $(now)" | awk '{ printf "in %.0f s: ", $2 - $1 }'
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
