#!/bin/sh
# States on real servers: a web server, PostgreSQL and Ceph's S3: one at a time, holders that are killed, lines that are cut.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/backends.sh"

start_servers
export DETOUR_HTTP_RETRY_MAX=2 DETOUR_S3_RETRY_MAX=2 DETOUR_PG_RETRY_MAX=2

# address KIND: host and port of its server, for a proxy.
address() {
    case $1 in
    http) echo "${http#http://}" ;;
    pg) echo "127.0.0.1:$pg_port" ;;
    s3) echo "${s3#http://}" ;;
    esac
}
# Has the following commands go through the proxy: the web server and the bucket by their address, the database by the environment.
through() {
    case $1 in
    pg) export PG_CONN_STR="postgres://detour@$proxy/postgres" ;;
    http) address=http://$proxy ;;
    s3) address=http://$proxy ;;
    esac
}
straight() { export PG_CONN_STR="$pg"; }

# -- an ordinary life --
life() {
    c=$work/$1
    mkdir -p "$c"
    { backend "$1" life && resources 3; } | config "$c"
    d "$c" apply -auto-approve
    exits "$1: apply" 0
    d "$c" plan -detailed-exitcode
    exits "$1: the plan is empty then" 0
    ok "$1: nothing of the state is on the disk here" test ! -e "$c/detour.state" -a ! -e "$c/detour.state.journal"
    d "$c" state list
    is "$1: the state is read" "$(echo "$out" | wc -l)" 3
    cp -r "$c" "$c-colleague"
    rm -rf "$c-colleague/.detour"
    resources 4 >"$c-colleague/main.hcl"
    backend "$1" life >"$c-colleague/backend.hcl"
    d "$c-colleague" apply -auto-approve
    has "$1: a colleague goes on from there" "$out" "1 added, 0 changed, 0 destroyed"
    d "$c" destroy -auto-approve
    exits "$1: destroy" 0
}

# -- twenty at once --
# They wait for each other most of the time: those of all places run beside what else is tested.
crowd_starts() {
    c=$work/crowd-$1
    { backend "$1" crowd && resources 1; } | config "$c"
    "$detour" -chdir="$c" apply -auto-approve >"$work/crowd.log" 2>&1
    runs=
    for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        "$detour" -chdir="$c" apply -auto-approve -lock-timeout=5m -replace='detour_data.many[0]' >"$work/crowd-$1-$n.log" 2>&1 &
        runs="$runs $!"
    done
    echo "$runs" >"$work/crowd-$1.runs"
}
crowd_ends() {
    good=0
    read -r runs <"$work/crowd-$1.runs"
    for run in $runs; do wait "$run" && good=$((good + 1)); done
    is "$1: twenty runs at once all come through" "$good" 20
    [ "$good" = 20 ] || cat "$work/crowd-$1"-*.log | grep -A6 Error | sed 's/^/# /' | head -40
    d "$work/crowd-$1" state pull
    is "$1: one after the other: each saw what the one before wrote" "$(echo "$out" | jq .serial)" 21
    waited=$(cat "$work/crowd-$1"-*.log | grep -c "holds it for apply since")
    ok "$1: those who waited were told for whom" test "$waited" -ge 10
}

# -- the holder is killed --
# ask DIR: a run that holds the lock and waits for an answer.
ask() {
    rm -f "$work/answer" "$work/asking" # the answer of the last question is none to this one
    mkfifo "$work/answer"
    script -qec "exec '$detour' -chdir='$1' apply" /dev/null <"$work/answer" >"$work/asking" 2>&1 &
    asker=$!
    exec 3>"$work/answer"
    until_text "Enter a value" "$work/asking"
}
killed() {
    c=$work/killed-$1
    { backend "$1" killed && resources 2; } | config "$c"
    ask "$c"
    d "$c" plan -detailed-exitcode
    exits "$1: a lock that is held has its exit code" 4
    has "$1: who holds it" "$err" "$(id -un)@"
    has "$1: and how to go on if that run is no more" "$err" "force-unlock"
    id=$(flat "$err" | grep -o 'force-unlock *[0-9a-f-]*' | awk '{print $2}')
    d "$c" force-unlock 00000000-0000-0000-0000-000000000000
    exits "$1: another ID unlocks nothing" 1
    pkill -9 -f "^$detour -chdir=$c apply"
    exec 3>&-
    wait $asker 2>/dev/null
    elsewhere=$work/elsewhere-$1
    cp -r "$c" "$elsewhere"
    d "$elsewhere" plan -detailed-exitcode
    exits "$1: the lock of a holder that was killed stays for those elsewhere" 4
    d "$elsewhere" force-unlock "$id"
    exits "$1: until it is forced open" 0
    d "$elsewhere" apply -auto-approve
    exits "$1: and then it is free" 0
    sed -i 's/count = 2/count = 3/' "$c/main.hcl"
    ask "$c"
    pkill -9 -f "^$detour -chdir=$c apply"
    exec 3>&-
    wait $asker 2>/dev/null
    d "$c" plan
    exits "$1: where it can be seen that the holder is gone, its lock is taken over" 0
    has "$1: which is told" "$err" "Lock of a process that is gone"
}

# -- the network is cut in the middle of a write --
cut() {
    c=$work/cut-$1
    proxy "cut-$1" "$(address "$1")" "$2"
    through "$1"
    { backend "$1" cut "${address:-}" && resources 100; } | config "$c"
    d "$c" apply -auto-approve
    exits "$1: the line is cut in the middle of a write" 1
    has "$1: which is told" "$err" "cannot be written"
    kill -USR2 "$proxy_pid"
    if [ -e "$c/detour.rescue.state" ]; then
        is "$1: what was not stored is for its owner alone" "$(stat -c %a "$c/detour.rescue.state")" 600
        d "$c" plan
        has "$1: the next run asks for it" "$(flat "$err")" "state push detour.rescue.state"
        mkdir "$work/far-$1" && cp "$c/main.hcl" "$work/far-$1"
        d "$work/far-$1" plan -detailed-exitcode
        exits "$1: the lock was kept" 4
        push_rescue "$1"
    fi
    goes_on "$1" 100
    kill "$proxy_pid"
    straight
}

# A run that dies on a line that went silent leaves its journal on the server.
lost() {
    c=$work/lost-$1
    proxy "lost-$1" "$(address "$1")"
    through "$1"
    { backend "$1" lost "${address:-}" && resources 1; } | config "$c"
    d "$c" apply -auto-approve
    exits "$1: a state" 0
    { backend "$1" lost "${address:-}" && resources 3000; } >"$c/main.hcl"
    "$detour" -chdir="$c" apply -auto-approve >"$work/lost.log" 2>&1 &
    run=$!
    until_text "many\[5\]: Creation complete" "$work/lost.log"
    kill -HUP "$proxy_pid"
    kill -9 $run
    wait $run 2>/dev/null
    kill -USR2 "$proxy_pid"
    d "$c" plan
    exits "$1: after a kill -9 the state is read with its journal" 0
    d "$c" apply -auto-approve
    exits "$1: the rest is made" 0
    d "$c" state list
    is "$1: nothing is forgotten, nothing is there twice" "$(echo "$out" | sort -u | wc -l) $(echo "$out" | wc -l)" "3000 3000"
    d "$c" plan -detailed-exitcode
    exits "$1: nothing is left to do" 0
    kill "$proxy_pid"
    straight
}

for kind in http pg s3; do
    crowd_starts $kind
done
for kind in http pg s3; do
    life $kind
    killed $kind
    lost $kind
done
cut http 40000
cut pg 60000
cut s3 60000
# -- S3: whose key, by which name, at what time --
# in_bucket NAME KEY [SETTING…]: a configuration.
in_bucket() {
    name=$1
    shift
    { printf 'detour {\n  backend "s3" {\n    bucket = "states"\n    key = "%s.state"\n' "$name" && printf '    %s\n' "$@" && printf '  }\n}\n' && resources 2; } |
        config "$work/$name"
}
keys() {
    in_bucket front "endpoint = \"http://localhost:$s3_port\"" 'use_path_style = false'
    d "$work/front" apply -auto-approve
    exits "s3: the bucket's name in front of the server's" 0
    in_bucket path "endpoint = \"$s3\"" && sed -i 's/path.state/front.state/' "$work/path/main.hcl"
    d "$work/path" plan -detailed-exitcode
    exits "s3: which is the same state as by its path" 0
    in_bucket number "endpoint = \"$s3\"" 'use_path_style = false'
    d "$work/number" plan
    says "s3: no name stands in front of a number" "no bucket's name can stand in front of one"

    AWS_SHARED_CREDENTIALS_FILE=$work/credentials AWS_CONFIG_FILE=$work/aws-config
    export AWS_SHARED_CREDENTIALS_FILE AWS_CONFIG_FILE
    printf '[default]\naws_access_key_id = AKOTHER\naws_secret_access_key = SKOTHER\n[shop]\naws_access_key_id = %s\naws_secret_access_key = %s\n' \
        "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" >"$work/credentials"
    printf '[profile sso]\nsso_session = x\n' >"$work/aws-config"
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
    d "$work/path" plan
    exits "s3: another's profile" 1
    says "s3: is refused with what to do" "AccessDenied"
    export AWS_PROFILE=shop
    d "$work/path" plan -detailed-exitcode
    exits "s3: AWS_PROFILE" 0
    in_bucket block "endpoint = \"$s3\"" 'profile = "shop"'
    AWS_PROFILE=default
    d "$work/block" apply -auto-approve
    exits "s3: a profile that is written in the block is stronger" 0
    AWS_PROFILE=shpo
    d "$work/path" plan
    says "s3: a slip of the pen" 'Did you mean "shop"?'
    AWS_PROFILE=sso
    d "$work/path" plan
    says "s3: what is not done says how to do it" "aws configure export-credentials --profile sso"
    unset AWS_PROFILE
    export AWS_ACCESS_KEY_ID=AKDETOUR AWS_SECRET_ACCESS_KEY=SKDETOUR

    expiring
    d "$work/path" plan -detailed-exitcode
    exits "s3: a key that expires, with its token" 0
    d "$work/path" apply -auto-approve -replace='detour_data.many[0]'
    exits "s3: writes, too" 0
    token=$AWS_SESSION_TOKEN
    unset AWS_SESSION_TOKEN
    d "$work/path" plan
    exits "s3: without the token it is none" 1
    AWS_SESSION_TOKEN=$(echo "$token" | tr 'A-Za-z' 'N-ZA-Mn-za-m') AWS_ACCESS_KEY_ID=AKDETOUR AWS_SECRET_ACCESS_KEY=SKDETOUR
    export AWS_SESSION_TOKEN
    d "$work/path" plan
    exits "s3: a token of another key" 1
    says "s3: is told" "AWS_SESSION_TOKEN"
    unset AWS_SESSION_TOKEN
    for offset in -2h +3d; do
        ok "s3: a clock that is $offset off is learnt from the server" \
            at_time $offset "$detour" -chdir="$work/path" apply -auto-approve -replace='detour_data.many[1]'
    done
    unset AWS_SHARED_CREDENTIALS_FILE AWS_CONFIG_FILE
}
keys

for kind in http pg s3; do
    crowd_ends $kind
done

done_testing
