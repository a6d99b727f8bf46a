#!/bin/sh
# Environments: one configuration, a state and values for each; none is deleted while it holds anything.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/backends.sh"

c=$work/c
config "$c" <<'HCL'
variable "size" { default = "small" }
resource "detour_data" "one" { input = "${detour.env}-${var.size}" }
output "v" { value = detour_data.one.output }
HCL
echo 'size = "big"' >"$c/staging.vars.hcl"

d "$c" env list
is "there is always the default one" "$out" "* default"
d "$c" apply -auto-approve
d "$c" plan -env=staging
exits "one that was not made" 1
has "is refused" "$err" 'There is no environment "staging"'
d "$c" env new staging
exits "env new" 0
d "$c" env new staging
has "only once" "$err" "The environment exists"
for name in default 'a b' ../x '' -x detour "$(printf %064d 1)"; do
    d "$c" env new -- "$name"
    exits "no name for one: '$name'" 1
done
d "$c" env new prod
d "$c" env list -env=staging
is "env list" "$(echo "$out" | tr '\n' ',')" "  default,  prod,* staging,"
d "$c" env list -json
ok "in JSON" jq -e '.environments == ["default", "prod", "staging"] and .current == "default"' "$work/stdout"
d "$c" apply -auto-approve -env=staging
exits "apply -env" 0
d "$c" output -raw v -env=staging
is "with its own values, and its name in detour.env" "$out" staging-big
d "$c" output -raw v
is "the default one has its own" "$out" default-small
d "$c" plan -detailed-exitcode -var size=x -env=staging
exits "-var is stronger than the file" 2
DETOUR_ENV=staging
export DETOUR_ENV
d "$c" plan -detailed-exitcode
exits "DETOUR_ENV" 0
d "$c" env show
is "env show" "$out" staging
d "$c" output -raw v -env=default
is "-env is stronger than DETOUR_ENV" "$out" default-small
unset DETOUR_ENV
d "$c" plan -env=stagin
has "a slip of the pen" "$err" 'Did you mean "staging"?'
d "$c" plan -env=staging -state=x.state
has "not with -state" "$err" "Two states"
d "$c" state list -env=prod
is "another one is empty" "$out" ""
d "$c" env delete staging
exits "one that holds objects stays" 1
has "and says what" "$err" "detour_data.one"
d "$c" env delete default
exits "the default one stays" 1
d "$c" env delete nothing
exits "one that is not there" 1
d "$c" destroy -auto-approve -env=staging
d "$c" env delete staging
exits "an empty one goes" 0
ok "with its state" test ! -e "$c/detour.staging.state"
d "$c" env list
is "and is in no list" "$(echo "$out" | tr '\n' ',')" "* default,  prod,"
d "$c" plan -detailed-exitcode
exits "the default one was never touched" 0

# -- a fresh clone, and another place --
d "$c" apply -auto-approve -env=prod
rm -rf "$c/detour.state.d" "$c/.detour"
d "$c" env list
is "what has a state is known without the list" "$(echo "$out" | tr '\n' ',')" "* default,  prod,"
d "$c" plan -detailed-exitcode -env=prod
exits "and can be used" 0
cp -r "$c" "$work/m"
mkdir "$work/m/sub"
cat >>"$work/m/main.hcl" <<'HCL'
detour {
  backend "local" { path = "sub/s.state" }
}
HCL
d "$work/m" state migrate -env=prod
exits "the state of an environment moves" 0
d "$work/m" plan -detailed-exitcode -env=prod
exits "and is found there" 0
d "$work/m" state migrate
exits "so does the default one" 0
d "$work/m" env list
is "the list goes with it" "$(echo "$out" | tr '\n' ',')" "* default,  prod,"

# -- on a web server: texts beside the state --
start_http
w=$work/w
{ backend http web && cat "$c/main.hcl"; } | config "$w"
d "$w" apply -auto-approve
exits "http: apply" 0
is "http: without a word about the history" "$err" ""
d "$w" apply -auto-approve -var size=large
d "$w" state history
has "http: state history" "$out" "+1 ~0 -0"
has "http: with each snapshot" "$out" "+0 ~1 -0"
d "$w" state history -json
serial=$(jq '.snapshots[0].serial' "$work/stdout")
ok "http: all of them are kept" jq -e '[.snapshots[].kept] | all' "$work/stdout"
d "$w" state diff "$serial"
has "http: state diff" "$out" "default-large"
d "$w" env new staging
exits "http: env new" 0
d "$w" env new staging
says "http: only once" "The environment exists"
d "$w" apply -auto-approve -env=staging
exits "http: apply -env" 0
d "$w" output -raw v -env=staging
is "http: a state of its own" "$out" staging-small
d "$w" output -raw v
is "http: beside the default one" "$out" default-large
d "$w" plan -env=stagin
says "http: a slip of the pen" 'Did you mean "staging"?'
d "$w" env list -env=staging
is "http: env list" "$(echo "$out" | tr '\n' ',')" "  default,* staging,"
d "$w" state history -env=staging
is "http: each has its own history" "$(echo "$out" | grep -c '+1 ~0 -0')" 1
d "$w" destroy -auto-approve -env=staging
d "$w" env delete staging
exits "http: env delete" 0
colleague=$work/colleague
mkdir "$colleague" && cp "$w/main.hcl" "$colleague"
d "$colleague" env list
is "http: the list is everybody's" "$(echo "$out" | tr '\n' ',')" "* default,"

# Servers that know the address of the state alone: one warning, and the apply succeeds.
for fault in beside=405 beside=404 beside=403 blind; do
    background "$support/http-state" "$work/$fault.port" "$fault"
    until_file "$work/$fault.port"
    x=$work/x-$fault
    { backend http x "http://127.0.0.1:$(cat "$work/$fault.port")" && cat "$c/main.hcl"; } | config "$x"
    d "$x" apply -auto-approve
    exits "$fault: an apply succeeds" 0
    is "$fault: with one warning" "$(echo "$err" | grep -c Warning)" 1
    says "$fault: which says why" "the server keeps nothing beside the state"
    says "$fault: and how to end it" "history = false"
    d "$x" plan -detailed-exitcode
    exits "$fault: and the state is what was written" 0
    d "$x" state history
    has "$fault: there is no history" "$out" "There is no history"
    d "$x" env new staging
    exits "$fault: a list of environments cannot be kept" 1
    says "$fault: which is said" "history = false"
    sed -i 's|address = \(.*\) }|\n address = \1\n history = false\n }|' "$x/main.hcl"
    d "$x" apply -auto-approve -var size=large
    is "$fault: with history = false it is not tried" "$code$err" 0
    d "$x" apply -auto-approve -env=staging
    exits "$fault: and an environment needs no list" 0
    d "$x" output -raw v -env=staging
    is "$fault: it has its own state" "$out" staging-small
done
{ backend http terraform/state/x && cat "$c/main.hcl"; } | config "$work/gitlab"
d "$work/gitlab" apply -auto-approve
is "on GitLab it is not tried at all" "$code$err" 0
d "$work/gitlab" env new staging
says "and env new says so" "keeps no list of environments"
done_testing
