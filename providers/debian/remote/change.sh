# change.sh: the steps of an apply. Each runs through `run`, in a subshell, so that it may exit; the exit status says why
# (enum step_status). A lost connection must not stop what is under way.
trap '' HUP PIPE

# lock: one detour at a time changes a machine. What is started from here must not hold the lock: see 9>&- below.
lock() {
    [ -w /run ] || return 0
    exec 9>>/run/detour.lock
    /usr/bin/flock -n 9 && return
    emit p "waiting for another detour that changes this machine"
    /usr/bin/flock -w 600 9
}

# run INDEX COMMAND…: one step; section rINDEX answers its exit status and what it said.
run() {
    r=$1
    shift
    if stopped; then
        emit "r$r" 125
        return
    fi
    o=$("$@" 9>&- 2>&1)
    emit "r$r" "$?
$o"
}

# look PATH: $w is what stands there: absent, d (directory), o (something else), l:TARGET, f:SHA256.
look() {
    if [ -L "$1" ]; then
        w=l:$(readlink -- "$1")
    elif [ -f "$1" ]; then
        w=$(sha256sum <"$1") && w=f:${w%% *}
    elif [ -d "$1" ]; then
        w=d
    elif [ -e "$1" ]; then
        w=o
    else
        w=absent
    fi
}

# brought PATH: whether it came with the packages that this run installed: last changed while they were (the times in $W).
brought() {
    c=$(stat -c %.9Z -- "$1") || return
    c=${c%.*}${c#*.}
    # shellcheck disable=SC2086
    set -- $W
    while [ $# -gt 1 ]; do
        if [ "$c" -ge "$1" ] && [ "$c" -le "$2" ]; then return; fi
        shift 2
    done
    false
}

# expect PATH EXPECTED WANTED OR: exits unless what stands there was seen at plan time, or is what we want, or OR, or nobody
# looked. Where nothing was there, a package that the plan installs may have brought it.
expect() {
    look "$1"
    case $w in
    "$3" | "$2" | "$4") return ;;
    d | o)
        printf %s "$w"
        exit 13
        ;;
    esac
    if [ "$2" = any ] || { [ "$2" = absent ] && brought "$1"; }; then return; fi
    printf %s "$w"
    exit 12
}

# content_out: the bytes in $b, or in $e as base64.
content_out() {
    if [ "$e" ]; then
        printf %s "$e" | base64 -d
    else
        # shellcheck disable=SC2154
        printf %s "$b"
    fi
}

# own OWNER:GROUP MODE PATH: what root makes is root's already, but in a folder that hands on its group.
me=$(id -u)
own() {
    if [ "$me $1" != '0 root:root' ] || [ -g "${3%/*}/" ]; then chown -h -- "$1" "$3" || return; fi
    [ "$2" = - ] || chmod -- "$2" "$3"
}

# put_file PATH OWNER:GROUP MODE UMASK EXPECTED WANTED OR: written beside its place, made durable, then moved there. Where a UMASK
# gives the file its mode as it is made, that saves a chmod; else it is -.
put_file() {
    [ -d "${1%/*}/" ] || exit 11
    expect "$1" "$5" "$6" "$7"
    if [ "$w" = "$6" ]; then
        chown -h -- "$2" "$1" && chmod -- "$3" "$1" || exit 14
        return
    fi
    set -C # the folder may be somebody else's: never write through what they put there
    t=${1%/*}/.detour-$N-$r
    m=$3
    if [ "$4" = - ]; then
        umask 077
    else
        umask "$4"
        m=-
    fi
    # The printf of dash does not say why it cannot write; cat does.
    { { content_out >"$t"; } 2>/dev/null || content_out 2>/dev/null | cat >|"$t"; } && own "$2" "$m" "$t" &&
        sync -- "$t" && mv -f -T -- "$t" "$1" && return
    rm -f -- "$t" 2>/dev/null
    exit 15
}

# remove_file PATH EXPECTED
remove_file() {
    expect "$1" "$2" absent absent
    rm -f -- "$1" || exit 15
}

# put_directory PATH OWNER:GROUP MODE PARENTS
put_directory() {
    if [ -L "$1" ]; then
        printf l
        exit 13
    fi
    if ! [ -d "$1" ]; then
        if [ -e "$1" ]; then
            printf file
            exit 13
        fi
        if [ "$4" = yes ]; then mkdir -p -- "${1%/*}/" || exit 15; fi
        [ -d "${1%/*}/" ] || exit 11
        mkdir -- "$1" || exit 15
    fi
    chown -h -- "$2" "$1" && chmod -- "$3" "$1" || exit 14
}

# remove_directory PATH RECURSIVE
remove_directory() {
    if [ -L "$1" ] || ! [ -d "$1" ]; then return; fi
    if [ "$2" = yes ]; then
        rm -rf --one-file-system -- "$1" || exit 15
    else
        rmdir --ignore-fail-on-non-empty -- "$1" || exit 15
        if [ -d "$1" ]; then
            find "$1" -mindepth 1 -maxdepth 1 | head -n 5
            exit 16
        fi
    fi
}

# put_group NAME CREATE-FLAGS OPTION…
put_group() {
    n=$1
    f=$2
    shift 2
    if getent group "$n" >/dev/null; then
        [ $# -eq 0 ] || groupmod "$@" -- "$n" || exit 15
    else
        # shellcheck disable=SC2086
        groupadd $f "$@" -- "$n" || exit 15
    fi
}

remove_group() {
    if getent group "$1" >/dev/null; then groupdel -- "$1" || exit 15; fi
}

# put_user NAME CREATE-FLAGS GROUP OPTION…: where GROUP is "own", a group of the user's name that is there already becomes
# the primary group.
put_user() {
    n=$1
    f=$2
    g=$3
    shift 3
    if getent passwd "$n" >/dev/null; then
        [ $# -eq 0 ] || usermod "$@" -- "$n" || exit 15
        return
    fi
    if [ "$g" = own ] && getent group "$n" >/dev/null; then set -- "$@" -g "$n"; fi
    # shellcheck disable=SC2086
    useradd $f "$@" -- "$n" || exit 15
}

# remove_user NAME FLAGS
remove_user() {
    # shellcheck disable=SC2086
    if getent passwd "$1" >/dev/null; then userdel $2 -- "$1" || exit 15; fi
}

# put_keys NAME: $b becomes the authorized_keys of the user, written as that user: root must not follow links in a home.
put_keys() {
    h=$(getent passwd "$1") || exit 15
    h=${h%:*}
    h=${h##*:}
    [ -d "$h" ] || exit 11
    # shellcheck disable=SC2016
    printf %s "$b" | runuser -u "$1" -- sh -c '
        umask 077
        mkdir -p -- "$1/.ssh" && chmod go-w -- "$1/.ssh" && cat >"$1/.ssh/$2" && sync -- "$1/.ssh/$2" &&
            mv -f -T -- "$1/.ssh/$2" "$1/.ssh/authorized_keys"
    ' sh "$h" ".detour-$N" || exit 15
}

# services_enable enable|disable UNIT…: all at once, as systemd reloads everything after each. Where that fails, put_service
# does it one by one to find the culprit.
one_by_one=
services_enable() {
    verb=$1
    shift
    systemctl -q "$verb" -- "$@" >/dev/null 2>&1 || one_by_one=yes
}

# services_reload UNIT…: systemd reads unit files anew where they changed or where it does not know the unit.
services_reload() {
    case $(systemctl show -p NeedDaemonReload -p LoadState -- "$@" 2>&1) in
    *NeedDaemonReload=yes* | *LoadState=not-found*) systemctl daemon-reload ;;
    esac
    case $(systemctl show -p LoadState -- "$@" 2>&1) in *LoadState=[!l]*) one_by_one=yes ;; esac
}

# services_start UNIT…: likewise.
services_start() {
    [ -z "$one_by_one" ] || return
    timeout 180 systemctl start -- "$@" >/dev/null 2>&1 || one_by_one=yes
}

# put_service UNIT ENABLE ACT, with ENABLE enable, disable or - and ACT start, restart, try-restart, stop or -
put_service() {
    if [ "$one_by_one" ]; then
        case $(systemctl show -p LoadState -- "$1" 2>&1) in
        LoadState=not-found) exit 17 ;;
        LoadState=masked) exit 18 ;;
        esac
        if [ "$2" != - ]; then systemctl -q "$2" -- "$1" || exit 19; fi
    fi
    case $3$one_by_one in
    - | -yes | start) ;;
    *) timeout 180 systemctl "$3" -- "$1" || exit 20 ;;
    esac
}

# remove_service UNIT DISABLE STOP
remove_service() {
    case $(systemctl show -p LoadState -- "$1" 2>&1) in LoadState=not-found) return ;; esac
    if [ "$3" = yes ]; then timeout 180 systemctl stop -- "$1" || exit 20; fi
    if [ "$2" = yes ]; then systemctl -q disable -- "$1" || exit 19; fi
}

# all_up UNIT…: running, and at the first go.
all_up() {
    case $(systemctl show -p ActiveState -p NRestarts -- "$@" 2>&1) in
    *NRestarts=[1-9]* | *ActiveState=[!a]* | *ActiveState=activating*) false ;;
    esac
}

# services_settle INDEX UNIT…: waits for what is still starting; section jINDEX has the status and last journal lines of each
# that is not up.
services_settle() {
    while [ $# -gt 1 ]; do
        i=0
        while [ $i -lt 20 ] && [ "$(systemctl is-active -- "$2")" = activating ]; do
            sleep 0.5
            i=$((i + 1))
        done
        if ! all_up "$2"; then
            emit "j$1" "$(
                systemctl --no-pager -l -n 0 status -- "$2" 2>&1 | head -n 8
                journalctl --no-pager -q -n 12 -o cat -u "$2" 2>&1
            )"
        fi
        shift 2
    done
}
