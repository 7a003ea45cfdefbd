#!/bin/sh
# install.sh - `make install` into an empty tree: everything there, the program finds its lessons,
# and uninstall leaves nothing behind.
set -u
cd "$(dirname "$0")/.." || exit 2
unset FINWAIT_LESSONS
failed=0 passed=0
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

try() {
    what=$1
    shift
    if "$@" >> "$tree.log" 2>&1; then
        passed=$((passed + 1))
    else
        echo "install: $what"
        failed=$((failed + 1))
    fi
}
trap 'rm -rf "$tree" "$tree.log"' EXIT

m() { ${MAKE:-make} -s MODE=release DESTDIR="$tree" PREFIX=/usr/local "$@"; }

try 'make install fails' m install
share=$tree/usr/local/share
for f in bin/finwait share/man/man1/finwait.1 share/bash-completion/completions/finwait \
    share/zsh/site-functions/_finwait share/fish/vendor_completions.d/finwait.fish; do
    try "no $f" test -s "$tree/usr/local/$f"
done
for l in lessons/[0-9]*.md; do
    try "no $l" cmp "$l" "$share/finwait/lessons/$(basename "$l")"
done

# From elsewhere, so that the tree it was built in cannot help.
same_list() {
    (cd / && "$tree/usr/local/bin/finwait" list lessons) > "$tree.a" 2>&1
    build/release/finwait list lessons > "$tree.b" 2>&1
    cmp "$tree.a" "$tree.b" && test -s "$tree.a"
    result=$?
    rm -f "$tree.a" "$tree.b"
    return $result
}
try 'the installed program lists other lessons' same_list
try 'bash cannot read its completion' bash -n "$share/bash-completion/completions/finwait"

try 'make uninstall fails' m uninstall
left=$(find "$tree" -type f)
try "uninstall left $left" test -z "$left"
[ $failed -eq 0 ] || tail -20 "$tree.log"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
