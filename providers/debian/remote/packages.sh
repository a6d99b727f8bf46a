# packages.sh: apt, with nobody there to answer questions.
export DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none NEEDRESTART_SUSPEND=1 UCF_FORCE_CONFFOLD=1
updated=

# apt_waits LOG: false unless apt could not get a lock, $end has not come, and nobody asked to stop; else says who has it
# and waits a little. (The apt of Debian 10 does not wait by itself, and none says so while it does.)
apt_waits() {
    grep -qE 'Could not get lock|Unable to acquire the dpkg|Unable to lock' "$1" && [ "$(date +%s)" -lt "$end" ] || return
    if stopped; then return 1; fi
    w=$(sed -n 's/.*held by process \([0-9]* ([^)]*)\).*/\1/p' "$1" | head -n 1)
    emit p "apt: waiting for another apt or dpkg${w:+, process $w}"
    sleep 3
}

# apt_update: at most once in a script.
apt_update() {
    updated=yes
    emit p "apt: reading package lists"
    end=$(($(date +%s) + 300))
    until apt-get -q -y -o Acquire::Retries=2 update 9>&- >"$D/update" 2>&1 && touch /var/lib/apt/lists; do
        apt_waits "$D/update" || return
    done
}

# has_lists: whether package lists were ever fetched.
has_lists() {
    set -- /var/lib/apt/lists/*_Packages*
    [ -e "$1" ]
}

# apt_lists: package lists where there are none, or where sources were changed after they were fetched.
apt_lists() {
    if ! has_lists || [ "$(find /etc/apt/sources.list /etc/apt/sources.list.d -newer /var/lib/apt/lists 2>/dev/null | head -n 1)" ]; then
        apt_update
    fi
}

# as_shown FLAGS SPEC…: whether apt removes nothing but what the plan showed ($R: " NAME NAME "); else $D/log says what.
as_shown() {
    case $1 in *--no-remove*) return ;; esac
    simulate_once "$@"
    printf '%s\n' "$o" | while read -r k n _; do
        case $k in
        Remv | Purg) case $R in *" $n "* | *" ${n%%:*} "*) ;; *) echo "E: not in the plan: apt would remove $n" ;; esac ;;
        esac
    done >"$D/log"
    ! [ -s "$D/log" ]
}

# apt_once FLAGS SPEC…: one transaction; $s is its exit status, $D/log what it said.
apt_once() {
    if ! as_shown "$@"; then
        s=1
        return
    fi
    f=$1
    shift
    # shellcheck disable=SC2086
    {
        apt-get -q -y -o Acquire::Retries=2 -o Dpkg::Options::=--force-confdef \
            -o Dpkg::Options::=--force-confold -o APT::Status-Fd=3 $f install -- "$@" 3>&1 9>&- >"$D/log" 2>&1
        echo $? >"$D/status"
    } | while IFS=: read -r k n c m; do
        case $k in
        dlstatus | pmstatus)
            if [ "${c%%.*}" != "$last" ]; then emit p "apt: ${m:-$n}"; fi
            last=${c%%.*}
            ;;
        esac
    done
    s=
    read -r s <"$D/status"
    s=${s:-1} # no room to write it
}

# apt_patient FLAGS SPEC…: likewise, waiting for the lock.
apt_patient() {
    end=$(($(date +%s) + 300))
    apt_once "$@"
    while [ "$s" -ne 0 ] && apt_waits "$D/log"; do apt_once "$@"; done
}

# apt_try FLAGS SPEC…: likewise, once more with fresh lists or after finishing what was interrupted, where that may help.
apt_try() {
    apt_patient "$@"
    [ "$s" -ne 0 ] || return 0
    if grep -q 'dpkg --configure -a' "$D/log"; then
        dpkg --force-confdef --force-confold --configure -a 9>&- >"$D/configure" 2>&1
        apt_patient "$@"
    elif [ -z "$updated" ] && grep -qE 'Unable to locate|was not found|no installation candidate|404|Failed to fetch' "$D/log"; then
        apt_update && apt_patient "$@"
    fi
    [ "$s" -eq 0 ]
}

apt_words() {
    echo "$s"
    [ -s "$D/log" ] || echo "What apt said could not be kept in $D: No space left on device?"
    grep -vE '^(Reading|Building|Get:|Hit:|Ign:|Fetched|\(Reading|Selecting|Preparing|Need to get|After this)' "$D/log" | tail -n 15
}

# satisfied SPEC: apt may fail for a package that is none of ours, and have done its work all the same.
satisfied() {
    n=${1%%=*}
    case $1 in
    *=* | *[!+-]) ;;
    *) n=${1%?} ;;
    esac
    # shellcheck disable=SC2016
    v=$(dpkg-query -W -f '${db:Status-Status}=${Version}' "$n" 2>/dev/null)
    case $1 in
    *=*) [ "$v" = "installed=${1#*=}" ] ;;
    *-) case $v in installed=* | half-* | unpacked=*) false ;; esac ;;
    *) case $v in installed=*) ;; *) false ;; esac ;;
    esac
}

# packages FLAGS SPEC…: all at once; where that fails each on its own, so that one bad package harms no other.
packages() {
    if apt_try "$@"; then return; fi
    emit apt "$(apt_words)"
    [ $# -gt 2 ] || return
    f=$1
    shift
    for p; do
        if stopped; then return; fi
        if satisfied "$p"; then continue; fi
        if ! apt_try "$f" "$p"; then emit "apt:$p" "$(apt_words)"; fi
    done
}

# simulate_once FLAGS SPEC…: what apt would do: $s, and $o its words. Looking writes nothing: neither what apt's planner logs
# nor, where it is out of date, its cache.
simulate_once() {
    g="$1 -o Dir::Log::Planner="
    shift
    if ! [ "$(find /var/cache/apt/pkgcache.bin -newer /var/lib/dpkg/status -newer /var/lib/apt/lists 2>/dev/null)" ]; then
        g="$g -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache="
    fi
    # shellcheck disable=SC2086
    o=$(apt-get -s -q -y $g install -- "$@" 2>&1)
    s=$?
}

# simulate FLAGS SPEC…: section simulation has what apt would do, without those that it would not do at all: section
# refused names each of them.
simulate() {
    f=$1
    simulate_once "$@"
    if [ "$s" -ne 0 ]; then
        shift
        for p; do
            shift
            simulate_once "$f" "$p"
            if [ "$s" -eq 0 ]; then
                set -- "$@" "$p"
            else
                emit refused "$p
$o"
            fi
        done
        [ $# -gt 0 ] || return
        simulate_once "$f" "$@"
    fi
    emit simulation "$s
$o"
}
