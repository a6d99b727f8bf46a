#!/bin/sh
# Importing what is there: blocks, for_each, the command, and what goes wrong. No machine needed: this one will do.
. "$(dirname "$0")/lib.sh"

c=$work/c
legacy=$work/legacy
mkdir -p "$legacy/d"
echo hello >"$legacy/motd"
for name in a b; do echo "$name" >"$legacy/$name"; done
chmod 644 "$legacy"/[abm]* && chmod 755 "$legacy" "$legacy/d"
state_of() { find "$legacy" -printf '%p %i %T@ %C@ %m %s\n' | sort; }
before=$(state_of)

config "$c" <<HCL
variable "text" {
  sensitive = true
  default   = "hello\n"
}
locals {
  files = { a = "a\n", b = "b\n" }
}
resource "debian_host" "here" {
  name  = "here"
  local = true
}
resource "debian_file" "motd" {
  host    = debian_host.here.id
  path    = "$legacy/motd"
  content = var.text
}
resource "debian_file" "each" {
  for_each = local.files
  host     = debian_host.here.id
  path     = "$legacy/\${each.key}"
  content  = each.value
}
resource "debian_directory" "d" {
  host      = debian_host.here.id
  path      = "$legacy/d"
  recursive = true
}
resource "detour_data" "kept" {
  input = { since = 2011 }
}
import {
  to = debian_host.here
  id = "here"
}
import {
  to = debian_file.motd
  id = "\${debian_host.here.id}:$legacy/motd"
}
import {
  for_each = local.files
  to       = debian_file.each[each.key]
  id       = "here:$legacy/\${each.key}"
}
import {
  to = debian_directory.d
  id = "here:$legacy/d"
}
import {
  to = detour_data.kept
  id = "kept-since-2011"
}
HCL

# -- blocks --
d "$c" validate
exits "validate accepts import blocks" 0
d "$c" plan -detailed-exitcode -out="$work/plan"
exits "imports are changes" 2
has "they are counted" "$out" "Plan: 6 to import, 0 to add, 0 to change, 0 to destroy."
has "and told as such" "$out" "# debian_directory.d will be imported, on here"
has "with the id" "$out" "(imported from \"here:$legacy/d\")"
lacks "what is configured as sensitive is not shown" "$out" "hello"
d "$c" show -json "$work/plan"
is "-json has the ids" "$(jq -r '[.resource_changes[].change.importing.id] | sort | join(" ")' "$work/stdout")" \
    "here here:$legacy/a here:$legacy/b here:$legacy/d here:$legacy/motd kept-since-2011"
d "$c" plan -json
is "the stream counts" "$(echo "$out" | jq -r 'select(.type == "change_summary").changes.import')" 6
is "and tells of each" "$(jq -r 'select(.type == "planned_change").change | .action + " " + .importing.id' "$work/stdout" | sort | tail -1)" \
    "import kept-since-2011"
ok "a plan stores nothing" test ! -s "$c/detour.state"
d "$c" apply "$work/plan"
exits "a saved plan imports" 0
has "and says so" "$out" "Resources: 6 imported, 0 added, 0 changed, 0 destroyed."
is "nothing was touched" "$(state_of)" "$before"
d "$c" plan -detailed-exitcode
exits "the next plan is empty, with the import blocks still there" 0
d "$c" state show detour_data.kept
has "what only the state holds is as configured" "$out" "since = 2011"

# -- an object that is not as configured --
rm -rf "$c"/detour.state* "$c/.detour"
sed -i 's/b = "b\\n"/b = "changed\\n"/' "$c/main.hcl"
d "$c" plan
has "one that differs is imported and changed" "$out" "Plan: 6 to import, 0 to add, 1 to change, 0 to destroy."
d "$c" apply -auto-approve
has "in one go" "$out" "Resources: 6 imported, 0 added, 1 changed, 0 destroyed."
is "it is changed" "$(cat "$legacy/b")" changed
is "the rest is not" "$(state_of | grep -v '/b \|/legacy ')" "$(echo "$before" | grep -v '/b \|/legacy ')"
d "$c" plan -detailed-exitcode
exits "and then as configured" 0

# -- the command --
rm -rf "$c"/detour.state* "$c/.detour"
sed -i '/^import {/,/^}/d' "$c/main.hcl"
d "$c" import debian_host.here here
exits "import a machine" 0
d "$c" import 'debian_file.each["a"]' "here:$legacy/a"
exits "import a file" 0
has "the next plan has nothing to do for it" "$out" "It is as configured"
d "$c" import 'debian_file.each["a"]' "here:$legacy/a"
exits "once is enough" 1
has "it says so" "$err" "is in the state already"
d "$c" import debian_file.motd "here:$legacy/nothing"
exits "what is not there cannot be imported" 1
has "it says what" "$err" "There is no debian_file \"here:$legacy/nothing\" on here."
d "$c" import debian_file.mod "here:$legacy/motd"
has "a resource that is not configured" "$err" "Did you mean debian_file.motd?"
has "with what to write" "$err" 'resource "debian_file" "mod" {'
cp -r "$c" "$work/json"
d "$work/json" import -json debian_file.motd "here:$legacy/motd"
exits "import -json" 0
ok "a stream, with what is next" jq -es 'any(.import.addr == "debian_file.motd" and (.import | has("next_action")))' "$work/stdout"
d "$work/json" import -json debian_file.motd "here:$legacy/motd"
ok "and with what went wrong" jq -es 'any(.diagnostic.summary == "Managed already")' "$work/stdout"
d "$c" state list
is "only what was imported is in the state" "$out" 'debian_file.each["a"]
debian_host.here'

# -- what goes wrong --
try() { # try NAME TEXT: the import blocks on standard input end in that error
    { cat "$c/main.hcl" && cat; } | config "$work/bad"
    cp "$c/detour.state" "$work/bad"
    d "$work/bad" plan
    exits "$1" 1
    err=$(echo "$err" | tr -s '\n ' ' ')
    has "… and it says so" "$err" "$2"
}
try "an object under another address" "is in the state already, as debian_file.each[\"a\"]" <<HCL
import {
  to = debian_file.motd
  id = "here:$legacy/a"
}
HCL
has "at the block" "$err" "import {"
try "an address with another object" "is managed already, as \"here:$legacy/a\"" <<HCL
import {
  to = debian_file.each["a"]
  id = "here:$legacy/b"
}
HCL
try "twice the same" "one object is managed by one resource" <<HCL
import {
  to = debian_file.motd
  id = "here:$legacy/b"
}
import {
  to = debian_file.each["b"]
  id = "here:$legacy/b"
}
HCL
try "a key that for_each does not make" 'Its keys: "a", "b".' <<HCL
import {
  to = debian_file.each["c"]
  id = "here:$legacy/b"
}
HCL
try "an id of another form" 'should be HOST:path, such as "web:/etc/motd"' <<'HCL'
import {
  to = debian_file.motd
  id = "/etc/motd"
}
HCL
try "an id that is not known yet" "known only after apply" <<'HCL'
import {
  to = debian_file.motd
  id = detour_data.kept.id
}
HCL
try "a secret id" "The id is sensitive" <<'HCL'
import {
  to = debian_file.motd
  id = "here:${var.text}"
}
HCL
try "an id without a type" "Missing required argument" <<'HCL'
import {
  to = debian_file.motd
}
HCL
done_testing
