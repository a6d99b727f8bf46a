#!/bin/sh
# The state by hand: list, show, mv (within one state and between two), rm, taint, untaint, history, diff; wrong input of every kind; and a
# kill at each step of a move between two states.
. "$(dirname "$0")/lib.sh"

a=$work/a
b=$work/b
config "$a" <<'HCL'
resource "detour_data" "one" { input = "1" }
resource "detour_data" "two" {
  count = 2
  input = "${detour_data.one.output}-${count.index}"
}
output "x" { value = detour_data.one.output }
HCL
config "$b" <<'HCL'
resource "detour_data" "bee" { input = "b" }
HCL
d "$a" apply -auto-approve
d "$b" apply -auto-approve

# refused NAME WHY ARGS…: exit 1, told why, and the state is the same to the byte.
refused() {
    name=$1
    why=$2
    shift 2
    cp "$a/detour.state" "$work/before"
    d "$a" "$@"
    exits "$name" 1
    has "  and says why" "$err" "$why"
    cmp -s "$a/detour.state" "$work/before" || fail "  and changes nothing"
}

# -- list and show --
d "$a" state list detour_data.two
is "list takes addresses" "$(echo "$out" | tr '\n' ' ')" "detour_data.two[0] detour_data.two[1] "
d "$a" state list -json
ok "list in JSON" jq -e '.resources | length == 3 and .[1].index == 0 and .[0].status == "ready"' "$work/stdout"
id=$(jq -r '.resources[2].id' "$work/stdout")
d "$a" state list -id="$id"
is "list by id" "$out" 'detour_data.two[1]'
refused "list of what is not there" "Did you mean detour_data.one?" state list detour_data.on
refused "list of what is no address" "address" state list 'detour_data.two['
d "$a" state show 'detour_data.two[1]' -json
ok "show in JSON" jq -e . "$work/stdout"
refused "show of what is not there" "Not in the state" state show detour_data.three

# -- mv within the state --
d "$a" state mv -dry-run detour_data.two detour_data.zwei
has "a dry run says what it would do" "$out" 'Would move "detour_data.two[0]" to "detour_data.zwei[0]"'
d "$a" state list
lacks "and does nothing" "$out" zwei
d "$a" state mv -backup="$work/backup" detour_data.two detour_data.zwei
exits "a resource with all its instances" 0
has "is told" "$out" "Successfully moved 2 object(s)."
ok "the backup is for its owner alone" test "$(stat -c %a "$work/backup")" = 600
ok "and is the state before" grep -q 'detour_data.two\[0\]' "$work/backup"
d "$a" state mv detour_data.one module.m.detour_data.eins
exits "into a module" 0
ok "what depends on it follows" grep -q '"depends":\["module.m.detour_data.eins"\]' "$a/detour.state"
d "$a" state mv module.m 'module.n["k"]'
has "a module" "$out" "module.n[\"k\"].detour_data.eins"
d "$a" state mv 'module.n["k"].detour_data.eins' detour_data.one
d "$a" state mv 'detour_data.zwei[0]' 'detour_data.two["a"]'
exits "one instance" 0
d "$a" state mv 'detour_data.two["a"]' 'detour_data.two[0]'
d "$a" state mv 'detour_data.zwei[1]' 'detour_data.two[1]'
d "$a" plan -detailed-exitcode
exits "all is back: an empty plan" 0
refused "to a place that is taken" "The destination is taken" state mv 'detour_data.two[0]' 'detour_data.two[1]'
refused "onto another resource" "The destination is taken" state mv detour_data.two detour_data.one
refused "to where it is" "Nothing to move" state mv detour_data.one detour_data.one
refused "to another type" "Another type" state mv detour_data.one debian_file.one
refused "a resource to a module" "A resource and a module" state mv detour_data.one module.one
refused "several to one place" "Several objects for one place" state mv detour_data.two 'detour_data.new["k"]'
refused "what is not there" "Did you mean" state mv detour_data.tow detour_data.x
refused "no destination" "Missing argument" state mv detour_data.one
refused "three arguments" "Too many arguments" state mv detour_data.one detour_data.a detour_data.b
refused "a destination that is no address" "ddress" state mv detour_data.one 'detour_data.two[x'
refused "a backup that cannot be written" "The backup cannot be written" state mv -backup=/nowhere/x detour_data.one detour_data.x

# -- taint and rm --
d "$a" taint 'detour_data.two[0]'
has "taint" "$out" "Resource instance detour_data.two[0] has been marked as tainted."
d "$a" plan
has "is replaced" "$out" "detour_data.two[0] is tainted, so must be replaced"
d "$a" taint 'detour_data.two[0]'
exits "twice is fine" 0
d "$a" untaint 'detour_data.two[0]'
has "untaint" "$out" "has been successfully untainted."
refused "untaint what has no mark" "Not tainted" untaint 'detour_data.two[0]'
refused "taint a resource with instances" "Not in the state" taint detour_data.two
refused "taint a module" "names a module" taint module.m
d "$a" taint -allow-missing detour_data.nine
exits "-allow-missing" 0
d "$a" state rm -dry-run detour_data.two
has "rm -dry-run" "$out" "Would remove detour_data.two[0]"
d "$a" state rm detour_data.one
exits "rm" 0
has "is told" "$out" "Successfully removed 1 resource instance(s)."
has "warns of what stands on it" "$err" "depends on detour_data.one"
refused "rm of what is not there" "Not in the state" state rm detour_data.two detour_data.one
refused "rm of nothing" "Missing argument" state rm
d "$a" apply -auto-approve
exits "what was forgotten is made anew" 0

# -- history and diff --
d "$a" state history
exits "history" 0
has "with the operation" "$out" "state mv"
has "and who" "$out" "$(id -un)@"
d "$a" state history -json
ok "in JSON: the apply has the digest of its plan" jq -e '[.snapshots[] | select(.operation == "apply")][0].digest | length == 64' "$work/stdout"
ok "serials rise" jq -e '[.snapshots[].serial] | . == sort and (unique | length) == length' "$work/stdout"
ok "a moved object is counted" jq -e '[.snapshots[] | select(.moved == 2)] | length > 0' "$work/stdout"
first=$(jq '[.snapshots[] | select(.operation == "state mv")][0].serial' "$work/stdout")
d "$a" state diff $((first - 1)) "$first"
has "diff between two serials" "$out" "# detour_data.zwei[0] was added"
has "and what went" "$out" "# detour_data.two[0] was removed"
d "$a" state diff -json -detailed-exitcode $((first - 1)) "$first"
exits "diff -detailed-exitcode" 2
ok "diff in JSON" jq -e '.resources | map(.action) | sort == ["create", "create", "delete", "delete"]' "$work/stdout"
d "$a" state diff "$(jq -r .serial "$a/detour.state")"
is "nothing differs from now" "$out" "No differences."
refused "a serial that is none" "Not a serial" state diff -- -1
refused "a serial that never was" "No such serial" state diff 999
refused "no serial" "Missing argument" state diff
echo garbage >>"$a/detour.state.d/history.$first"
refused "a damaged text" "Damaged history" state diff "$first"
rm "$a/detour.state.d/history.$first"
refused "a text that is gone" "Not kept any more" state diff "$first"
mv "$a/detour.state.d" "$work/d"
d "$a" state history
is "no history is no error" "$out" "There is no history of this state yet."
mv "$work/d" "$a/detour.state.d"
ok "the history is the owner's alone" test "$(stat -c %a "$a/detour.state.d")/$(stat -c %a "$a/detour.state.d/history")" = 700/600
ok "and nothing for git" grep -qx '\*' "$a/detour.state.d/.gitignore"

# -- between two states --
refused "to itself" "The same state" state mv -state-out="$a" .
refused "to itself by another name" "The same state" state mv -state-out="$a/../a/detour.state" .
refused "to nowhere" "cannot be locked" state mv -state-out="$work/nowhere/x" .
mkdir "$work/broken" && echo 'resource "x' >"$work/broken/main.hcl"
refused "to a broken configuration" "main.hcl line 1" state mv -state-out="$work/broken" .
cp -r "$a" "$work/copy"
refused "to a copy of itself" "The same state" state mv -state-out="$work/copy" .
d "$a" state mv -dry-run -state-out="$b" .
has "a dry run" "$out" 'Would move "detour_data.one" to "detour_data.one"'
d "$b" state list
is "moves nothing" "$out" detour_data.bee
d "$a" state mv -state-out="$b" detour_data.two module.from_a.detour_data.two
exits "a resource to another address of another state" 0
d "$b" state mv module.from_a .
d "$a" state mv -state-out="$b" .
exits "all the rest" 0
d "$a" state list
is "nothing is left" "$out" ""
cp "$a/main.hcl" "$b/a.hcl"
d "$b" plan -detailed-exitcode
exits "two projects are one, with an empty plan" 0
d "$b" state mv -state-out="$work/file.state" detour_data.bee
exits "to a file" 0
d "$b" state mv -state="$work/file.state" -state-out="$b" .
exits "and back" 0
d "$b" plan -detailed-exitcode
exits "as before" 0

# -- killed at each step --
if command -v strace >/dev/null; then
    mv "$b/a.hcl" "$work/a.hcl"
    points=0
    said=0
    lost=0
    for call in rename fsync; do
        at=0
        while at=$((at + 1)) && [ $at -lt 60 ]; do
            killed=0
            ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e inject=$call:error=EIO:signal=KILL:when=$at \
                "$detour" -chdir="$b" state mv -state-out="$a" detour_data.two >/dev/null 2>&1 || killed=1
            d "$a" state list
            left=$out
            d "$b" state list
            both=$(printf '%s\n%s\n' "$left" "$out" | grep -c detour_data.two)
            [ "$both" -ge 2 ] || lost=$((lost + 1))
            if [ "$both" -gt 2 ]; then
                d "$b" plan
                case $code$err in
                1*"A move between two states was cut short"*) said=$((said + 1)) ;;
                *) fail "objects in both states are told of ($call $at)" "$err" ;;
                esac
            fi
            d "$b" state mv -state-out="$a" detour_data.two
            d "$a" state list
            [ "$out" = "$(printf 'detour_data.two[0]\ndetour_data.two[1]')" ] || fail "the same command finishes it ($call $at)" "$out" "$err"
            d "$a" state mv -state-out="$b" detour_data.two
            [ "$code" = 0 ] || fail "and back ($call $at)" "$err"
            [ $killed = 1 ] || break
            points=$((points + 1))
        done
    done
    is "killed at $points steps: no object is in neither state" "$lost" 0
    ok "in both at worst, and the next plan says so" test $said -ge 1
    ok "there were enough steps" test $points -ge 12
fi
done_testing
