#!/bin/sh
# console: piped, one answer for each line; -json; the verified cases through one process.
. "$(dirname "$0")/lib.sh"

c=$work/c
mkdir -p "$c"
cp -r "$root/tests/conformance/data/testdata" "$c/"
sed 's/terraform_data/detour_data/' "$root/tests/conformance/data/fixture.tf" >"$c/main.hcl"
d "$c" apply -auto-approve
exits "the fixture is applied" 0
is "people's answers" "$(printf '1 + 1\nvar.pw\nupper(local.str)\ndetour_data.cnt[1].output\n' | "$detour" -chdir="$c" console)" '2
(sensitive value)
"HELLO"
"v1"'
printf 'local.nope\n' | "$detour" -chdir="$c" console >"$work/out" 2>"$work/err"
is "an undeclared name: exit 1" "$?" 1
has "is told as such" "$(cat "$work/err")" "nope"
answers=$work/answers
grep -v '^#' "$root/tests/conformance/data/cases.tsv" | cut -f1 | sed 's/terraform_data/detour_data/g' | "$detour" -chdir="$c" console -json >"$answers"
grep -v '^#' "$root/tests/conformance/data/cases.tsv" | cut -f2 >"$work/wanted"
all=$(wc -l <"$work/wanted")
right=$(paste "$answers" "$work/wanted" | jq -R 'split("\t") | select((.[0] | fromjson | .value) == (.[1] | fromjson))' | grep -c '^\[' || true)
is "the verified values, all through one process" "$right of $all" "$all of $all"
done_testing
