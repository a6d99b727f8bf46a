#!/bin/sh
# The state on a real disk: who holds the lock, journals that do not belong, damage, a disk that is full.
. "$(dirname "$0")/lib.sh"

c=$work/c
write() {
    config "$c" <<HCL
resource "detour_data" "many" {
  count = $1
  input = "value \${count.index}, and some text so that a disk of a few hundred kilobytes is full before the end is reached"
}
HCL
}

# -- journals --
write 3
d "$c" apply -auto-approve
exits "a state" 0
is "only its owner may read it" "$(stat -c %a "$c/detour.state")" 600
ok "no journal and no lock are left" test ! -e "$c/detour.state.journal" -a ! -e "$c/detour.state.lock"
mkdir "$work/other" && cp "$c/main.hcl" "$work/other"
"$detour" -chdir="$work/other" apply -auto-approve >/dev/null 2>&1
printf '1 00000000 {"record":"BEGIN"}\n2 00000000 {}\n' >"$c/detour.state.journal"
cp "$c/detour.state.journal" "$work/journal"
d "$c" plan -detailed-exitcode
exits "a journal that cannot be read is no obstacle" 0
has "but it is told" "$err$out" "detour.state.journal.foreign.1"
ok "and kept" cmp "$c/detour.state.journal.foreign.1" "$work/journal"

# -- the state of another, or none --
cp "$c/detour.state" "$work/state"
cp "$work/other/detour.state" "$c"
d "$c" destroy -auto-approve
exits "the state of another project is refused" 1
has "by its lineage" "$err" "Another state"
ok "and left as it is" cmp "$c/detour.state" "$work/other/detour.state"
rm "$c/detour.state"
d "$c" apply -auto-approve
exits "nor is everything made a second time where the file is gone" 1
has "it says what to do" "$err" "The state is gone"
ok "nothing is begun" test ! -e "$c/detour.state"
cp "$work/state" "$c/detour.state"
d "$c" destroy -auto-approve
exits "what is destroyed" 0
rm -rf "$c"/detour.state*
d "$c" apply -auto-approve
exits "may be begun anew" 0

# -- links, and what is no file --
l=$work/link
mkdir "$l" "$work/disk"
cp "$c/main.hcl" "$l"
mv "$c/detour.state" "$work/disk/s"
ln -s ../disk/s "$c/detour.state"
ln -s ../disk/s "$l/detour.state"
sed -i 's/some text/any text/' "$c/main.hcl"
d "$c" apply -auto-approve
exits "a state behind a link" 0
ok "the link stays one" test -h "$c/detour.state"
d "$l" state show 'detour_data.many[0]'
has "and who has another link sees what was done" "$out" "any text"
printf '{"id":"i","who":"ada@far","host":"far","operation":"apply","since":"2026-11-28T12:00:00Z","pid":7}\n' >"$work/disk/s.lock"
d "$l" plan -detailed-exitcode
exits "the lock is that of the file itself" 4
rm "$work/disk/s.lock"
mv "$work/disk" "$work/unmounted"
d "$l" apply -auto-approve
exits "a link to nowhere is no new state" 1
has "it says so" "$err" "a symbolic link to a file that is not there"
mv "$work/unmounted" "$work/disk"
rm "$l/detour.state"
mkfifo "$l/detour.state"
d "$l" plan
has "a pipe is not waited for" "$err" "it is no file"
rm "$c/detour.state"
mv "$work/disk/s" "$c/detour.state"

# -- the lock --
printf '{"who":"ada@far","host":"far","operation":"apply","since":"2026-11-28T12:00:00Z","pid":7}\n' >"$c/detour.state.lock"
d "$c" plan -detailed-exitcode
exits "a lock that is held has an exit code of its own" 4
has "who holds the lock, and for what" "$err$out" 'ada@far holds it for "apply" since 2026-11-28T12:00:00Z'
d "$c" show
exits "looking needs no lock" 0
echo '{}' >"$c/detour.state.lock"
d "$c" plan
has "a lock that says nothing" "$err" "somebody holds it. Wait until that is done"
has "and where it is" "$(echo "$err" | tr '\n' ' ')" "has ended for certain, delete"
rm "$c/detour.state.lock"

# -- a full disk --
if [ "$(id -u)" = 0 ]; then
    small=$work/small
    mkdir "$small"
    mount -t tmpfs -o size=300k detour-e2e "$small"
    clean_up() { umount "$small"; }
    cp "$c/main.hcl" "$small"
    d "$small" apply -auto-approve
    exits "a state on a small disk" 0
    sed -i 's/count = 3/count = 2000/' "$small/main.hcl"
    d "$small" apply -auto-approve
    exits "the disk is full before the end" 1
    has "and it says so" "$err$out" "No space left on device"
    has "with the file" "$err$out" "detour.state"
    mount -o remount,size=20m "$small"
    d "$small" plan
    exits "with room again the state is read" 0
    lacks "nothing was forgotten" "$out" 'detour_data.many[0] will be created'
    d "$small" apply -auto-approve
    exits "and the rest is made" 0
    d "$small" plan -detailed-exitcode
    exits "then there is nothing to do" 0
    d "$small" state list
    is "all are there" "$(echo "$out" | wc -l)" 2000
fi

done_testing
