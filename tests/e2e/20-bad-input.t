#!/bin/sh
# Bad input gets a diagnostic with file, line, snippet and caret, exit 1, and leaves the state alone.
. "$(dirname "$0")/lib.sh"

# bad NAME EXPECTED…: standard input is a configuration that plan refuses with exit 1 and all of the texts.
bad() {
    title=$1
    shift
    rm -rf "$work/b"
    config "$work/b"
    d "$work/b" plan
    exits "$title: exit 1" 1
    for text in "$@"; do has "$title: $text" "$err" "$text"; done
    has "$title: a caret" "$err" "^"
    ok "$title: no state" test ! -e "$work/b/detour.state"
}

bad "several syntax errors at once" "main.hcl line 2" "main.hcl line 6" <<'HCL'
resource "detour_data" "a" {
  input = = 1
}
resource "detour_data" "b" {
  input = [1, 2
}
HCL
bad "unknown variable" "var.nmae" "Did you mean" <<'HCL'
variable "name" { default = "x" }
resource "detour_data" "a" { input = var.nmae }
HCL
bad "unknown resource type" "detour_dat" "detour_data" <<'HCL'
resource "detour_dat" "a" { input = 1 }
HCL
bad "unknown argument" "inptu" "input" <<'HCL'
resource "detour_data" "a" { inptu = 1 }
HCL
bad "a cycle is named in order" "local.a" "local.b" "local.c" <<'HCL'
locals {
  a = local.b
  b = local.c
  c = local.a
}
HCL
bad "a wrong type" "number" <<'HCL'
variable "n" {
  type    = number
  default = "many"
}
HCL
bad "a duplicate block" "main.hcl line 2" <<'HCL'
resource "detour_data" "a" { input = 1 }
resource "detour_data" "a" { input = 2 }
HCL
bad "an unknown attribute" "otput" <<'HCL'
resource "detour_data" "a" { input = 1 }
resource "detour_data" "b" { input = detour_data.a.otput }
HCL
bad "values in play" "local.size" "is \"big\"" <<'HCL'
locals { size = "big" }
resource "detour_data" "a" { input = local.size + 1 }
HCL
printf 'resource "detour_data" "a" {\n  input = "\377"\n}\n' >"$work/utf8.hcl"
bad "invalid UTF-8" "UTF-8" "main.hcl line 2" <"$work/utf8.hcl"
{
    printf 'locals { a = '
    head -c 100000 /dev/zero | tr '\0' '['
    printf '\n}\n'
} >"$work/nested.hcl"
bad "nesting beyond the cap" "1000 levels" <"$work/nested.hcl"

# -- states --
c=$work/c
config "$c" <<'HCL'
resource "detour_data" "a" { input = 1 }
HCL
d "$c" apply -auto-approve
exits "a state to spoil" 0
cp "$c/detour.state" "$work/good"

printf '{"format"' >"$c/detour.state"
cp "$c/detour.state" "$work/spoilt"
d "$c" plan
exits "a corrupt state: exit 1" 1
has "a corrupt state is named" "$err" "detour.state"
ok "and left alone" cmp "$c/detour.state" "$work/spoilt"

sed 's/"version": *[0-9]*/"version": 999/' "$work/good" >"$c/detour.state"
cp "$c/detour.state" "$work/spoilt"
if ! cmp -s "$work/good" "$work/spoilt"; then
    d "$c" plan
    exits "a newer format: exit 1" 1
    has "says that it is newer" "$err" "999"
    ok "and left alone" cmp "$c/detour.state" "$work/spoilt"
else
    fail "the version of the state's format was not found" "$(head -c 300 "$work/good")"
fi
cp "$work/good" "$c/detour.state"

# -- options --
d "$c" plan -varr x=1
exits "an unknown option: exit 1" 1
has "with the near name" "$err" "-var"
d "$c" aply
exits "an unknown command: exit 1" 1
has "with the near name" "$err" "apply"
d "$c" plan -target='detour_data.a['
exits "a bad address: exit 1" 1
has "with a caret" "$err" "^"
d "$work" plan
exits "a folder without configuration: exit 1" 1

# What can be told without a plan, validate tells.
for wrong in 'count = -1' 'count = 1.5' 'count = null' 'for_each = ["a"]' 'for_each = null' 'for_each = toset([1])' 'for_each = sensitive({})'; do
    printf 'resource "detour_data" "a" {\n  %s\n}\n' "$wrong" | config "$work/repeated"
    d "$work/repeated" validate -no-color
    is "validate refuses $wrong" "$code" 1
    has "and shows where" "$(flat "$err")" "main.hcl line 2"
done

done_testing
