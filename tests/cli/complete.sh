#!/bin/sh
# complete.sh - the completions complete: in bash, and in fish where it is installed.
. "$(dirname "$0")/lib.sh"
PATH=$(dirname "$FINWAIT"):$PATH
export PATH

# What SHELL offers for LINE, one word a line, into $work/out.
bash_offers() {
    cat > "$work/try.bash" << 'EOF'
. assets/finwait.bash
COMP_WORDS=() IFS=$'\n'
for w in $(printf '%s' "$1" | sed 's/=/\n=\n/g; s/ /\n/g'); do [ -n "$w" ] && COMP_WORDS+=("$w"); done
case $1 in *" " | *=) COMP_WORDS+=("") ;; esac
[ "${COMP_WORDS[-1]}" = "" ] && [ "${COMP_WORDS[-2]}" = "=" ] && unset 'COMP_WORDS[-1]'
IFS=$' \t\n'
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_finwait
printf '%s\n' "${COMPREPLY[@]}"
EOF
    bash "$work/try.bash" "$1"
}
fish_offers() {
    fish --no-config -c "source assets/finwait.fish; complete -C '$1'" | cut -f1 | sed 's/^.*=//'
}
offers() { # SHELL LINE WORD ...
    shell=$1 last="$1: $2"
    "${shell}_offers" "$2" > "$work/out" 2> "$work/err"
    shift 2
    for word in "$@"; do
        holds "is not offered: $word" grep -qxF -- "$word" "$work/out"
    done
}
offers_not() {
    shell=$1 last="$1: $2"
    "${shell}_offers" "$2" > "$work/out" 2> "$work/err"
    holds "is offered: $3" sh -c '! grep -qxF -- "$0" "$1"' "$3" "$work/out"
}

for shell in bash fish; do
    command -v $shell > /dev/null || continue
    offers $shell 'finwait ' play sandbox run check render list generate
    offers $shell 'finwait play ' 01-close 02-parts
    offers $shell 'finwait list ' lessons rules keys verbs profiles
    offers $shell 'finwait generate ' man bash zsh fish
    offers $shell 'finwait render --p' --pane --part --profile
    offers $shell 'finwait render 01-close --pane ' story ss log
    offers $shell 'finwait --profile ' rfc793 linux bsd
    offers $shell 'finwait play --profile=' rfc793 linux bsd
    offers $shell 'finwait --seed 7 list ' rules
    offers_not $shell 'finwait list --' --seed
    offers_not $shell 'finwait run --' --no-anim
done
if command -v zsh > /dev/null; then # who draws the list on a terminal: here only whether it reads
    last='zsh -n'
    holds 'zsh cannot read its completion' zsh -n assets/_finwait
fi
done_testing
