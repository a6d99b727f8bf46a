# shellcheck shell=sh
# Servers for states, and configurations that use them. Sourced after lib.sh by the scripts that need them.

support=$root/tests/support
pids=

# background PROGRAM…: runs it and remembers it; its process id is in $!.
background() {
    "$@" >>"$work/servers.log" 2>&1 &
    pids="$pids $!"
}
until_file() {
    tries=0
    until [ -s "$1" ] || [ $tries -ge 300 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
}

# -- HTTP with LOCK and UNLOCK: $http is its address --
start_http() {
    background "$support/http-state" "$work/http.port"
    until_file "$work/http.port"
    http=http://127.0.0.1:$(cat "$work/http.port")
}

# -- PostgreSQL, as a user that is not root: $pg is its address, and PG_CONN_STR is set --
as_nobody() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }
start_pg() {
    pg_bin=$(find /usr/lib/postgresql -name pg_ctl -printf '%h\n' | sort -V | tail -1)
    pg_dir=$work/pg
    pg_port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1)->sockport')
    mkdir "$pg_dir"
    [ "$(id -u)" != 0 ] || { chmod a+x "$work" && chown nobody "$pg_dir"; }
    as_nobody "$pg_bin/initdb" -D "$pg_dir/data" -A trust -U detour -E UTF8 --locale=C --no-sync >>"$work/servers.log" 2>&1
    as_nobody "$pg_bin/pg_ctl" -w -D "$pg_dir/data" -l "$pg_dir/log" \
        -o "-c unix_socket_directories=$pg_dir -c listen_addresses=127.0.0.1 -c port=$pg_port -c max_connections=80" start \
        >>"$work/servers.log" 2>&1
    pg=postgres://detour@127.0.0.1:$pg_port/postgres
    export PG_CONN_STR="$pg"
}
stop_pg() { as_nobody "$pg_bin/pg_ctl" -m immediate -D "$pg_dir/data" stop; }
sql() { "$pg_bin/psql" -qAtX "$pg" -c "$1"; }

# -- S3: Ceph's gateway; fetch_s3 & may run while other things do. $s3 is its address, and AWS_* are set --
ceph=${DETOUR_CEPH:-/var/tmp/detour-e2e-ceph} # unpacked packages, kept for the next script
fetch_s3() { "$support/radosgw" fetch "$ceph" >"$work/fetch.log" 2>&1; }
start_s3() {
    s3_port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1)->sockport')
    "$support/radosgw" start "$ceph" "$work/ceph" "$s3_port" >>"$work/servers.log" 2>&1
    s3=http://127.0.0.1:$s3_port
    export AWS_ACCESS_KEY_ID=AKDETOUR AWS_SECRET_ACCESS_KEY=SKDETOUR
    "$support/s3" PUT "$s3/states"
}
stop_s3() { "$support/radosgw" stop "$ceph" "$work/ceph"; }

# expiring: sets AWS_* to a key that expires, as the server gives it out.
expiring() {
    policy='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","sts:GetSessionToken"],"Resource":"*"}]}'
    policy=$(jq -rn --arg policy "$policy" '$policy | @uri')
    printf '%s' "Action=PutUserPolicy&PolicyDocument=$policy&PolicyName=session&UserName=detour&Version=2010-05-08" >"$work/policy"
    SERVICE=iam "$support/s3" POST "$s3/" "$work/policy" >"$work/policy.xml"
    printf '%s' 'Action=GetSessionToken&DurationSeconds=900&Version=2011-06-15' >"$work/session"
    SERVICE=sts "$support/s3" POST "$s3/" "$work/session" >"$work/session.xml"
    element() { sed "s/.*<$1>\([^<]*\)<.*/\1/" "$work/session.xml"; }
    AWS_ACCESS_KEY_ID=$(element AccessKeyId) AWS_SECRET_ACCESS_KEY=$(element SecretAccessKey) AWS_SESSION_TOKEN=$(element SessionToken)
    export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
}

# at_time OFFSET COMMAND…: with a clock that is wrong by that much.
at_time() {
    offset=$1
    shift
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME="$offset" \
        LD_PRELOAD=$(dpkg -L libfaketime | grep '/libfaketimeMT\.so\.1$') "$@"
}

# push_rescue NAME: stores the state that $c kept.
push_rescue() {
    d "$c" state push detour.rescue.state
    exits "$1: it is pushed" 0
    ok "$1: and gone from here" test ! -e "$c/detour.rescue.state"
}

# goes_on NAME OBJECTS: one more apply in $c makes what is missing, and so many objects are there once.
goes_on() {
    d "$c" apply -auto-approve
    exits "$1: the next apply does the rest" 0
    d "$c" plan -detailed-exitcode
    exits "$1: and nothing is left to do" 0
    d "$c" state list
    is "$1: nothing is lost, nothing is there twice" "$(echo "$out" | sort -u | wc -l) $(echo "$out" | wc -l)" "$2 $2"
}

# All three of them.
start_servers() {
    fetch_s3 &
    fetching=$!
    start_http
    start_pg
    wait $fetching || cat "$work/fetch.log"
    start_s3
}

# proxy NAME HOST:PORT [BYTES]: a line that can be cut; its port is in $proxy, its process id in $proxy_pid.
proxy() {
    background "$support/cut-proxy" "$work/$1.port" "$2" ${3:+"$3"}
    proxy_pid=$!
    until_file "$work/$1.port"
    proxy=127.0.0.1:$(cat "$work/$1.port")
}

clean_up() {
    # shellcheck disable=SC2086
    [ -z "$pids" ] || kill $pids
    [ -z "${pg_dir:-}" ] || stop_pg
    [ ! -d "$work/ceph" ] || stop_s3
}

# backend KIND NAME [ADDRESS]: the detour block; every NAME is another state.
backend() {
    echo "detour {"
    case $1 in
    local) echo "  backend \"local\" { path = \"$2.state\" }" ;;
    http) echo "  backend \"http\" { address = \"${3:-$http}/$2\" }" ;;
    pg) echo "  backend \"pg\" { name = \"$2\" }" ;;
    s3) printf '  backend "s3" {\n    endpoint = "%s"\n    bucket = "states"\n    key = "%s.state"\n  }\n' "${3:-$s3}" "$2" ;;
    esac
    echo "}"
}
# resources N: that many objects.
resources() { printf 'resource "detour_data" "many" {\n  count = %s\n  input = "value ${count.index}"\n}\n' "$1"; }
