#!/bin/sh
# console: piped, one answer for each line; -json; the verified cases through one process.
. "$(dirname "$0")/lib.sh"

c=$work/c
mkdir -p "$c"
cp -r "$root/tests/conformance/data/testdata" "$c/"
sed 's/terraform_data/detour_data/' "$root/tests/conformance/data/fixture.tf" >"$c/main.hcl"
data=$root/tests/conformance/data

# Before the first apply: what the configuration says of objects that are still to be made.
masks='def mask: if type == "object" then with_entries(.value |= mask | select(.value)) | (. != {} and .)
    elif type == "array" then map(mask) | (any and .) else . end;'
grep -v '^#' "$data/unknown.tsv" | cut -f1 | sed 's/terraform_data/detour_data/g' | "$detour" -chdir="$c" console -json >"$work/answers"
grep -v '^#' "$data/unknown.tsv" | cut -f2-3 | paste "$work/answers" - | jq -R "$masks"'split("\t") | map(fromjson) |
    select(.[0].value != .[1] or (.[0].unknown | mask) != (.[2] | mask))' >"$work/wrong"
is "what a plan knows, and what it does not" "$(cat "$work/wrong")" ""
grep -v '^#' "$data/errors.tsv" | cut -f1,3 | jq -R 'split("\t") | map(fromjson) | select(.[1][0] == 2)' -c >"$work/errors"
jq -c '.[0] | gsub("terraform_data"; "detour_data")' "$work/errors" | "$detour" -chdir="$c" console -json >"$work/answers"
paste "$work/errors" "$work/answers" | jq -R 'split("\t") | map(fromjson) | . as [$case, $answer] |
    ($case[0][:$case[1][1] - 12] | [scan("terraform_data")] | length) as $longer |
    select($answer.diagnostics[0].range.start.column != $case[1][1] - 11 - 3 * $longer)' -c >"$work/wrong"
is "where the first problem of each wrong expression starts" "$(cat "$work/wrong")" ""
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
is "exit ends it" "$(printf '1\nexit\n2\n' | "$detour" -chdir="$c" console)" 1

# -- on a terminal --
# typed KEYS…: what a console on a terminal answers to each, typed a moment after the other; its end is waited for.
typed() {
    for keys in "$@"; do
        sleep 0.3
        printf '%b' "$keys"
    done | HOME=$work TERM=dumb timeout 30 script -qec "$detour -chdir=$c console -no-color" /dev/null | tr -d '\r'
}
answers=$(typed '[1,\n' '2]\n' '<<EOT\nx${1 +\n1}\nEOT\n' 'exit\n')
has "brackets go on in the next line" "$answers" '  2,'
has "heredocs too" "$answers" 'x2'
answers=$(typed '40 + \003' '7 * 6\n' '(\n\003' '"le" == "fin"\n' '\004')
has "Ctrl-C drops what was typed" "$answers" '42'
has "of several lines, too" "$answers" 'false'
lacks "and is no error" "$answers" 'Error'
ok "twice in a row it ends" typed '1\n' '\003' '\003'
is "entries are kept, of several lines as one" "$(grep -c '2]' "$work/.local/state/detour/history")" 1
done_testing
