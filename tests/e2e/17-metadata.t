#!/bin/sh
# metadata: functions, schemas of providers, the JSON schema of the language, as programs read them.
. "$(dirname "$0")/lib.sh"

d "$work" metadata functions -json
exits "functions for programs" 0
is "the format" "$(printf %s "$out" | jq -r .format_version)" "1.0"
printf %s "$out" | jq -r 'def text: if type == "string" then (if . == "dynamic" then "any" else . end) else "\(.[0])(\(.[1] | text))" end;
    def param: .type as $t | "\($t | text)\(if .is_nullable then "?" else "" end)";
    .function_signatures | to_entries[] | select(.key | contains("::") | not)
    | "\(.key)(" + ([(.value.parameters // [])[] | "\(.name) \(param)"] + [.value.variadic_parameter // empty | "\(.name)... \(param)"] | join(", "))
      + ") \(.value.return_type | text)"' >"$work/signatures"
is "the signatures are those of the reference" "$(grep -Fxv -f "$work/signatures" "$root/tests/conformance/data/signatures.txt")" ""
is "each is there again as core::NAME" "$(printf %s "$out" | jq '[.function_signatures | keys[] | select(startswith("core::"))] | length')" "$(wc -l <"$work/signatures")"
is "all are described" "$(printf %s "$out" | jq -r '.function_signatures | to_entries[] | select([.value | ., (.parameters // [])[], (.variadic_parameter // empty)] | any((.description // "") == "")) | .key')" ""
d "$work" metadata functions
has "and for people" "$out" "substr(str, offset, length)"
d "$work" metadata functions lookup
has "one with its parameters" "$out" "default... any, or null"
d "$work" metadata functions lokup
exits "no such function" 1
has "the near name is offered" "$err" '"lookup"'

# -- providers --

c=$work/tree
config "$c" <<'EOF'
resource "detour_data" "a" {}
provider "debian" {}
module "m" { source = "./m" }
module "empty" { source = "./empty" }
EOF
mkdir -p "$c/m" "$c/empty"
echo 'resource "detour_data" "b" {}
module "sub" { source = "../empty" }' >"$c/m/main.hcl"
echo 'variable "x" { default = 1 }' >"$c/empty/main.hcl"
d "$c" providers
is "the tree of modules with their providers" "$out" '
Providers required by configuration:
.
├── provider[debian]
├── provider[detour]
├── module.m
│   ├── provider[detour]
│   └── module.sub
└── module.empty'
d "$c" apply -auto-approve
d "$c" providers
has "and the state" "$out" "Providers required by state:

    provider[detour]"
d "$work" providers schema -json
is "schemas of all providers, without a configuration" "$(printf %s "$out" | jq -c '[.format_version, (.provider_schemas | has("debian"), has("detour"), has("lab"))]')" '["1.0",true,true,true]'
is "as other programs read them" "$(printf %s "$out" | jq -c '.provider_schemas.debian.resource_schemas.debian_file.block.attributes | .path, .content | del(.description)')" \
    '{"type":"string","description_kind":"markdown","required":true}
{"type":"string","description_kind":"markdown","optional":true,"computed":true}'
if command -v terraform >/dev/null; then
    mkdir "$work/reference"
    echo 'resource "terraform_data" "a" {}' >"$work/reference/main.tf"
    reference() { (cd "$work/reference" && TF_CLI_CONFIG_FILE=/dev/null CHECKPOINT_DISABLE=1 terraform "$@" </dev/null); }
    ok "the reference is ready" reference init -input=false
    same='.block | del(.description, .description_kind) | .attributes |= map_values(del(.description, .description_kind))'
    is "our twin of its resource looks the same" "$(printf %s "$out" | jq -S ".provider_schemas.detour.resource_schemas.detour_data | $same")" \
        "$(reference providers schema -json | jq -S ".provider_schemas[\"terraform.io/builtin/terraform\"].resource_schemas.terraform_data | $same")"
fi
d "$work" providers schema debian_host
has "a type for people" "$out" 'resource "debian_host"'
d "$work" providers schema debian_hots
exits "no such type" 1
has "the near name is offered here, too" "$err" '"debian_host"'

# -- the JSON schema: what it refuses, detour refuses, and the reverse --

data=$root/tests/e2e/data
d "$work" metadata schema
printf '%s\n' "$out" >"$work/schema.json"
mkdir -p "$work/json/m"
echo '{"variable": {"who": {}}}' >"$work/json/m/main.hcl.json"
cp "$data/schema.hcl.json" "$work/json/main.hcl.json"
d "$work/json" validate
exits "the example is valid" 0
is "and the schema says so" "$("$root/tests/support/validate-json" "$work/schema.json" "$data/schema.hcl.json")" "ok"
grep -v '^#' "$data/schema-bad.txt" >"$work/bad"
bad=0
while IFS='	' read -r name filter; do
    bad=$((bad + 1))
    jq "$filter" "$data/schema.hcl.json" >"$work/bad-$(printf %03d $bad).json"
done <"$work/bad"
"$root/tests/support/validate-json" "$work/schema.json" "$work"/bad-*.json >"$work/verdicts"
bad=0
while IFS='	' read -r name filter; do
    bad=$((bad + 1))
    verdict=$(sed -n "${bad}p" "$work/verdicts")
    cp "$work/bad-$(printf %03d $bad).json" "$work/json/main.hcl.json"
    d "$work/json" validate
    if [ "$verdict" != ok ] && [ "$code" = 1 ]; then pass "$name"; else fail "$name" "schema: $verdict" "detour: exit $code"; fi
done <"$work/bad"

# -- and of test files --

d "$work" metadata schema tests
exits "a schema of test files" 0
printf '%s\n' "$out" >"$work/tests.json"
mkdir "$work/runs"
echo 'variable "who" {}
output "o" { value = "hi ${var.who}" }' >"$work/runs/main.hcl"
cat >"$work/runs/a.test.hcl.json" <<'EOF'
{"variables": {"who": "you"},
 "run": {"greets": {"command": "plan", "assert": [{"condition": "${output.o == \"hi you\"}", "error_message": "no"}]}}}
EOF
d "$work/runs" test
exits "a test file in JSON passes" 0
is "and the schema takes it" "$("$root/tests/support/validate-json" "$work/tests.json" "$work/runs/a.test.hcl.json")" "ok"
echo '{"run": {"greets": {"asert": []}}}' >"$work/runs/a.test.hcl.json"
d "$work/runs" test
exits "a wrong one does not" 1
has "nor by the schema" "$("$root/tests/support/validate-json" "$work/tests.json" "$work/runs/a.test.hcl.json")" "asert"
d "$work" metadata schema nothing
exits "there is no other" 1

done_testing
