# lib.sh - what the command line tests share.  The program is in $FINWAIT.
#
#   run STATUS ARGS...     run it, standard input from /dev/null; its status must be STATUS
#   says 'TEXT'            its output contains TEXT          complains 'TEXT'   its errors do
#   is_quiet               it had no errors                  done_testing       at the end
cd "$(dirname "$0")/../.." || exit 2
: "${FINWAIT:=$PWD/build/release/finwait}"
export FINWAIT_LESSONS="$PWD/tests/cli/lessons"
export LC_ALL=C.UTF-8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME="$work/state"
bad=0 good=0 last=

ok() { good=$((good + 1)); }
not_ok() {
    bad=$((bad + 1))
    echo "FAILED after: finwait $last"
    echo "  $1"
    sed 's/^/  out: /' "$work/out" | head -20
    sed 's/^/  err: /' "$work/err" | head -20
}
run() {
    want=$1
    shift
    last="$*"
    timeout 60 "$FINWAIT" "$@" > "$work/out" 2> "$work/err" < "${input:-/dev/null}"
    got=$?
    if [ $got -eq "$want" ]; then ok; else not_ok "status $got, expected $want"; fi
}
says() { if grep -qF -- "$1" "$work/out"; then ok; else not_ok "does not say: $1"; fi; }
says_not() { if grep -qF -- "$1" "$work/out"; then not_ok "says: $1"; else ok; fi; }
complains() { if grep -qF -- "$1" "$work/err"; then ok; else not_ok "does not complain: $1"; fi; }
is_quiet() { if [ -s "$work/err" ]; then not_ok "complains"; else ok; fi; }
holds() { what=$1; shift; if "$@"; then ok; else not_ok "$what"; fi; }
done_testing() {
    echo "$good passed, $bad failed"
    [ $bad -eq 0 ]
}
