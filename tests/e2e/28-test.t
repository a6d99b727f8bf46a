#!/bin/sh
# detour test: runs, assertions, expected failures, mocks, reports, taking down. No machine needed: this one will do.
. "$(dirname "$0")/lib.sh"

t=$work/t
mkdir -p "$t/tests" "$t/setup"
config "$t" <<'HCL'
variable "name" {
  type    = string
  default = "web"
  validation {
    condition     = length(var.name) < 8
    error_message = "The name is too long."
  }
}
variable "token" {
  type      = string
  default   = "hush-hush"
  sensitive = true
}
resource "detour_data" "one" {
  input = { name = var.name, ports = [80, 443] }
}
check "short" {
  assert {
    condition     = length(var.name) < 6
    error_message = "A short name would be better."
  }
}
output "name" {
  value = detour_data.one.output.name
}
HCL
cat >"$t/setup/main.hcl" <<'HCL'
resource "detour_data" "made" {
  input = "setup"
}
output "made" {
  value = detour_data.made.output
}
HCL

# -- what passes --
cat >"$t/tests/good.test.hcl" <<'HCL'
variables {
  name = "shop"
}
run "setup" {
  module {
    source = "./setup"
  }
}
run "plan" {
  command = plan
  assert {
    condition     = detour_data.one.input.name == var.name && var.name == "shop"
    error_message = "The variable of the file is not used."
  }
}
run "apply" {
  variables {
    name = run.setup.made
  }
  assert {
    condition     = output.name == "setup"
    error_message = "The output is ${output.name}."
  }
}
run "keeps_its_state" {
  variables {
    name = run.apply.name
  }
  command = plan
  assert {
    condition     = detour_data.one.output.name == "setup"
    error_message = "The state of the run before is gone."
  }
}
run "refused" {
  command = plan
  variables {
    name = "far-too-long"
  }
  expect_failures = [var.name, check.short]
}
run "frowned_upon" {
  variables {
    name = "longer"
  }
  expect_failures = [check.short]
}
HCL
d "$t" test
exits "tests that pass: exit 0" 0
is "are told as people know it" "$out" 'tests/good.test.hcl... in progress
  run "setup"... pass
  run "plan"... pass
  run "apply"... pass
  run "keeps_its_state"... pass
  run "refused"... pass
  run "frowned_upon"... pass
tests/good.test.hcl... tearing down
tests/good.test.hcl... pass

Success! 6 passed, 0 failed.'
is "and leave nothing in the folder" "$(find "$t" -name 'detour.state*' -o -name '*.key')" ""
d "$t" validate
exits "test files are no part of the configuration" 0
mkdir -p "$t/broken"
echo 'output "x" { value = nope.x' >"$t/broken/main.hcl"
printf 'run "a" {\n  module {\n    source = "./broken"\n  }\n}\nrun "b" {\n  expect_failures = [var.nam]\n}\n' >"$t/bad.test.hcl"
d "$t" validate
exits "validate looks at them, too" 1
has "and at the modules that they name" "$err" "broken/main.hcl line 1"
has "and at what they expect" "$err" 'Did you mean "name"?'
d "$t" validate -no-tests
exits "unless it is told not to" 0
rm -r "$t/broken" "$t/bad.test.hcl"
d "$t" test -var name=given -verbose
exits "values of the file go before those of the command line" 0
has "-verbose shows plans" "$out" "detour_data.one will be created"

# -- what does not --
cat >"$t/bad.test.hcl" <<'HCL'
run "fails" {
  assert {
    condition     = output.name == "shop"
    error_message = "The name is ${output.name} & <not> \"shop\"."
  }
  assert {
    condition     = detour_data.one.output == { name = "web", ports = [80, 8443] }
    error_message = "Other ports."
  }
  assert {
    condition     = var.token == "open"
    error_message = "Wrong token."
  }
}
run "goes_on" {
  assert {
    condition     = length(output.name) == 4
    error_message = "Not of four letters."
  }
}
run "check_fails" {
  variables {
    name = "longer"
  }
}
run "skipped" {}
HCL
d "$t" test -filter=bad.test.hcl -junit-xml="$work/junit.xml"
exits "a test that fails: exit 1" 1
has "an assertion does not stop the file" "$out" '  run "fails"... fail
  run "goes_on"... fail
  run "check_fails"... fail
  run "skipped"... skip'
has "and is counted" "$out" "Failure! 0 passed, 3 failed, 1 skipped."
has "the message is told, with file, line" "$err" '  on bad.test.hcl line 3, in run "fails":'
has "… snippet" "$err" '   3:     condition     = output.name == "shop"'
has "… caret" "$err" '                          ^^^^^^^^^^^^^^^^^^^^^'
has "… and the values in play" "$err" 'output.name is "web"'
has "structures are compared" "$err" "at .ports[1]: 443 on the left, 8443 on the right"
has "sides are shown" "$err" "length(output.name) is 3"
lacks "secrets are not" "$err$out" "hush-hush"
has "a check that does not hold is an error" "$err" "A short name would be better."
if command -v xmllint >/dev/null; then
    ok "the JUnit report is well-formed" xmllint --noout "$work/junit.xml"
    is "it counts" "$(xmllint --xpath 'concat(//testsuite/@tests, " ", //testsuite/@failures, " ", //testsuite/@errors, " ", //testsuite/@skipped)' "$work/junit.xml")" "4 2 1 1"
    has "and quotes what has to be" "$(xmllint --xpath 'string(//failure/@message)' "$work/junit.xml")" '3 of 3 assertions failed, including: The name is web & <not> "shop".'
fi
has "it has times" "$(cat "$work/junit.xml")" ' time="0.'
lacks "and no secrets" "$(cat "$work/junit.xml")" "hush-hush"
d "$t" test -json
exits "all files together" 1
is "the stream is JSON" "$(echo "$out" | jq -r 'select(.type == "test_summary") | .test_summary | "\(.status) \(.passed) \(.failed) \(.errored) \(.skipped)"')" "error 6 2 1 1"
is "files in order" "$(echo "$out" | jq -r 'select(.type == "test_abstract") | .test_abstract | keys_unsorted | join(" ")')" "bad.test.hcl tests/good.test.hcl"
d "$t" test -filter=tests/god.test.hcl
exits "a file that is not there: exit 1" 1
has "with a suggestion" "$err" '"tests/good.test.hcl"? Name it'
rm "$t/bad.test.hcl"

cat >"$t/unmet.test.hcl" <<'HCL'
run "unmet" {
  command         = plan
  expect_failures = [var.name]
}
HCL
d "$t" test -filter=unmet.test.hcl
exits "an expected failure that does not come: exit 1" 1
has "is named" "$err" "var.name was expected to report a failure"
cat >"$t/unmet.test.hcl" <<'HCL'
run "early" {
  variables {
    name = "far-too-long"
  }
  expect_failures = [var.name]
}
HCL
d "$t" test -filter=unmet.test.hcl
has "one that keeps the apply from beginning is told" "$err" "Write command = plan."
rm "$t/unmet.test.hcl"

# -- mistakes in test files: near names, places --
mistake() { # NAME FILE-TEXT PART
    printf '%s\n' "$2" >"$t/slip.test.hcl"
    d "$t" test -filter=slip.test.hcl
    exits "$1: exit 1" 1
    has "$1: is told" "$err" "$3"
    has "$1: with its place" "$err" "slip.test.hcl line "
    rm "$t/slip.test.hcl"
}
mistake "an unknown argument" 'run "a" {
  comand = plan
}' 'Did you mean
"command"?'
mistake "a command that is none" 'run "a" {
  command = destroy
}' "apply and plan"
mistake "two runs of one name" 'run "a" {}
run "a" {}' 'There is a run "a" at slip.test.hcl:1 already.'
mistake "an assertion without a message" 'run "a" {
  assert {
    condition = var.name == "x"
  }
}' '"error_message" is required'
mistake "an assertion about nothing" 'run "a" {
  assert {
    condition     = true
    error_message = "x"
  }
}' "it checks nothing"
mistake "an output that is not there" 'run "a" {
  assert {
    condition     = output.nam == "x"
    error_message = "x"
  }
}' 'Did you mean "name"?'
mistake "a run that is not there" 'run "first" {}
run "a" {
  variables {
    name = run.firs.name
  }
}' "firs"
mistake "a value of the wrong type" 'run "a" {
  variables {
    name = ["x"]
  }
}' "does not fit the type of the variable"
mistake "what is known after apply alone" 'run "a" {
  command = plan
  assert {
    condition     = detour_data.one.id == "x"
    error_message = "x"
  }
}' "known only after apply"
mistake "an unknown provider" 'mock_provider "detuor" {}
run "a" {}' 'Did you mean "detour"?'
mistake "an unknown attribute of a mock" 'mock_provider "detour" {
  mock_resource "detour_data" {
    defaults = { outptu = 1 }
  }
}
run "a" {}' 'Did you mean "output"?'
mistake "a mocked value of the wrong type" 'override_resource {
  target = detour_data.one
  values = { id = [1] }
}
run "a" {}' "string required"
printf '%s\n' 'variables {' '  nam = "x"' '}' 'run "a" {}' >"$t/slip.test.hcl"
d "$t" test -filter=slip.test.hcl
exits "a value that nothing uses is no error" 0
has "but is told" "$err" 'Did you mean "name"?'
rm "$t/slip.test.hcl"
mistake "a syntax error" 'run "a" {' "slip.test.hcl"
mistake "a module that is not there" 'run "a" {
  module {
    source = "./nowhere"
  }
}' "nowhere"

# -- mocks and overrides --
mkdir -p "$work/m/inner"
cat >"$work/m/inner/main.hcl" <<'HCL'
resource "debian_file" "inner" {
  host    = "nowhere"
  path    = "/nowhere/inner"
  content = "x"
}
output "path" {
  value = debian_file.inner.path
}
HCL
config "$work/m" <<'HCL'
resource "debian_host" "web" {
  name    = "web"
  address = "192.0.2.1"
}
resource "debian_file" "motd" {
  count   = 2
  host    = debian_host.web.id
  path    = "/etc/motd.${count.index}"
  content = "${debian_host.web.machine_id}\n"
  lifecycle {
    prevent_destroy = true
  }
}
module "inner" {
  source = "./inner"
}
output "machine" {
  value = debian_host.web.machine_id
}
output "inner" {
  value = module.inner.path
}
HCL
cat >"$work/m/mock.test.hcl.json" <<'JSON'
{"mock_provider": {"debian": {"mock_resource": {"debian_host": {"defaults": {"os_version": "12", "machine_id": "abc"}}}}},
 "run": {"json": {"assert": {"condition": "${debian_host.web.os_version == \"12\"}", "error_message": "no"}}}}
JSON
cat >"$work/m/mock.test.hcl" <<'HCL'
mock_provider "debian" {
  mock_resource "debian_host" {
    defaults = { machine_id = "abc" }
  }
}
override_module {
  target  = module.inner
  outputs = { path = "/elsewhere" }
}
run "mocked" {
  assert {
    condition     = output.machine == "abc" && length(debian_host.web.os_version) == 8
    error_message = "Made up: ${debian_host.web.os_version}."
  }
  assert {
    condition     = output.inner == "/elsewhere"
    error_message = "The module was not overridden."
  }
}
run "overridden" {
  command = plan
  plan_options {
    replace = [debian_host.web]
  }
  override_resource {
    target          = debian_host.web
    values          = { machine_id = "xyz" }
    override_during = plan
  }
  assert {
    condition     = debian_file.motd[1].content == "xyz\n"
    error_message = "The override is not known while planning."
  }
}
HCL
d "$work/m" test
exits "mocks need no machine, and hold nothing back when they go" 0
has "both files passed" "$out" "Success! 3 passed, 0 failed."
sed -i 's/mode *=.*//; s/content = "\${debian/mode    = "99999"\n  content = "${debian/' "$work/m/main.hcl"
d "$work/m" test -filter=mock.test.hcl
exits "what the provider would refuse is refused with a mock, too" 1
has "and is told at its place" "$err" 'in debian_file.motd[0]:'

# -- what is made is taken down, on this machine --
real=$work/real
touched=$work/touched
mkdir -p "$touched"
config "$real" <<HCL
variable "wait" {
  default = 0
}
variable "protect" {
  default = false
}
resource "debian_host" "here" {
  name  = "here"
  local = true
}
resource "debian_file" "a" {
  host    = debian_host.here.id
  path    = "$touched/a"
  content = "a\n"
  lifecycle {
    prevent_destroy = var.protect
  }
}
locals {
  waited = var.wait > 0 ? command(["sleep", tostring(var.wait)]) : ""
}
HCL
cat >"$real/real.test.hcl" <<HCL
run "first" {
  assert {
    condition     = fileexists("$touched/a") && debian_file.a.mode != null
    error_message = "It is not there."
  }
}
run "waits" {
  variables {
    wait = 3
  }
}
run "skipped" {}
HCL
d "$real" test -filter=real.test.hcl
exits "real objects" 0
is "are gone afterwards" "$(ls "$touched")" ""
"$detour" -chdir="$real" test >"$work/int" 2>&1 &
pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    grep -q '"first"... pass' "$work/int" 2>/dev/null && break
    sleep 0.3
done
sleep 0.5
is "before the interrupt they are there" "$(ls "$touched")" "a"
kill -INT $pid
code=0
wait $pid || code=$?
is "an interrupt ends with 1" "$code" 1
has "skips what is left" "$(cat "$work/int")" 'run "skipped"... skip'
is "and still takes down" "$(ls "$touched")" ""
cat >"$real/real.test.hcl" <<'HCL'
run "kept" {
  variables {
    protect = true
  }
}
HCL
d "$real" test
exits "what cannot be taken down: exit 1" 1
has "is listed" "$err" "These objects are still there after real.test.hcl and have to be cleaned up by hand:"
has "by its address" "$err" '  - debian_file.a, of run "kept"'
has "the file is no pass" "$out" "real.test.hcl... fail"
rm -f "$touched/a"

# -- what is there already is not taken over, or it would be destroyed --
config "$work/import" <<HCL
resource "debian_host" "here" {
  name  = "here"
  local = true
}
resource "debian_file" "old" {
  host    = debian_host.here.id
  path    = "$touched/old"
  content = "old\n"
}
import {
  to = debian_file.old
  id = "here:$touched/old"
}
HCL
echo old >"$touched/old"
echo 'run "a" {}' >"$work/import/a.test.hcl"
d "$work/import" test
exits "an import in a test that applies: exit 1" 1
has "is refused" "$err" "This run would take over debian_file.old"
is "and what is there stays" "$(cat "$touched/old")" "old"
printf '%s\n' 'mock_provider "debian" {}' 'run "a" {}' >"$work/import/a.test.hcl"
d "$work/import" test
exits "with a mock there is nothing to take over" 0

# -- modules that are kept elsewhere, and mocks in files of their own --
mkdir -p "$work/repo/sub/deep" "$work/elsewhere/tests/mocks"
cat >"$work/repo/sub/main.hcl" <<'HCL'
variable "x" { default = "own" }
module "deep" { source = "./deep" }
resource "debian_file" "f" {
  host    = "h"
  path    = "/x"
  content = var.x
}
output "o" { value = "${module.deep.d}-${var.x}" }
HCL
echo 'output "d" { value = "deep" }' >"$work/repo/sub/deep/main.hcl"
git -C "$work/repo" init -q
git -C "$work/repo" add -A
git -C "$work/repo" -c user.name=t -c user.email=t@localhost commit -qm one
echo 'output "x" { value = 1 }' >"$work/elsewhere/main.hcl"
cat >"$work/elsewhere/a.test.hcl" <<HCL
mock_provider "debian" {
  source = "./tests/mocks"
}
run "remote" {
  module { source = "git::file://$work/repo//sub" }
  variables { x = "given" }
  assert {
    condition     = output.o == "deep-given"
    error_message = "o is \${output.o}"
  }
  assert {
    condition     = debian_file.f.sha256 == "mocked"
    error_message = "it is \${debian_file.f.sha256}"
  }
}
HCL
echo 'mock_resource "debian_file" { defaults = { sha256 = "mocked" } }' >"$work/elsewhere/tests/mocks/files.mock.hcl"
d "$work/elsewhere" test
exits "a module that was not fetched: exit 1" 1
has "the run says where" "$err" 'a.test.hcl line 5, in run "remote"'
has "and what to do" "$err" "detour"
d "$work/elsewhere" get
exits "get fetches what tests call for" 0
d "$work/elsewhere" test
exits "and then they run" 0
d "$work/elsewhere" get
has "a second get keeps it" "$out" "current"
d "$work/elsewhere" get -json
ok "get -json says so in a stream" jq -es '[.[] | select(.type == "module") | .module.action] == ["current"]' "$work/stdout"
sed -i 's|/mocks"|/mock"|' "$work/elsewhere/a.test.hcl"
d "$work/elsewhere" validate
exits "a folder of mocks that is not there" 1
has "is named at its place" "$err" "a.test.hcl line 2"
sed -i 's|/mock"|/mocks"|' "$work/elsewhere/a.test.hcl"
echo 'mock_resource "debian_file" { default = {} }' >>"$work/elsewhere/tests/mocks/files.mock.hcl"
d "$work/elsewhere" test
has "a mistake in a file of mocks has its place there" "$err" "tests/mocks/files.mock.hcl line 2"
rm -r "$work/elsewhere/tests"
mkdir -p "$work/elsewhere/tests/mocks"
echo '{"mock_resource": {"debian_file": {"defaults": {"sha256": "mocked"}}}}' >"$work/elsewhere/tests/mocks/files.mock.hcl.json"
d "$work/elsewhere" test
exits "mocks in JSON" 0
sed -i 's|^mock_provider "debian" {|&\n  mock_resource "debian_file" { defaults = { sha256 = "own" } }|' "$work/elsewhere/a.test.hcl"
d "$work/elsewhere" test
has "what the block says itself goes before" "$err" "it is own"

# -- the quickstart: passes without a machine, and fails when it is broken --
q=$work/quickstart
cp -r "$root/examples/detour/quickstart" "$q"
rm -rf "$q/.work"
d "$q" test
exits "the tests of the quickstart pass" 0
sed -i 's|df -h /|df -h /home|' "$q/main.hcl"
d "$q" test
exits "and fail when it is broken" 1
has "saying what is wrong" "$err" "The job does not write the report of the disk."
has "and where" "$err" '/home > /srv/reports/disk.txt'

# -- the modules that come with detour --
for folder in "$root"/modules/*/; do
    [ -d "$folder/tests" ] || continue
    d "$folder" test
    exits "the tests of the module $(basename "$folder") pass" 0
done
done_testing
