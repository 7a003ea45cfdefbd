#!/bin/sh
# report.sh [--update] DIR - run everything with rules noted, and say what is met, reached and run.
#
# DIR holds the programs unit, finwait, drill and sim of report.mk.  One line each on stdout; what is
# wrong goes before it, and fails.  What was seen is kept in DIR/seen:
#   tests   SUITE:TEST, SCRIPT or LESSON <tab> ok or FAIL
#   rules   SLUG <tab> the same name
# --update writes tests/report/rules.txt.
set -u
update=
[ "${1:-}" = --update ] && update=1 && shift
cd "$(dirname "$0")/../.." || exit 2
dir=$1 seen=$1/seen here=tests/report
export LC_ALL=C
rm -rf "$seen"
mkdir -p "$seen"
touch "$seen/rules"
FINWAIT_RULES=$(cd "$seen" && pwd)/rules
export FINWAIT_RULES
failed=0

# run NAME COMMAND ...: its rules go by that name, its output to $seen/out
run() {
    FINWAIT_RULES_TAG=$1
    export FINWAIT_RULES_TAG
    shift
    "$@" > "$seen/out" 2>&1 </dev/null
}

verdict() { [ "$2" -eq 0 ] && printf '%s\tok\n' "$1" || printf '%s\tFAIL\n' "$1"; }

# A test of libcheck runs once or in a loop; it has passed if each round has.
units() {
    for suite in $("$dir/unit" no-such-suite 2>&1 | sed 's/.*there are://'); do
        CK_XML_LOG_FILE_NAME=$seen/unit.xml run "$suite" "$dir/unit" "$suite"
        awk -v suite="$suite" '
            /<test result=/ { ok = /"success"/ }
            /<id>/        { gsub(/.*<id>|<\/id>.*/, ""); id = $0 }
            /<iteration>/ { gsub(/.*<iteration>|<\/iteration>.*/, "")
                            print suite ":" id "\t" $0 "\t" (ok ? "ok" : "FAIL") }' "$seen/unit.xml"
    done > "$seen/rounds"
    awk -F'\t' '{ bad[$1] += $3 != "ok" } END { for (t in bad) print t "\t" (bad[t] ? "FAIL" : "ok") }' \
        "$seen/rounds" >> "$seen/tests"
}

drills() {
    for f in tests/drill/*.pkt; do
        run "$f" "$dir/drill" "$f"
        verdict "$f" $?
    done >> "$seen/tests"
}

lessons() {
    for f in lessons/[0-9]*.md; do
        run "$f" "$dir/finwait" check "$f"
        verdict "$f" $?
        sed -n 's/.* \([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2/p' "$seen/out" | tail -1 >> "$seen/claims"
    done >> "$seen/tests"
}

units
drills
lessons
# A world that hangs must not hide the rest.
run sim timeout -k 5 240 "$dir/sim" --segments "${SIM_SEGMENTS:-1000000}" --from 1
verdict sim $? >> "$seen/tests"
grep -E '^(sim: |[0-9]+ segments)' "$seen/out" | sed 's/^\([0-9].*\)$/(sim: \1)/' > "$seen/sim"
sort -u -o "$seen/rules" "$seen/rules"
"$dir/finwait" list rules | awk -F'|' 'NR > 2 { gsub(/[ `]/, "", $2); print $2 }' > "$seen/slugs"

if [ -n "$update" ]; then
    awk -v update=1 -f "$here/rules.awk" "$seen/slugs" "$seen/tests" "$seen/rules" > "$seen/new" &&
        mv "$seen/new" "$here/rules.txt"
fi

awk -f "$here/requirements.awk" "$seen/slugs" "$seen/tests" "$seen/rules" "$here/requirements.tsv" || failed=1
awk -f "$here/branches.awk" "$seen/tests" "$seen/rounds" tests/matrix/branch.def "$here/branches.txt" || failed=1
awk -f "$here/rules.awk" "$seen/slugs" "$seen/tests" "$seen/rules" "$here/rules.txt" || failed=1
awk -F'\t' '/\.pkt\t/ { n++; if ($2 == "ok") ok++; else print "drill: FAIL " $1 }
            END { printf "drill: %d/%d\n", ok, n; exit ok != n }' "$seen/tests" || failed=1
awk '{ p += $1; f += $2 } END { printf "lessons: %d/%d\n", p, p + f; exit f != 0 || p == 0 }' \
    "$seen/claims" || failed=1
awk -F'\t' '$1 == "sim" && $2 != "ok" { bad = 1 } END { exit bad }' "$seen/tests" || failed=1
[ -s "$seen/sim" ] && cat "$seen/sim" || echo "sim: stopped: $(grep -m1 -- --seed "$seen/out")"
# Somebody else's tests need somebody else's program: PACKETDRILL and SUITE, as for `make public`.
if [ -x "${PACKETDRILL:-}" ] && [ -d "${SUITE:-}" ] && [ -e "${PACKETDRILL_SO:-$dir/../finwait-packetdrill.so}" ]; then
    sh tests/drill/public.sh "${PACKETDRILL_SO:-$dir/../finwait-packetdrill.so}" "$PACKETDRILL" "$SUITE" "${LIST:-}" \
        > "$seen/packetdrill" 2>&1
    tail -1 "$seen/packetdrill"
else
    echo "packetdrill: not run here"
fi
exit $failed
