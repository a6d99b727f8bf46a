# observe.sh: looking at many things at once; one process for each sort of thing, not for each thing.

newline='
'

# A script whose detour was killed goes on: looking waits for it to end, so that what it did is seen. False where it does not
# end.
wait_for_changes() {
    [ -r /run/detour.lock ] || return 0
    exec 9</run/detour.lock
    /usr/bin/flock -s -n 9 && return
    emit p "waiting for another detour that changes this machine"
    /usr/bin/flock -s -w 300 9
}

# hidden PATH: whether something may be there, in a folder that we may not search.
hidden() {
    d=${1%/*}
    while [ "$d" ] && ! [ -e "$d" ]; do d=${d%/*}; done
    ! [ -x "${d:-/}" ]
}

# look_paths SECTION PATH…: a line of flags (1: it is there, 0: it is not, x: nobody knows), then one line of stat for each
# that is.
look_paths() {
    section=$1
    shift
    x=
    for p; do
        shift
        if [ -e "$p" ] || [ -L "$p" ]; then
            x=${x}1
            set -- "$@" "$p"
        elif hidden "$p"; then
            x=${x}x
        else
            x=${x}0
        fi
    done
    s=
    if [ $# -gt 0 ]; then
        f='%f %s %u %g %U %G'
        s=$(stat -c "$f" -- "$@" 2>/dev/null) || s=$(for p; do stat -c "$f" -- "$p" 2>/dev/null || echo -; done)
    fi
    emit "$section" "$x
$s"
}

# look_files SECTION KNOWN PATH…: likewise for plain files, with their SHA-256; then, in sections of their own, the first
# MiB of each whose hash is not among KNOWN (" HASH HASH "; "*" for all).
look_files() {
    section=$1
    known=$2
    shift 2
    x=
    for p; do
        shift
        if [ -f "$p" ] && ! [ -L "$p" ]; then
            x=${x}1
            set -- "$@" "$p"
        else
            x=${x}0
        fi
    done
    s=
    if [ $# -gt 0 ]; then
        # A name that breaks lines is printed as it is by some sha256sum: then they are asked one by one, without names.
        case $* in *"$newline"*) false ;; *) s=$(sha256sum -- "$@" 2>/dev/null) ;; esac ||
            s=$(for p; do sha256sum <"$p" 2>/dev/null || echo -; done)
    fi
    emit "$section" "$x
$s"
    if [ $# -eq 0 ] || [ "$known" = '*' ]; then return; fi
    printf '%s\n' "$s" | while read -r h _; do
        h=${h#\\}
        case $known in
        *" $h "*) ;;
        *) emit content "$h $(head -c 1048577 -- "$1" | base64 -w0)" ;;
        esac
        shift
    done
}

# look_keys USER…: the authorized_keys of each.
look_keys() {
    getent passwd "$@" | while IFS=: read -r n _ _ _ _ h _; do
        if [ -f "$h/.ssh/authorized_keys" ]; then
            emit keys "$n $(base64 -w0 <"$h/.ssh/authorized_keys")"
        fi
    done
}

# look_packages NAME…
look_packages() {
    # shellcheck disable=SC2016
    emit packages "$(dpkg-query -W -f '${Package} ${Architecture} ${Status} ${Version}\n' "$@" 2>/dev/null)"
}

# look_services UNIT…: blocks of properties, in the order asked for. Units made from init scripts do not say whether they
# are enabled; is-enabled does.
look_services() {
    s=$(systemctl show -p LoadState -p ActiveState -p SubState -p UnitFileState -p Result -p NRestarts -- "$@" 2>&1)
    case $s in
    *UnitFileState=generated*)
        for u; do
            if systemctl -q is-enabled -- "$u" 2>/dev/null; then emit enabled "$u"; fi
        done
        ;;
    esac
    emit services "$s"
}

look_host() {
    # shellcheck disable=SC1091,SC2154
    emit host "$(
        . /etc/os-release
        printf '%s\n' "$ID" "${VERSION_ID-}" "$PRETTY_NAME"
        /usr/bin/dpkg --print-architecture
        cat /etc/machine-id
    )"
}
