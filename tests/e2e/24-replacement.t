#!/bin/sh
# Replacements whose successor stands before the old object goes: where the two are one thing on the machine, it stays.
. "$(dirname "$0")/lib.sh"

c=$work/c
file=$work/there/file
mkdir "$work/there"
config "$c" <<HCL
resource "debian_host" "here" {
  name  = "here"
  local = true
}
resource "debian_file" "f" {
  host    = debian_host.here.id
  path    = "$file"
  content = "one\n"
  lifecycle {
    create_before_destroy = true
  }
}
HCL

d "$c" apply -auto-approve
exits "a file that is made before its predecessor goes" 0
d "$c" apply -auto-approve -replace=debian_file.f
exits "is replaced at its own path" 0
is "and is there" "$(cat "$file")" one
lacks "nothing was destroyed" "$out" "Destroying"
d "$c" plan -detailed-exitcode
exits "nothing is left to do" 0
ok "nor is the old one remembered" test "$(grep -c deposed "$c/detour.state")" = 0

sed -i "s|there/file\"|there/other\"|" "$c/main.hcl"
d "$c" apply -auto-approve
exits "a file that goes to another path" 0
is "is there" "$(cat "$work/there/other")" one
ok "and gone where it was" test ! -e "$file"

done_testing
