#!/bin/sh
# The network goes silent in the middle of a write, for the kernel drops the packets: nobody is told, neither the run nor the server. In a network namespace of
# its own, where the line to each server can be cut.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/backends.sh"

skip() {
    echo "1..0 # SKIP $1"
    exit 0
}
if [ "${DETOUR_NAMESPACE:-}" != 1 ]; then
    unshare -n true 2>/dev/null || skip "no network namespaces here"
    command -v iptables >/dev/null || skip "no iptables"
    fetch_s3 || cat "$work/fetch.log"
    rm -rf "$work"
    DETOUR_NAMESPACE=1 exec unshare -n "$0"
fi
ip link set lo up
iptables -A INPUT -p tcp --dport 1 -m quota --quota 1 -j ACCEPT 2>/dev/null || skip "the kernel counts no bytes (iptables -m quota)"
start_servers

# Short, so that the test is: what counts is that each is kept.
export DETOUR_HTTP_RETRY_MAX=1 DETOUR_S3_RETRY_MAX=1 DETOUR_PG_RETRY_MAX=1 DETOUR_HTTP_TIMEOUT=1 DETOUR_S3_TIMEOUT=1
export PG_CONN_STR="$pg?connect_timeout=2&tcp_user_timeout=1000&keepalives_idle=1&keepalives_interval=1&keepalives_count=1"
port() {
    case $1 in
    http) echo "${http##*:}" ;;
    pg) echo "$pg_port" ;;
    s3) echo "$s3_port" ;;
    esac
}

# -- a firewall that lets some bytes through, and then nothing: what arrived is the beginning of a write --
# silent_after KIND BYTES
silent_after() {
    iptables -A INPUT -p tcp --dport "$(port "$1")" -m quota --quota "$2" -j ACCEPT
    iptables -A INPUT -p tcp --dport "$(port "$1")" -j DROP
}
heal() { iptables -F INPUT; }

# begin NAME KIND: an apply beside others, into NAME.log, NAME.code and NAME.took.
begin() {
    { backend "$2" "$1" && resources 200; } | config "$work/$1"
    {
        from=$(date +%s)
        timeout 100 "$detour" -chdir="$work/$1" apply -auto-approve >"$work/$1.log" 2>&1
        echo $? >"$work/$1.code"
        echo $(($(date +%s) - from)) >"$work/$1.took"
    } &
    begun="${begun:-} $!"
}
# ended NAME: how it was.
ended() {
    code=$(cat "$work/$1.code")
    out=$(cat "$work/$1.log")
    err=$out
}
# rescued NAME: what there is after the line was cut, and the way back.
rescued() {
    c=$work/$1
    ended "$1"
    exits "$1: the run fails" 1
    ok "$1: within its time-outs ($(cat "$work/$1.took") s)" test "$(cat "$work/$1.took")" -le 30
    says "$1: which is told" "The state cannot be written"
    says "$1: with what to do" "state push detour.rescue.state"
    lacks "$1: and no records that the rescue has anyway" "$out" '"record"'
    lacks "$1: and no word of a state that holds it" "$out" "What was done is in the state"
    lacks "$1: nor a word about the history" "$out" "The history"
    is "$1: the state is kept for its owner alone" "$(stat -c %a "$c/detour.rescue.state")" 600
    mkdir "$work/far-$1" && cp "$c/main.hcl" "$work/far-$1"
    d "$work/far-$1" plan -detailed-exitcode
    exits "$1: the lock was kept" 4
    d "$c" apply -auto-approve
    exits "$1: nothing is begun anew" 1
    says "$1: but the next run asks for it" "state push detour.rescue.state"
    push_rescue "$1"
    goes_on "$1" 200
}

silent_after http 100000
silent_after pg 60000
silent_after s3 60000
for kind in http pg s3; do begin "silent-$kind" $kind; done
# shellcheck disable=SC2086
wait $begun
# The server has not heard that the session is over, and will not: as when the machine that ran detour lost its power.
for gone in $(ss -Htn state established "sport = :$pg_port" | awk '{sub(/.*:/, "", $4); print $4}'); do
    iptables -t raw -A PREROUTING -p tcp --dport "$pg_port" --sport "$gone" -j DROP
done
heal
is "a session is left on the database" "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" 1
for kind in http pg s3; do rescued "silent-$kind"; done

# -- a line that goes silent while nothing is written: the same run goes on with another --
resumed() {
    c=$work/resumed-$1
    { backend "$1" resumed && resources 20; } | config "$c"
    mkfifo "$work/answer-$1"
    script -qec "'$detour' -chdir='$c' apply" /dev/null <"$work/answer-$1" >"$work/resumed-$1.log" 2>&1 &
    asker=$!
    exec 3>"$work/answer-$1"
    until_text "Enter a value" "$work/resumed-$1.log"
    for old in $(ss -Htn state established "sport = :$(port "$1")" | awk '{sub(/.*:/, "", $4); print $4}'); do
        iptables -t raw -A PREROUTING -p tcp --dport "$(port "$1")" --sport "$old" -j DROP
    done
    echo yes >&3
    code=0
    wait $asker || code=$?
    exec 3>&-
    out=$(cat "$work/resumed-$1.log")
    err=
    exits "$1: a run whose connection is lost makes another" 0
    d "$c" plan -detailed-exitcode
    exits "$1: and its work is whole" 0
}
for kind in http pg s3; do resumed $kind; done

# -- tc: a slow line that loses everything from one moment on --
slow() {
    tc qdisc add dev lo root handle 1: htb default 10 &&
        tc class add dev lo parent 1: classid 1:10 htb rate 10gbit &&
        tc class add dev lo parent 1: classid 1:20 htb rate 400kbit &&
        tc filter add dev lo parent 1: protocol ip u32 match ip protocol 6 0xff match ip dport "$(port http)" 0xffff flowid 1:20
}
# A queue that is too short for any packet is what kernels without netem have.
lose() {
    tc qdisc add dev lo parent 1:20 handle 20: netem loss 100% || tc qdisc add dev lo parent 1:20 handle 20: bfifo limit 40
}
sent() { tc -s class show dev lo | awk '/^class htb 1:20 / {this = 1} this && /Sent/ {print $2; exit}'; }
if slow 2>>"$work/tc.log"; then
    begun=
    begin tc-http http
    tries=0
    while [ "$(sent)" -lt 90000 ] && [ $tries -lt 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    lose 2>>"$work/tc.log"
    # shellcheck disable=SC2086
    wait $begun
    tc qdisc del dev lo root
    rescued tc-http
else
    pass "a slow line # SKIP tc has no htb here"
fi
done_testing
