# bash completion for finwait; written by `finwait generate bash`
_finwait() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= words= w
    COMPREPLY=()
    for w in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case $w in -*) ;; *) command=$w; break ;; esac
    done
    case $prev in
    --profile|-p) COMPREPLY=($(compgen -W "rfc793 rfc9293 linux bsd" -- "$cur")); return ;;
    --seed|-s|--part|--at|--size) return ;;
    esac
    case $command in
    '')
        words="play sandbox run check render list generate --help --version --seed --profile --ascii --color --no-color --no-anim --no-mouse"
        ;;
    play)
        words=" --help --version --seed --profile --part --plain --ascii --color --no-color --no-anim --no-mouse"
        words="$words $(finwait list lessons 2>/dev/null | awk 'NR > 2 { print $2 }')"
        COMPREPLY=($(compgen -f -- "$cur"))
        ;;
    sandbox)
        words=" --help --version --seed --profile --plain --ascii --color --no-color --no-anim --no-mouse"
        ;;
    run)
        words=" --help --version --seed --profile --part --plain --ladder --json --size --ascii"
        words="$words $(finwait list lessons 2>/dev/null | awk 'NR > 2 { print $2 }')"
        COMPREPLY=($(compgen -f -- "$cur"))
        ;;
    check)
        words=" --help --version --seed --profile"
        words="$words $(finwait list lessons 2>/dev/null | awk 'NR > 2 { print $2 }')"
        COMPREPLY=($(compgen -f -- "$cur"))
        ;;
    render)
        words=" --help --version --seed --profile --part --at --size --pane --ascii --color --no-color"
        words="$words $(finwait list lessons 2>/dev/null | awk 'NR > 2 { print $2 }')"
        COMPREPLY=($(compgen -f -- "$cur"))
        ;;
    list)
        words="lessons rules keys verbs profiles --help --version"
        ;;
    generate)
        words="man bash zsh fish --help --version"
        ;;
    esac
    COMPREPLY+=($(compgen -W "$words" -- "$cur"))
}
complete -o filenames -F _finwait finwait
