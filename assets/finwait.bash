# bash completion for finwait; written by `finwait generate bash`
_finwait() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= words= i
    COMPREPLY=()
    [[ $cur == = ]] && cur=
    [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        =) ((i++)) ;;
        --seed|-s|--profile|-p|--part|--at|--size|--pane) [[ ${COMP_WORDS[i+1]} == = ]] || ((i++)) ;;
        -*) ;;
        *) command=${COMP_WORDS[i]}; break ;;
        esac
    done
    case $prev in
    --profile|-p) COMPREPLY=($(compgen -W "rfc793 rfc9293 linux bsd" -- "$cur")); return ;;
    --pane) COMPREPLY=($(compgen -W "story why bytes tcb timers diagram ss log programs lesson branches help" -- "$cur")); return ;;
    --color) COMPREPLY=($(compgen -W "auto never always" -- "$cur")); return ;;
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
        words=" --help --version --seed --profile --part --plain --ladder --json --pcapng --size --ascii"
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
