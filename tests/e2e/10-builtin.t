#!/bin/sh
# Plan, apply, change, orphan, target, replace, destroy with the built-in resource: no machine needed.
. "$(dirname "$0")/lib.sh"

c=$work/c
config "$c" <<'HCL'
variable "who" { default = "world" }
resource "detour_data" "greeting" {
  input = "hello ${var.who}"
}
resource "detour_data" "copy" {
  for_each = toset(["a", "b"])
  input    = "${each.key}: ${detour_data.greeting.output}"
}
output "copies" {
  value = { for k, v in detour_data.copy : k => v.output }
}
HCL

d "$c" validate
exits "validate accepts it" 0
d "$c" plan -detailed-exitcode
exits "a plan with changes ends with 2" 2
has "the plan counts" "$out" "Plan: 3 to add, 0 to change, 0 to destroy."
has "the plan shows what is not known yet" "$out" "(known after apply)"
d "$c" apply
exits "apply does not act without an answer" 1
has "and says what to do" "$err" "-auto-approve"
ok "nothing was stored" test ! -s "$c/detour.state"
d "$c" apply -auto-approve
exits "apply" 0
has "outputs are shown" "$out" '"a" = "a: hello world"'
d "$c" plan -detailed-exitcode
exits "the second plan is empty" 0
has "and says so" "$out" "No changes."

d "$c" plan -detailed-exitcode -var who=coop
exits "a variable changes the plan" 2
has "in place" "$out" "will be updated in-place"
has "old and new" "$out" '"hello world" -> "hello coop"'
d "$c" plan -var who=coop -target=detour_data.greeting
has "-target leaves the rest out" "$out" "Plan: 0 to add, 1 to change, 0 to destroy."
says "and says that it does" "Resource targeting is in effect"

d "$c" plan -replace='detour_data.copy["a"]'
has "-replace" "$out" 'detour_data.copy["a"] will be replaced, as requested'

d "$c" plan -out="$work/plan" -var who=saved
exits "a plan can be saved" 0
is "only its owner may read it" "$(stat -c %a "$work/plan")" 600
d "$c" show -json "$work/plan"
is "show -json speaks 1.2" "$(echo "$out" | jq -r .format_version)" 1.2
is "with actions" "$(echo "$out" | jq -rc '[.resource_changes[].change.actions[0]] | unique')" '["update"]'
d "$c" apply "$work/plan"
exits "a saved plan applies without asking" 0
d "$c" apply "$work/plan"
exits "but not twice: the state moved on" 1
d "$c" output -json copies
is "the saved variable was used" "$(echo "$out" | jq -r .a)" "a: hello saved"
d "$c" output -raw copies
exits "-raw refuses a map" 1

sed -i 's/\["a", "b"\]/["a"]/' "$c/main.hcl"
d "$c" plan -var who=saved
has "a key that goes is destroyed" "$out" 'because key ["b"] is not in for_each map'
d "$c" apply -auto-approve -var who=saved
d "$c" state list
is "state list" "$out" 'detour_data.copy["a"]
detour_data.greeting'
d "$c" state show detour_data.greeting
has "state show" "$out" 'input  = "hello saved"'

one=$("$detour" -chdir="$c" plan -destroy -no-color -parallelism=1)
many=$("$detour" -chdir="$c" plan -destroy -no-color -parallelism=20)
is "the plan does not depend on -parallelism" "$one" "$many"
d "$c" destroy -auto-approve
exits "destroy" 0
d "$c" state list
is "nothing is left" "$out" ""

done_testing
