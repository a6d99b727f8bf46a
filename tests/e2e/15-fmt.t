#!/bin/sh
# fmt: folders, standard input, -check, -diff, errors.
. "$(dirname "$0")/lib.sh"

c=$work/c
mkdir -p "$c/sub" "$c/.hidden"
printf 'a=1\nbb = 2\n' >"$c/a.hcl"
printf 'b   = 2\n' >"$c/sub/b.hcl"
printf 'b   = 2\n' >"$c/.hidden/c.hcl"
d "$c" fmt -check -recursive -diff
exits "unformatted: 3" 3
has "a unified diff" "$out" "-a=1"
is "-check writes nothing" "$(head -1 "$c/a.hcl")" "a=1"
d "$c" fmt
is "names what it rewrites" "$out" "a.hcl"
is "and aligns" "$(cat "$c/a.hcl")" "a  = 1
bb = 2"
is "without -recursive it stays in the folder" "$(cat "$c/sub/b.hcl")" "b   = 2"
d "$c" fmt -recursive -write=false
is "-write=false" "$(cat "$c/sub/b.hcl")" "b   = 2"
d "$c" fmt -recursive
d "$c" fmt -recursive -check
exits "formatted: 0" 0
is "hidden folders are left alone" "$(cat "$c/.hidden/c.hcl")" "b   = 2"
chmod 600 "$c/a.hcl"
printf 'a=1\n' >"$c/a.hcl"
d "$c" fmt
is "the mode of a file stays" "$(stat -c %a "$c/a.hcl")" 600
printf 'x = = 1\n' >"$c/bad.hcl"
d "$c" fmt
exits "errors: 2" 2
has "named" "$err" "bad.hcl line 1"
is "and left alone" "$(cat "$c/bad.hcl")" "x = = 1"
is "standard input" "$(printf 'x=1' | "$detour" fmt -)" "x = 1"
right=0
all=0
for want in "$root"/tests/conformance/data/fmt/*.want.hcl; do
    all=$((all + 1))
    "$detour" fmt - <"${want%.want.hcl}.in.hcl" | cmp -s - "$want" && right=$((right + 1))
done
is "the reference's cases, byte for byte" "$right of $all" "$all of $all"
done_testing
