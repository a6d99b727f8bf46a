#!/bin/sh
# Checks with a data source of their own: read while planning and after the apply, and never in the way.
. "$(dirname "$0")/lib.sh"

c=$work/c
there=$work/there
mkdir "$there"
config "$c" <<HCL
variable "want" { default = "one\n" }
variable "look_at" { default = "file" }
resource "debian_host" "here" {
  name  = "here"
  local = true
}
resource "debian_file" "f" {
  host    = debian_host.here.id
  path    = "$there/file"
  content = "one\n"
}
check "content" {
  data "debian_file" "seen" {
    host = debian_host.here.id
    path = "$there/\${var.look_at}"
  }
  assert {
    condition     = data.debian_file.seen.content == var.want
    error_message = "it says \${jsonencode(data.debian_file.seen.content)}"
  }
}
HCL

# -- before there is anything --
d "$c" validate
exits "validate" 0
d "$c" plan
exits "a machine that is still to be made is not asked" 0
d "$c" apply -auto-approve
exits "apply" 0
has "the data is read after all else" "$(echo "$out" | grep -A9 'Creation complete' | tr '\n' ' ')" "data.debian_file.seen: Reading"
lacks "and holds" "$err" Check

# -- afterwards --
d "$c" plan -detailed-exitcode
exits "looking is no change" 0
has "it was read" "$out" "data.debian_file.seen: Read complete"
d "$c" plan -json -detailed-exitcode
exits "neither in JSON" 0
echo two >"$there/other"
d "$c" plan -detailed-exitcode -var look_at=other
exits "a check that does not hold is no error" 0
has "but a warning" "$err" 'it says "two\n"'
d "$c" plan -out="$work/plan" -var look_at=other
d "$c" show -json "$work/plan"
is "with its status" "$(jq -rc '.checks[] | select(.address.name == "content") | .status' "$work/stdout")" fail
is "the read tells why it is there" "$(jq -r '.resource_changes[] | select(.mode == "data") | .action_reason' "$work/stdout")" \
    read_because_check_nested

# -- read again after the apply --
sed -i 's/content = "one/content = "two/' "$c/main.hcl"
d "$c" apply -auto-approve -var 'want=two
'
exits "a change" 0
is "held neither before nor …" "$(echo "$err" | grep -c 'it says "one')" 1
is "but after it" "$(echo "$err" | grep -c 'it says')" 1

# -- what cannot be read --
d "$c" plan -detailed-exitcode -var look_at=nothing
exits "what is not there is no error" 0
has "it is told" "$err" "Warning: Nothing found"
lacks "once as a warning" "$err" "Error:"
d "$c" apply -auto-approve -var look_at=nothing -var want=x
exits "the apply goes on" 0
d "$c" plan -var look_at=.
exits "what is wrong with it is no error either" 0
has "it is told, too" "$err" "Warning: "

# -- what may not stand there --
try() {
    { sed 's/data "debian_file" "seen" {/&\n'"$2"'/' "$c/main.hcl"; } | config "$work/bad"
    d "$work/bad" validate
    exits "$1" 1
    has "… and it says so" "$(echo "$err" | tr -s '\n ' ' ')" "$3"
}
try "count" 'count = 2' "takes neither count nor for_each"
try "lifecycle" 'lifecycle { }' "has no lifecycle"
cat >>"$c/main.hcl" <<'HCL'
output "o" { value = data.debian_file.seen.content }
HCL
d "$c" validate
exits "its data is its own" 1
has "… and it says so" "$err" "belongs to the check"
done_testing
