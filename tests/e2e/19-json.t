#!/bin/sh
# What programs read of plans, states and runs: the form of Terraform's, compared with its own where it is installed.
. "$(dirname "$0")/lib.sh"

c=$work/detour
config "$c" <<'EOF'
variable "who" {
  type        = string
  default     = "you"
  description = "name"
}
variable "pw" {
  type      = string
  sensitive = true
  default   = "s3cret"
}
variable "names" {
  default = ["a", "b"]
}
locals {
  greeting = "hi ${var.who}"
}
resource "detour_data" "a" {
  input = local.greeting
  lifecycle {
    precondition {
      condition     = var.who != ""
      error_message = "empty"
    }
  }
}
resource "detour_data" "b" {
  for_each         = toset(var.names)
  input            = { k = each.key, fixed = 1, deep = [detour_data.a.output, "x"] }
  triggers_replace = [detour_data.a.id]
  depends_on       = [detour_data.c]
}
resource "detour_data" "c" {
  count = 2
  input = "n${count.index}"
  lifecycle {
    postcondition {
      condition     = self.output != "no"
      error_message = "no"
    }
  }
}
resource "detour_data" "idx" {
  input            = resource.detour_data.b["a"].output.k
  triggers_replace = detour_data.c[*].id
}
module "m" {
  source   = "./m"
  x        = detour_data.a.output
  y        = 5
  for_each = toset(["one"])
}
module "plain" {
  source = "./m"
  x      = upper("x")
  secret = "s3cret"
  count  = 1
}
output "o" {
  value       = detour_data.a.id
  description = "the id"
}
output "p" {
  value     = var.pw
  sensitive = true
}
output "q" {
  value      = module.m["one"].z
  depends_on = [detour_data.a]
}
output "r" {
  value = [for k, m in module.m : m.z]
}
check "c" {
  assert {
    condition     = detour_data.a.output == "hi you"
    error_message = "no"
  }
}
EOF
mkdir "$c/m"
cat >"$c/m/main.hcl" <<'EOF'
variable "secret" {
  sensitive = true
  default   = "none"
}
variable "x" {}
variable "y" { default = 1 }
resource "detour_data" "in" { input = "${var.x}-${var.y}" }
output "z" { value = detour_data.in.output }
EOF

d "$c" plan -out=1.plan
d "$c" show -json 1.plan
exits "a plan as JSON" 0
printf '%s\n' "$out" >"$work/plan.json"
q() { jq -c "$1" "$work/plan.json"; }
is "formats are told" "$(q '[.format_version, .terraform_version != null, .detour_version != null]')" '["1.2",true,true]'
is "provider instances" "$(q .configuration.provider_config)" '{"detour":{"name":"detour","full_name":"detour"}}'
is "expressions by what they refer to" "$(q '.configuration.root_module.resources[] | select(.name == "idx").expressions.input')" \
    '{"references":["detour_data.b[\"a\"].output.k","detour_data.b[\"a\"].output","detour_data.b[\"a\"]","detour_data.b"]}'
is "or by their value" "$(q .configuration.root_module.module_calls.m.expressions.y)" '{"constant_value":5}'
is "secrets are not told by the configuration" "$(q .configuration | grep -c s3cret)" "0"
is "checks of one object are one" "$(q '[.checks[] | select(.address.kind == "resource") | [.address.name, (.instances | length), .instances[-1].address.instance_key]]')" '[["a",1,null],["c",2,1]]'
d "$c" plan -json
is "a stream begins with its format" "$(printf '%s\n' "$out" | head -1 | jq -c '[.type, .ui]')" '["version","1.2"]'
d "$c" apply -auto-approve 1.plan
d "$c" show -json
printf '%s\n' "$out" >"$work/state.json"
is "a state tells what was made from what" "$(jq -c '.values.root_module.resources[] | select(.address == "detour_data.b[\"a\"]").depends_on' "$work/state.json")" '["detour_data.a","detour_data.c"]'

# The same configuration with the reference's twin of our resource.
if command -v terraform >/dev/null; then
    t=$work/reference
    mkdir -p "$t/m"
    sed 's/detour_data/terraform_data/g' "$c/main.hcl" >"$t/main.tf"
    sed 's/detour_data/terraform_data/g' "$c/m/main.hcl" >"$t/m/main.tf"
    reference() { (cd "$t" && TF_CLI_CONFIG_FILE=/dev/null CHECKPOINT_DISABLE=1 terraform "$@" </dev/null); }
    same() { # NAME JQ OURS THEIRS
        is "$1" "$(jq -S "$2" "$3")" "$(sed 's/terraform_data/detour_data/g; s#terraform.io/builtin/terraform#detour#g; s/"terraform"/"detour"/g' "$4" | jq -S "$2")"
    }
    ok "the reference is ready" reference init -input=false
    reference plan -out=1.plan >/dev/null
    reference show -json 1.plan >"$work/reference-plan.json"
    same "the configuration is told as by the reference" '.configuration | del(.root_module.variables.pw.default) | .root_module.module_calls[] |= (del(.expressions.secret.constant_value) | del(.module.variables.secret.default))' "$work/plan.json" "$work/reference-plan.json"
    same "so are checks" '[.checks[] | .instances |= sort_by(.address.to_display)] | sort_by(.address.to_display)' "$work/plan.json" "$work/reference-plan.json"
    # their unknown output has the type of the input, so that there is a place for what is sensitive in it
    same "changes" '[.resource_changes[] | del(.change.after_sensitive.output?)] | sort_by(.address)' "$work/plan.json" "$work/reference-plan.json"
    same "changes of outputs" .output_changes "$work/plan.json" "$work/reference-plan.json"
    same "planned values" '.planned_values | .root_module.resources |= (map(del(.sensitive_values.output)) | sort_by(.address))' "$work/plan.json" "$work/reference-plan.json"
    reference apply -auto-approve >/dev/null
    reference show -json >"$work/reference-state.json"
    # our state has what an object was made from itself, theirs what that was made from, too
    same "and the state" '.values | walk(if type == "object" then del(.id, .depends_on) else . end)
        | walk(if type == "string" and test("^[0-9a-f]{8}-[0-9a-f-]{27}$") then "UUID" elif type == "array" and . == ["UUID"] then ["UUID"] else . end)
        | .root_module.resources |= sort_by(.address)' "$work/state.json" "$work/reference-state.json"
fi
# -- checks: one entry for each object, one instance for each of its own; a plan to destroy looks at none --
config "$work/k/m" <<'HCL'
variable "y" {
  default = 1
  validation {
    condition     = var.y == 1
    error_message = "y"
  }
}
check "c" {
  assert {
    condition     = var.y == 1
    error_message = "c"
  }
}
resource "detour_data" "a" {
  input = 1
  lifecycle {
    precondition {
      condition     = var.y == 1
      error_message = "before"
    }
    postcondition {
      condition     = self.input == var.y
      error_message = "after"
    }
  }
}
HCL
config "$work/k" <<'HCL'
module "m" {
  source = "./m"
  count  = 2
}
check "c" {
  assert {
    condition     = length(module.m) == 3
    error_message = "c"
  }
}
HCL
d "$work/k" plan -out=p
d "$work/k" show -json p
is "checks by object" "$(printf '%s' "$out" | jq -r '.checks[] | "\(.address.to_display) \(.status) \(.instances | length)"')" 'check.c fail 1
module.m.check.c pass 2
module.m.detour_data.a pass 2
module.m.var.y pass 2'
is "instances name their module" "$(printf '%s' "$out" | jq -c '.checks[1].instances[1].address')" \
    '{"to_display":"module.m[1].check.c","module":"module.m[1]"}'
d "$work/k" plan -destroy -out=p
d "$work/k" show -json p
is "of a plan to destroy" "$(printf '%s' "$out" | jq -r '.checks[] | "\(.address.to_display) \(.status) \(.instances)"')" 'check.c unknown null
module.m.check.c unknown null
module.m.detour_data.a unknown null
module.m.var.y unknown null'
done_testing
