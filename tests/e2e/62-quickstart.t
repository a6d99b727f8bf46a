#!/bin/sh
# The quickstart as somebody new to it uses it: kept, something on it by then, run again, taken down, taken down again, mistyped.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP only root can make local machines" && exit 0; }
for name in shop backup; do
    [ ! -d "/var/lib/detour/lab/$name" ] || { echo "1..0 # SKIP a lab host named $name is there" && exit 0; }
done

# Not where it is, as somebody may be at work there: its folder is found from where it stands.
mkdir -p "$work/examples/detour" "$work/tests/support"
cp -r "$root/examples/detour/quickstart" "$work/examples/detour/"
rm -rf "$work/examples/detour/quickstart/.work"
cp "$root/tests/support/packages.sh" "$work/tests/support/"
chmod -R a+rX "$work"
q=$work/examples/detour/quickstart
DETOUR=$detour
export DETOUR
clean_up() { "$q/run" --down; }
quickstart() {
    code=0
    out=$("$q/run" "$@" 2>"$work/stderr" </dev/null) || code=$?
    err=$(cat "$work/stderr")
}

quickstart --kep
exits "a mistyped option: exit 2" 2
has "says how it is used" "$err" "run --keep"
quickstart --down
exits "nothing to take down" 0
out=$(setpriv --reuid=65534 --regid=65534 --clear-groups sh "$q/run" 2>&1) && fail "without root" "$out"
has "without root it says so at once" "$out" "run it with sudo"

quickstart --keep
exits "kept" 0
has "a second plan is empty" "$out" "No changes."
has "the drift was shown" "$out" "- Somebody was here"
has "and how to come in" "$out" "ssh -i $q/.work/key root@"
address=$("$detour" -chdir="$q" output -state="$q/.work/detour.state" -json addresses | jq -r .shop)
ssh -i "$q/.work/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "root@$address" \
    'echo full >/srv/reports/disk.txt'
quickstart --keep
exits "run again" 0
has "it goes on" "$out" "this goes on with them"
quickstart --down
exits "taken down, with what the cron job wrote" 0
is "nothing is left" "$(ls -d "$q/.work" /var/lib/detour/lab/shop /var/lib/detour/lab/backup 2>/dev/null)" ""
done_testing
