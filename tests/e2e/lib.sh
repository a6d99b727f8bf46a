# shellcheck shell=sh
# What the end-to-end scripts share: TAP, a folder of their own, the binary, and a look at its answers.
# A script sources this, calls checks, and ends with `done_testing`.

root=$(cd "$(dirname "$0")/../.." && pwd)
detour=${DETOUR:-$root/build/release/detour}
work=$(mktemp -d "${TMPDIR:-/tmp}/detour-e2e-XXXXXX")
cases=0
failures=0
unset DETOUR_PAGER PAGER NO_COLOR

# What takes down what a script set up: called at the end whatever happens. Scripts redefine it.
clean_up() { :; }
at_exit() {
    code=$?
    clean_up >"$work/clean_up.log" 2>&1
    [ -n "${KEEP:-}" ] || rm -rf "$work"
    exit "$code"
}
trap at_exit EXIT
trap 'exit 130' INT TERM

pass() {
    cases=$((cases + 1))
    echo "ok $cases - $1"
}
fail() {
    cases=$((cases + 1))
    failures=$((failures + 1))
    echo "not ok $cases - $1"
    shift
    for line in "$@"; do printf '%s\n' "$line" | sed 's/^/#   /'; done
}
done_testing() {
    echo "1..$cases"
    [ "$failures" = 0 ]
}

# ok NAME COMMAND…: the command succeeds.
ok() {
    name=$1
    shift
    if output=$("$@" 2>&1); then pass "$name"; else fail "$name" "command: $*" "$output"; fi
}
# is NAME GOT WANT
is() { if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "got:  $2" "want: $3"; fi; }
# has NAME TEXT PART: the text holds the part.
has() {
    case $2 in
    *"$3"*) pass "$1" ;;
    *) fail "$1" "not found: $3" "in:" "$2" ;;
    esac
}
# lacks NAME TEXT PART
lacks() {
    case $2 in
    *"$3"*) fail "$1" "found: $3" "in:" "$2" ;;
    *) pass "$1" ;;
    esac
}

# Messages are broken into lines; their words are not.
flat() { echo "$1" | tr -s '\n ' ' '; }
# says NAME PART: what the last d wrote to stderr holds the part.
says() { has "$1" "$(flat "$err")" "$2"; }

# config DIR: standard input becomes DIR/main.hcl; the folder is made.
config() {
    mkdir -p "$1"
    cat >"$1/main.hcl"
}

# d DIR ARGS…: runs detour there; leaves stdout in $out, stderr in $err, the exit code in $code. Never fails itself.
d() {
    where=$1
    shift
    code=0
    "$detour" -chdir="$where" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || code=$?
    out=$(cat "$work/stdout")
    err=$(cat "$work/stderr")
}

# on ADDRESS COMMAND…: on the machine there, as root, who has the key $key; on_machine: on the one at $address.
on() {
    at=$1
    shift
    ssh -i "$key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "root@$at" "$@"
}
on_machine() { on "$address" "$@"; }

# exits NAME CODE: the last d ended with that code.
exits() { if [ "$code" = "$2" ]; then pass "$1"; else fail "$1" "exit code $code, expected $2" "$out" "$err"; fi; }

# until_text TEXT FILE: waits up to 20 seconds for the text to appear.
until_text() {
    tries=0
    until grep -q "$1" "$2" 2>/dev/null || [ $tries -ge 200 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
}
