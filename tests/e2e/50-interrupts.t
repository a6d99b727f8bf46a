#!/bin/sh
# Ctrl-C, kill -9 and locks: nothing is forgotten, nothing is done twice, and people are told who holds what.
. "$(dirname "$0")/lib.sh"

# -- the lock --
c=$work/c
config "$c" <<'HCL'
resource "detour_data" "a" { input = "a" }
HCL
mkfifo "$work/answer"
script -qec "'$detour' -chdir='$c' apply" /dev/null <"$work/answer" >"$work/asking" 2>&1 &
asker=$!
exec 3>"$work/answer"
until_text "Enter a value" "$work/asking"
ok "apply asks on a terminal" grep -q "Only 'yes' will be accepted" "$work/asking"
d "$c" plan
exits "a second run meanwhile: exit 1" 1
has "says who holds the lock" "$err" "$(id -un)@"
has "and for what" "$err" "apply"
d "$c" plan -detailed-exitcode
exits "-detailed-exitcode tells it apart" 4
d "$c" plan -lock-timeout=1s
exits "-lock-timeout waits and gives up" 1
d "$c" state list
exits "reading needs no lock" 0
echo yes >&3
exec 3>&-
wait $asker
is "the answer is taken" "$?" 0
d "$c" plan -detailed-exitcode
exits "and the lock is given back" 0

# A lock that its holder left by dying is nobody's.
mkfifo "$work/answer2"
script -qec "'$detour' -chdir='$c' apply -replace=detour_data.a" /dev/null <"$work/answer2" >"$work/asking2" 2>&1 &
asker=$!
exec 3>"$work/answer2"
until_text "Enter a value" "$work/asking2"
pkill -9 -f "^$detour -chdir=$c apply" || pkill -9 -f "chdir=$c apply -replace"
exec 3>&-
wait $asker 2>/dev/null
d "$c" plan -detailed-exitcode
exits "the lock of a process that died is taken over" 0

# -- Ctrl-C while somebody is asked --
asked() { # NAME QUESTION ARGS: interrupts the question; leaves what the terminal showed in $work/shown
    subject=$1
    question=$2
    mkfifo "$work/keys-$subject"
    script -qec "'$detour' -chdir='$c' $3" /dev/null <"$work/keys-$subject" >"$work/shown" 2>&1 &
    asker=$!
    exec 3>"$work/keys-$subject"
    until_text "$question" "$work/shown"
    printf '\003' >&3
    until_text "Nothing was" "$work/shown"
    exec 3>&-
    wait $asker
    ok "$subject: Ctrl-C ends the question" grep -q "Nothing was changed" "$work/shown"
    ok "$subject: the lock is given back" test ! -e "$c/detour.state.lock"
}
asked approval "Enter a value" "apply -replace=detour_data.a"
cp "$c/main.hcl" "$work/plain.hcl"
cat >>"$c/main.hcl" <<'HCL'
resource "detour_data" "s" { input = sensitive("s") }
detour {
  secrets {
    passphrase {}
  }
}
HCL
asked passphrase "New passphrase" "apply -auto-approve"
cp "$work/plain.hcl" "$c/main.hcl"

# -- kill -9 at any moment --
k=$work/k
config "$k" <<'HCL'
resource "detour_data" "first" {
  for_each = toset([for i in range(1000) : format("%03d", i)])
  input    = each.key
}
resource "detour_data" "second" {
  for_each = detour_data.first
  input    = each.value.output
}
resource "detour_data" "third" {
  for_each = detour_data.second
  input    = each.value.output
}
HCL
rounds=0
while [ $rounds -lt 8 ]; do
    rounds=$((rounds + 1))
    "$detour" -chdir="$k" apply -auto-approve >/dev/null 2>&1 &
    pid=$!
    sleep 0.0$rounds
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    before=$("$detour" -chdir="$k" state list 2>/dev/null | wc -l)
    d "$k" plan
    [ "$code" = 0 ] || fail "a plan after kill -9 (round $rounds, $before objects)" "$err"
done
pass "plans after kill -9 at eight moments"
d "$k" apply -auto-approve
exits "the apply finishes what was begun" 0
d "$k" state list
is "each object is there once" "$(echo "$out" | sort -u | wc -l) $(echo "$out" | wc -l)" "3000 3000"
d "$k" plan -detailed-exitcode
exits "nothing is left to do" 0

# -- Ctrl-C, where it may come too late (40-trouble.t has one that does not) --
i=$work/i
config "$i" <<'HCL'
resource "debian_host" "here" {
  name  = "here"
  local = true
}
HCL
d "$i" plan
exits "the machine that detour runs on can be planned" 0
"$detour" -chdir="$k" apply -auto-approve -replace='detour_data.first["000"]' >"$work/int" 2>&1 &
pid=$!
kill -INT $pid
wait $pid
d "$k" plan
exits "an interrupt at any moment leaves a state that can be planned" 0

done_testing
