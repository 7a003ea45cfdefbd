#!/bin/sh
# map.sh [--update] - the lists of files in src/README.md are what the files say of themselves.
#
# Between `<!-- files: MODULE -->` and `<!-- end -->` stands a line for every stem: its names, and
# the first sentence of the comment that it begins with (that of the header, if there is one).
set -u
cd "$(dirname "$0")/.." || exit 2
export LC_ALL=C.UTF-8

# The first sentence after "name - ".
sentence() { # FILE
    awk '
        NR == 1 && /SPDX/ && !/ - / { next }
        { sub(/^ *\/?\*+ ?/, "") }
        !begun && / - / { begun = 1; sub(/^[^ ]+ - /, "") }
        !begun { next }
        /^ *$/ { exit }
        { text = text (text ? " " : "") $0 }
        /\*\// { exit }
        END {
            sub(/ *\*\/.*/, "", text)
            if (match(text, /[.!?]( |$)/)) text = substr(text, 1, RSTART - 1)
            print text
        }' "$1"
}

module() { # NAME
    for f in "src/$1"/*.c "src/$1"/*.h "src/$1"/*.def; do
        [ -e "$f" ] && basename "$f" | sed 's/\.[a-z]*$//'
    done | sort -u | while read -r stem; do
        kinds= text= # a header that only says whose it is says less than the code
        for kind in def h c; do
            f=src/$1/$stem.$kind
            [ -e "$f" ] || continue
            kinds="$kinds${kinds:+,}$kind"
            [ -z "$text" ] || [ $kind = h ] || continue
            said=$(sentence "$f")
            case $kind:$said in h:what\ *\ know\ of\ each\ other) said= ;; esac
            [ -n "$said" ] && text=$said
        done
        case $kinds in *,*) kinds="{$kinds}" ;; esac
        echo "- \`$1/$stem.$kinds\` $text"
    done
}

generate() {
    while IFS= read -r line; do
        case $line in
        '<!-- files: '*)
            echo "$line"
            m=${line#<!-- files: }
            module "${m% -->}"
            skipping=yes
            continue ;;
        '<!-- end -->') skipping= ;;
        esac
        [ -n "${skipping:-}" ] || printf '%s\n' "$line"
    done < src/README.md
}

new=$(mktemp)
trap 'rm -f "$new"' EXIT
generate > "$new"
if [ "${1:-}" = --update ]; then
    cmp -s "$new" src/README.md || cp "$new" src/README.md
    exit 0
fi
if diff src/README.md "$new"; then
    echo '1 passed, 0 failed'
else
    echo 'map: src/README.md is old (sh tests/map.sh --update)'
    echo '0 passed, 1 failed'
    exit 1
fi
