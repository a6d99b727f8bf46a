#!/bin/sh
# A state moves between places, and is told apart from everything that only looks like it: each a clear error, and nothing written.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/backends.sh"

start_servers
export DETOUR_HTTP_RETRY_MAX=1 DETOUR_S3_RETRY_MAX=1 DETOUR_PG_RETRY_MAX=1

# -- from place to place --
c=$work/c
mkdir "$c"
resources 5 >"$c/main.hcl"
d "$c" apply -auto-approve
exits "a state in files" 0
lineage=$(jq -r .lineage "$c/detour.state")
from=local
for to in s3 pg http local; do
    if [ $to = local ]; then rm "$c/backend.hcl"; else backend $to moving >"$c/backend.hcl"; fi
    d "$c" plan
    exits "$from → $to: another place is not taken for an empty state" 1
    says "$from → $to: it says where the state is" "It was kept in $from"
    says "$from → $to: and what to do" "detour state migrate"
    d "$c" state migrate
    exits "$from → $to: it moves" 0
    d "$c" plan -detailed-exitcode
    exits "$from → $to: and the plan is empty" 0
    d "$c" state pull
    is "$from → $to: the lineage is the same" "$(echo "$out" | jq -r .lineage)" "$lineage"
    if [ $from != local ]; then
        mkdir "$work/late-$from" && resources 5 >"$work/late-$from/main.hcl" && backend $from moving >"$work/late-$from/backend.hcl"
        d "$work/late-$from" plan
        exits "$from → $to: who comes to the old place does not start anew" 1
        says "$from → $to: but is told where it went" "the state is kept in $to"
    fi
    from=$to
    case $to in
    s3 | pg | http)
        d "$c" state history
        has "the history goes along to $to" "$out" "+5 ~0 -0"
        ;;
    esac
done
d "$c" state migrate
exits "there is nothing to move then" 1
says "which is told" "Nothing to move"

# Interrupted after any step it can be repeated: here after the target was written, and after the source was marked.
m=$work/m
mkdir "$m"
resources 2 >"$m/main.hcl"
d "$m" apply -auto-approve
cp "$m/detour.state" "$m/before"
backend http again >"$m/backend.hcl"
d "$m" state migrate
exits "a move" 0
cp "$m/detour.state" "$m/note"
rm -r "$m/.detour"
cp "$m/before" "$m/detour.state"
d "$m" state migrate
exits "repeated before the source was marked" 0
rm -r "$m/.detour"
d "$m" state migrate
exits "repeated before it was remembered" 0
ok "the note is the same" cmp "$m/note" "$m/detour.state"
d "$m" plan -detailed-exitcode
exits "and the plan is empty" 0
t=$work/taken
mkdir "$t"
resources 1 >"$t/main.hcl"
d "$t" apply -auto-approve
backend http again >"$t/backend.hcl"
d "$t" state migrate
exits "a place that holds another state is refused" 1
says "with both lineages" "holds lineage"

# -- what is no state, or another one --
b=$work/b
mkdir "$b"
resources 2 >"$b/main.hcl"
backend http bad >"$b/backend.hcl"
d "$b" apply -auto-approve
put() { perl -MHTTP::Tiny -e 'local $/; exit !HTTP::Tiny->new->post($ARGV[0], {content => <STDIN>})->{success}' "$http/bad"; }
get() { perl -MHTTP::Tiny -e 'print HTTP::Tiny->new->get($ARGV[0])->{content}' "$http/bad"; }
get >"$work/good"
# refused NAME WORDS: plan and apply fail with these words, and what is stored stays as it is.
refused() {
    get >"$work/stored"
    d "$b" plan
    exits "$1: refused" 1
    says "$1: says so" "$2"
    d "$b" apply -auto-approve
    exits "$1: an apply is refused as well" 1
    get >"$work/now"
    ok "$1: nothing was written" cmp "$work/now" "$work/stored"
}
head -c 400 "$work/good" | put
refused "truncated" "http://127.0.0.1"
echo '<html><body>502 Bad Gateway</body></html>' | put
refused "a web page" "web page"
sed "s/$(jq -r .lineage "$work/good")/11111111-1111-1111-1111-111111111111/" "$work/good" | put
refused "another lineage" "holds lineage 11111111"
sed 's/many\[1\]/many[0]/' "$work/good" | put
refused "edited into something inconsistent" "many[0]"
sed 's/"version": [0-9]*/"version": 99/' "$work/good" | put
refused "a newer format" "version 99"
d "$b" state list
put <"$work/good"
d "$b" apply -auto-approve -replace='detour_data.many[0]'
exits "a later serial" 0
get >"$work/later"
put <"$work/good"
refused "a serial that went backwards" "The state went back"
d "$b" state pull
echo "$out" >"$work/older"
d "$b" state push "$work/older"
exits "an older state is not pushed" 1
d "$b" state push -force "$work/older"
exits "but by force it becomes the newest" 0
d "$b" plan
exits "and is taken then" 0
perl -MHTTP::Tiny -e 'HTTP::Tiny->new->delete($ARGV[0])' "$http/bad"
d "$b" plan
exits "a state that is gone is not an empty one" 1
says "and says so" "The state is gone"
get >"$work/stored"

# push: only what continues the stored state
put <"$work/later"
d "$t" state pull
echo "$out" >"$work/foreign"
d "$b" state push "$work/foreign"
exits "push refuses another lineage" 1
says "and says so" "Another state"
head -c 100 "$work/good" >"$work/torn"
d "$b" state push "$work/torn"
exits "push refuses a file that is no state" 1
d "$b" state push "$work/missing"
exits "or that is not there" 1

# -- 500 MB --
h=$work/huge
mkdir "$h"
resources 1 >"$h/main.hcl"
truncate -s 500M "$h/detour.state"
d "$h" plan
exits "500 MB are no state" 1
says "and it says so" "more than 256 MiB"

# -- servers that are not what they seem --
background "$support/http-state" "$work/html.port" html
until_file "$work/html.port"
p=$work/proxied
mkdir "$p"
resources 1 >"$p/main.hcl"
backend http x "http://127.0.0.1:$(cat "$work/html.port")" >"$p/backend.hcl"
d "$p" plan
exits "a server that answers with a login page" 1
says "is known as such" "is a web page"
for mode in "" refuse; do
    background "$support/s3-careless" "$work/careless$mode.port" $mode
    until_file "$work/careless$mode.port"
    mkdir "$work/careless$mode"
    resources 1 >"$work/careless$mode/main.hcl"
    backend s3 x "http://127.0.0.1:$(cat "$work/careless$mode.port")" >"$work/careless$mode/backend.hcl"
    d "$work/careless$mode" apply -auto-approve
    exits "a bucket without conditional writes${mode:+ (refused)}" 1
    says "is no place for a lock" "conditional write"
done

# -- what its server did not take is offered --
# on_terminal NAME DIR ANSWER ARGS…: a run on a terminal; what it shows is in $out, its exit code in $code.
on_terminal() {
    name=$1 where=$2 answer=$3
    shift 3
    code=0
    echo "$answer" | script -qec "'$detour' -chdir='$where' $*" /dev/null >"$work/terminal" 2>&1 || code=$?
    out=$(tr -d '\r' <"$work/terminal")
}
background "$support/http-state" "$work/dropping.port" drop=6
until_file "$work/dropping.port"
dropping=http://127.0.0.1:$(cat "$work/dropping.port")
r=$work/rescue
{ backend http x "$dropping" && resources 3; } | config "$r"
d "$r" apply -auto-approve
exits "the server does not take the state" 1
says "it is told with the command to come" "detour -chdir=$r state push detour.rescue.state"
perl -MHTTP::Tiny -e 'exit !HTTP::Tiny->new->request("FIX", $ARGV[0])->{success}' "$dropping/x"
d "$r" plan
exits "nobody to ask: refused" 1
says "with that command" "detour -chdir=$r state push detour.rescue.state"
d "$r" plan -backend-config="address=$dropping/x"
says "and what else it needs" "state push -backend-config=… detour.rescue.state"
on_terminal no "$r" no plan
is "on a terminal: no" $code 1
has "it is asked" "$out" "Do you want to store the state of the last run now?"
has "and the command is told" "$out" "state push detour.rescue.state"
ok "and the rescue is where it was" test -e "$r/detour.rescue.state"
on_terminal json "$r" yes plan -json
lacks "with -json nobody is asked" "$out" "Do you want"
on_terminal input "$r" yes plan -input=false
lacks "nor with -input=false" "$out" "Do you want"
on_terminal yes "$r" yes plan
is "yes: it is stored, and the plan goes on" $code 0
ok "and the file is gone" test ! -e "$r/detour.rescue.state"
d "$r" apply -auto-approve
exits "the next apply does the rest" 0
d "$r" state list
is "nothing is lost, nothing is there twice" "$(echo "$out" | sort -u | wc -l) $(echo "$out" | wc -l)" "3 3"

# -- a lock that cannot be given back --
background "$support/http-state" "$work/keeping.port" unlock=403
until_file "$work/keeping.port"
k=$work/keeping
{ backend http x "http://127.0.0.1:$(cat "$work/keeping.port")" && resources 1; } | config "$k"
d "$k" apply -auto-approve
exits "the state is written, and the lock stays" 0
says "which is told" "The lock cannot be given back"
says "with what to do elsewhere" "elsewhere: detour force-unlock $(flat "$err" | grep -o 'force-unlock [0-9a-f-]*' | cut -d' ' -f2)"
mkdir "$work/keeping-far" && cp "$k/main.hcl" "$work/keeping-far"
d "$work/keeping-far" plan -detailed-exitcode
exits "others are kept out" 4
perl -MHTTP::Tiny -e 'exit !HTTP::Tiny->new->request("FIX", $ARGV[0])->{success}' "http://127.0.0.1:$(cat "$work/keeping.port")/x"
d "$k" plan -detailed-exitcode
exits "the next run here takes it over" 0
d "$work/keeping-far" plan -detailed-exitcode
exits "and gives it back" 0

# -- settings --
s=$work/settings
config "$s" <<'HCL'
detour {
  backend "s4" {
    bucket = "b"
  }
}
HCL
d "$s" plan
exits "an unknown backend" 1
says "has a near name" 'Did you mean "s3"?'
config "$s" <<'HCL'
detour {
  backend "s3" {
    bukket     = "b"
    secret_key = "hunter2"
  }
}
HCL
d "$s" plan
exits "settings that are wrong" 1
says "a near name" 'Did you mean "bucket"?'
says "no secrets in a configuration" "Secret in the configuration"
says "with its place" "main.hcl line 4"
config "$s" <<'HCL'
detour {
  backend "s3" {}
}
HCL
d "$s" plan
says "what is missing is named" 'needs "bucket"'
{ resources 1 && printf 'detour {\n  backend "http" {}\n}\n'; } >"$s/main.hcl"
d "$s" apply -auto-approve -backend-config="address=$http/partial"
exits "-backend-config completes it" 0
echo "address = \"$http/partial\"" >"$work/backend.conf"
d "$s" plan -detailed-exitcode -backend-config="$work/backend.conf"
exits "from a file, too" 0
DETOUR_HTTP_ADDRESS=$http/partial
export DETOUR_HTTP_ADDRESS
DETOUR_HTTP_PASSWORD=canary-of-the-backend DETOUR_HTTP_USERNAME=me "$detour" -chdir="$s" plan -out="$work/plan" >/dev/null 2>&1
d "$s" plan -detailed-exitcode
exits "and from the environment" 0
if grep -rq canary-of-the-backend "$s" "$work/plan"; then fail "credentials are in no file"; else pass "credentials are in no file"; fi

# A database that is not there says so.
PG_CONN_STR=postgres://nobody@127.0.0.1:1/x
export PG_CONN_STR
q=$work/q
mkdir "$q"
{ resources 1 && backend pg x; } >"$q/main.hcl"
d "$q" plan
exits "a database that does not answer" 1
says "is named with its reason" "Connection refused"

done_testing
