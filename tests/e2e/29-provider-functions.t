#!/bin/sh
# Functions of providers, from a configuration.
. "$(dirname "$0")/lib.sh"

c=$work/c
config "$c" <<'HCL'
variable "token" {
  default   = "s3cret"
  sensitive = true
}
locals {
  release = provider::debian::parse_os_release(file("${path.module}/os-release"))
}
resource "detour_data" "vars" {
  input = provider::detour::encode_vars({ name = "coop", ports = [80, 443] })
}
resource "detour_data" "secret" {
  input = provider::detour::encode_expr({ token = var.token })
}
output "codename" { value = local.release["VERSION_CODENAME"] }
output "new_enough" { value = provider::debian::version_compare(local.release["VERSION_ID"], "11") >= 0 }
output "back" { value = provider::detour::decode_vars(detour_data.vars.output).ports[1] }
HCL
printf 'NAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n' >"$c/os-release"
d "$c" validate
exits "validate knows them" 0
d "$c" plan
exits "plan" 0
has "text of the language" "$out" "ports = [80, 443]"
lacks "a secret stays one" "$out" s3cret
d "$c" apply -auto-approve
exits "apply" 0
d "$c" output -json
is "the values" "$(jq -c '[.codename.value, .new_enough.value, .back.value]' "$work/stdout")" '["bookworm",true,443]'

d "$c" metadata functions -json
is "metadata has their signatures" "$(jq -r '.function_signatures["provider::debian::version_compare"].return_type' "$work/stdout")" number
d "$c" providers schema -json
is "so have the schemas" "$(jq -r '[.provider_schemas[].functions // {} | keys[]] | join(" ")' "$work/stdout")" \
    "decode_vars encode_expr encode_vars parse_os_release version_compare"

try() { # try NAME EXPRESSION TEXT
    config "$work/bad" <<HCL
output "o" { value = $2 }
HCL
    d "$work/bad" validate
    exits "$1" 1
    err=$(echo "$err" | tr -s '\n ' ' ')
    has "… and it says so" "$err" "$3"
    has "… where it stands" "$err" "on main.hcl line 1"
}
try "a function that is not there" 'provider::debian::parse_os_releas("")' 'Did you mean "provider::debian::parse_os_release"?'
try "a provider that is not there" 'provider::aws::arn_parse("")' 'No provider "aws" has functions'
try "too many arguments" 'provider::detour::encode_expr(1, 2)' 'takes 1 arguments, but has 2'
try "an argument of another type" 'provider::debian::version_compare("1", [])' 'string required'
try "an argument that will not do" 'provider::debian::version_compare("1", "one")' 'is no version of a Debian package'
try "text that is no file of variables" 'provider::detour::decode_vars("a = var.x")' 'line 1, column 5'
done_testing
