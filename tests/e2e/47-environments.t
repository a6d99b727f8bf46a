#!/bin/sh
# Environments: one configuration, a state and values for each; none is deleted while it holds anything.
. "$(dirname "$0")/lib.sh"

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
done_testing
