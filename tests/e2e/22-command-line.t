#!/bin/sh
# The command line itself: options and what is wrong with them, folders without a usable configuration, readers that
# leave, disks that are full, terminals of all kinds.
# shellcheck disable=SC2086
. "$(dirname "$0")/lib.sh"

config "$work/a" <<'HCL'
variable "n" { default = "x" }
resource "detour_data" "first" { input = var.n }
resource "detour_data" "many" {
  count = 2
  input = count.index
}
resource "detour_data" "second" { input = detour_data.first.output }
output "o" { value = detour_data.second.output }
HCL
d "$work/a" apply -auto-approve
exits "there is something to look at" 0

# refuses EXPECTED ARGS…: exit 1, and the words.
refuses() {
    want=$1
    shift
    d "$work/a" "$@"
    exits "$*: exit 1" 1
    has "$*: $want" "$err" "$want"
}
refuses "Did you mean -target?" plan -traget=x
refuses 'Did you mean "plan"?' plna
refuses "detour_data.first?" plan -target=detour_data.frist
refuses "detour_data.first?" apply -replace=detour_data.frist
refuses "detour_data.many[0]" plan '-replace=detour_data.many[7]'
refuses "names no instance" apply -auto-approve '-target=detour_data.many["x"]'
refuses "-out needs a value" plan -out=
refuses "-target needs a value" plan -target ""
refuses "-chdir stands before the command" plan -chdir=/tmp
refuses "a whole number above zero" plan -parallelism=0
refuses "a number and a unit" plan -lock-timeout=90
refuses "a number and a unit" plan -lock-timeout=1m30
refuses "No init is needed" init -backend=false
refuses "detour help env" workspace list
refuses "Providers come with detour" state replace-provider a b
refuses 'has no command "lst"' state lst x y
d "$work/a" plan '-replace=detour_data.many[1]' -detailed-exitcode
exits "an instance that is there" 2
d "$work/a" destroy -auto-approve '-target=detour_data.many[7]'
exits "what is not there is as good as destroyed" 0
for duration in 0 30s 1m30s 500ms; do
    d "$work/a" plan -lock-timeout=$duration
    exits "-lock-timeout=$duration" 0
done
ok "-chdir DIR" "$detour" -chdir "$work/a" plan

# -- no configuration, or one with errors: what is only about the state works --

mkdir "$work/empty"
for command in "plan" "validate" "apply" "graph" "test"; do
    d "$work/empty" $command
    exits "$command in an empty folder: exit 1" 1
    has "$command in an empty folder" "$err" "holds no configuration"
done
for command in "show" "show -json" "output" "state list" "state pull" "state history" "env list"; do
    d "$work/empty" $command
    lacks "$command in an empty folder is no error" "$err" "Error"
done
echo 'resource "x" "y" {}' >"$work/empty/main.tf"
d "$work/empty" plan
has "files of Terraform are told apart from nothing" "$err" "main.tf"
cp -r "$work/a" "$work/broken"
echo 'output "broken" { value = = }' >>"$work/broken/main.hcl"
for command in "show -json" "output -json" "state list -json"; do
    d "$work/broken" $command
    exits "$command of a configuration with errors: exit 0" 0
    has "$command: a warning" "$err" "Warning: Configuration with errors"
    ok "$command: one JSON document" jq -es 'length == 1' "$work/stdout"
done
d "$work/broken" taint detour_data.first
exits "what changes the state is refused" 1
cat >"$work/broken/main.hcl" <<'HCL'
detour {
  backend "s3" { bucket = var.x }
}
HCL
d "$work/broken" state list
exits "without a backend that can be read, no state is looked at" 1
d "$work/a" plan -json -traget=x
ok "a stream tells its problems in the stream" jq -es 'any(.type == "diagnostic")' "$work/stdout"
d "$work/a" show -json -traget=x
is "a document does not hold problems" "$out" ""

# -- nobody reads, or there is no room --

for command in "plan" "output -raw o" "show -json" "state pull" "help" "metadata functions" "plan -var n=y -detailed-exitcode"; do
    code=0
    "$detour" -chdir="$work/a" $command >/dev/full 2>"$work/stderr" || code=$?
    exits "$command on a full disk: exit 1" 1
    has "$command on a full disk" "$(cat "$work/stderr")" "Output not written"
done
# shellcheck disable=SC2016
leaves() { bash -c '"$0" "$@" | :; exit ${PIPESTATUS[0]}' "$@" 2>"$work/stderr"; }
code=0
leaves "$detour" -chdir="$work/a" apply -auto-approve -var n=other || code=$?
exits "a reader that leaves: the end that others have, too" 141
d "$work/a" output -raw o
is "the apply went to its end" "$out" other
ok "and gave its lock back" test ! -e "$work/a/detour.state.lock"
code=0
# shellcheck disable=SC2016
timeout 20 bash -c 'yes 1 | "$0" console | head -1 >/dev/null; exit ${PIPESTATUS[1]}' "$detour" || code=$?
exits "the console ends with its reader" 141

# -- terminals --

tty() { TERM=$1 script -qec "$detour -chdir=$work/a plan -var n=2" /dev/null </dev/null; }
lacks "no escape codes on a dumb terminal" "$(tty dumb)" "$(printf '\033')"
has "colours on another one" "$(tty xterm)" "$(printf '\033[33m')"
d "$work/a" env -help
is "help is wrapped" "$(printf '%s\n' "$out" | grep -v '^  ' | awk 'length > 79')" ""
done_testing
