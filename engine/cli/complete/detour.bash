# shellcheck shell=bash
# The part of the bash completion that does not depend on the tables; complete/bash.c writes what does in front of it:
# _detour_commands, _detour_options COMMAND (set list), _detour_option NAME, _detour_argument COMMAND (set kind).

# What stands before the cursor, in words; what readline cut at "=" and ":" is put together again.
_detour_split() {
    local i word glue=
    words=()
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ ( $word == = || $word == : || $word == :: ) && ${#words[@]} -gt 0 ]]; then
            words[${#words[@]} - 1]+=$word
            glue=1
        elif [[ $glue ]]; then
            words[${#words[@]} - 1]+=$word
            glue=
        else
            words+=("$word")
        fi
    done
}

# The name of an option: without dashes and value.
_detour_name() {
    name=${1%%=*}
    name=${name#-}
    name=${name#-}
}

# Takes the command, -chdir, and the option whose value is wanted next out of the words before the cursor.
_detour_read() {
    local word name
    for word in "$@"; do
        _detour_name "$word"
        if [[ $kind ]]; then
            kind= # it was that option's value
        elif [[ $word == -*=* ]]; then
            [[ $name != chdir ]] || dir=${word#*=}
        elif [[ $word == -* ]]; then
            _detour_option "$name"
            [[ $kind != bool ]] || kind=
        else
            _detour_commands "$command"
            [[ " $list " != *" $word "* ]] || command=${command:+"$command "}$word
        fi
    done
}

# Replies with those of the lines on standard input that begin with the value.
_detour_reply() {
    local line
    while IFS= read -r line; do
        [[ $line == "$1"* ]] || continue
        [[ $COMP_WORDBREAKS != *:* ]] || line=${line#"${1%"${1##*:}"}"} # readline has that part already
        [[ $quoted ]] || printf -v line %q "$line"
        COMPREPLY+=("$prefix$line")
    done
}

# Replies with values of the kind.
_detour_value() {
    local value=$1 quoted=
    case $value in
    \'* | \"*)
        quoted=1
        value=${value:1}
        ;;
    esac
    case $kind in
    '') ;;
    bool) _detour_reply "$value" <<<$'true\nfalse' ;;
    anything) ;;
    files | folders)
        local action=-f
        [[ $kind == files ]] || action=-d
        compopt -o filenames 2>/dev/null
        quoted=1 # readline does that for names of files
        _detour_reply "$value" < <(cd "${dir:-.}" 2>/dev/null && compgen "$action" -- "$value")
        ;;
    words:*)
        kind=${kind#words:}
        _detour_reply "$value" <<<"${kind// /$'\n'}"
        ;;
    *) _detour_reply "$value" < <("$program" ${dir:+"-chdir=$dir"} completion list "$kind" 2>/dev/null) ;;
    esac
}

_detour() {
    local words cur name list kind='' command='' dir='' prefix='' program=${COMP_WORDS[0]}
    COMPREPLY=()
    _detour_split
    cur=${words[${#words[@]} - 1]}
    unset "words[${#words[@]} - 1]"
    _detour_read "${words[@]}"
    if [[ $kind ]]; then
        _detour_value "$cur"
    elif [[ $cur == -*=* ]]; then
        [[ $COMP_WORDBREAKS == *=* ]] || prefix=${cur%%=*}=
        _detour_name "$cur"
        _detour_option "$name"
        _detour_value "${cur#*=}"
    elif [[ $cur == -* ]]; then
        _detour_options "$command"
        [[ $cur != --* ]] || list="-${list// -/ --}"
        mapfile -t COMPREPLY < <(compgen -W "$list" -- "$cur")
        [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
    else
        _detour_commands "$command"
        mapfile -t COMPREPLY < <(compgen -W "$list" -- "$cur")
        _detour_argument "$command"
        _detour_value "$cur"
    fi
}

complete -F _detour detour
