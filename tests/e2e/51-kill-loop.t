#!/bin/sh
# kill -9 at each record of the journal: an apply of 200 objects over three machines dies there, and one more apply makes what is missing,
# adopts what is there, and makes nothing twice. strace kills between the write of a group of records and its sync; the journal is then cut
# behind the record at hand (every other time in the middle of the next one), as a power cut at that moment may leave it: nothing of the group
# was confirmed to anybody yet. DETOUR_KILL_LOOP=all takes every record, else a sample of so many.
. "$(dirname "$0")/lib.sh"

if ! command -v strace >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "1..0 # SKIP strace and root are needed"
    exit 0
fi
: "${DETOUR_KILL_LOOP:=18}"
c=$work/c
world=$work/world
journal=$c/detour.state.journal
config "$c" <<HCL
resource "debian_host" "lane" {
  for_each = toset(["a", "b", "c"])
  name     = each.key
  local    = true
}
resource "debian_directory" "dir" {
  for_each = debian_host.lane
  host     = each.value.id
  path     = "$world/\${each.key}"
}
resource "debian_file" "file" {
  for_each = { for i in range(194) : format("%03d", i) => ["a", "b", "c"][i % 3] }
  host     = debian_host.lane[each.value].id
  path     = "\${debian_directory.dir[each.value].path}/\${each.key}"
  content  = "file \${each.key}\n"
}
HCL

afresh() {
    rm -rf "$world" "$c"/detour.state* "$c/.detour"
    mkdir "$world"
}

# run_killed CALL NTH [-P PATH]: applies under strace, which kills at the entry of the nth such call (on that path) on the main thread, the one that does all I/O of the
# state. What was started on the machines goes on without it, as it should; waits until that is over.
run_killed() {
    call=$1
    nth=$2
    shift 2
    env ASAN_OPTIONS=detect_leaks=0 DETOUR_KILL_LOOP_RUN="$work" strace -qq -o "$work/trace" "$@" -e trace="write,fdatasync,$call" -e inject="$call:error=EIO:signal=KILL:when=$nth" \
        "$detour" -chdir="$c" apply -auto-approve >/dev/null 2>&1 &
    wait $! 2>/dev/null
    tries=0
    while grep -q "DETOUR_KILL_LOOP_RUN=$work" /proc/[0-9]*/environ 2>/dev/null && [ $tries -lt 600 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
}

files() { find "$world" -type f -size +0c -printf '%i %T@ %P\n' | sort; }

# converges: one apply later all is there, once, and what was there before is the same file as before.
converges() {
    files >"$work/before"
    d "$c" apply -auto-approve
    [ "$code" = 0 ] || { fail "an apply after a kill at $*" "$err"; return 1; }
    files >"$work/after"
    if [ -n "$(comm -23 "$work/before" "$work/after")" ]; then
        fail "nothing is made twice after a kill at $*" "$(comm -3 "$work/before" "$work/after" | head -5)"
        return 1
    fi
    d "$c" state list
    listed=$(echo "$out" | sort -u | wc -l)/$(echo "$out" | wc -l)/$(find "$world" -type f | wc -l)
    [ "$listed" = 200/200/194 ] || { fail "addresses, objects and files after a kill at $*" "$listed"; return 1; }
    d "$c" plan -detailed-exitcode
    [ "$code" = 0 ] || { fail "nothing is left to do after a kill at $*" "$out"; return 1; }
    adopted=$((adopted + $(wc -l <"$work/before")))
    points=$((points + 1))
}

# at_record GROUP RECORD: the group of records is written and not synced; of its records so many reached the disk.
at_record() {
    group=$1
    while :; do
        afresh
        run_killed fdatasync "$group"
        [ ! -e "$journal" ] || break
        [ "$group" -gt 1 ] || return 1
        group=$((group - 1)) # lanes that answer at the same time share a group: this run had fewer
    done
    size=$(stat -c %s "$journal")
    written=$(awk '/^write\(/ && /record/ { n = $NF } END { print n + 0 }' "$work/trace")
    head -c $((size - written)) "$journal" >"$work/journal"
    tail -c "$written" "$journal" >"$work/group"
    head -n "$2" "$work/group" >>"$work/journal"
    if [ $(($2 % 2)) = 1 ]; then
        tail -n +$(($2 + 1)) "$work/group" | head -n 1 | head -c 40 >>"$work/journal"
    fi
    cat "$work/journal" >"$journal"
    converges "record $2 of group $1"
}

points=0
adopted=0
started=$(date +%s)

# -- how many records there are, and in which groups --
afresh
run_killed fdatasync 10000
awk '/^write\(/ && /record/ { print $NF }' "$work/trace" >"$work/sizes"
ok "the apply writes its journal in groups" test "$(wc -l <"$work/sizes")" -ge 8
# The journal is gone by now: a run that is killed at its last step still has it.
afresh
run_killed rename 2 -P detour.state.tmp
awk -v sizes="$work/sizes" '
    BEGIN { while ((getline n < sizes) > 0) end[++groups] = (at += n); k = 1 }
    { bytes += length($0) + 1; if (bytes > end[k] && k < groups) { k++; j = 0 } print k, ++j }' "$journal" >"$work/records"
records=$(wc -l <"$work/records")
ok "the journal has a record for each intent and each result" test "$records" -ge 400
converges "the rename of the snapshot"

# -- each of them --
case $DETOUR_KILL_LOOP in
all) cp "$work/records" "$work/points" ;;
*) awk -v n="$records" -v want="$DETOUR_KILL_LOOP" 'int(NR * want / n) != int((NR - 1) * want / n) || NR == 1' "$work/records" >"$work/points" ;;
esac
while read -r number record; do
    at_record "$number" "$record" || break
done <"$work/points"

# -- and the steps of the checkpoint --
for step in "rename 1" "rename 4" "rename 5" "fsync 9" "fsync 11" "unlink 2" "unlink 3"; do
    afresh
    # shellcheck disable=SC2086
    run_killed $step
    converges "$step" || break
done
is "no point is left out" "$points" $(($(wc -l <"$work/points") + 8))
pass "killed at $points points of $records records in $(($(date +%s) - started)) s: $adopted files adopted, none lost, none made twice"
done_testing
