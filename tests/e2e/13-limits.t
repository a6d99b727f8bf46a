#!/bin/sh
# Bad input ends in a diagnostic: within a second of processor time and 512 MiB, exit 1 (fmt: 2), whatever it is.
. "$(dirname "$0")/lib.sh"

# Under the sanitizers time and memory say nothing: there the figures are looked at generously.
seconds=1 mebibytes=512
if grep -q __asan_init "$detour"; then seconds=30 mebibytes=8192; fi

# within: whether the last run ended with code $wanted, said why, and stayed within the limits.
within() {
    [ "$code" = "$wanted" ] && [ -s "$work/told" ] && tail -1 "$work/figures" | awk -v s=$seconds -v m=$mebibytes \
        '{ exit !($1 + $2 <= s && $3 <= m * 1024) }'
}

# limited NAME CODE INPUT ARGS…: detour in $work/l with that file as standard input; ends within the limits with that code, saying why.
# Time on a busy machine comes out too long now and then: the best of three counts.
limited() {
    name=$1 wanted=$2 input=$3
    shift 3
    for _ in 1 2 3; do
        code=0
        command time -q -o "$work/figures" -f '%U %S %M' "$detour" -chdir="$work/l" "$@" <"$input" >"$work/told" 2>&1 || code=$?
        if within; then
            pass "$name"
            return
        fi
    done
    fail "$name" "exit code $code, seconds and KiB: $(tail -1 "$work/figures")" "$(head -c 300 "$work/told")"
}

# every NAME: all commands that read $work/l/main.hcl refuse it.
every() {
    for command in validate plan console; do limited "$1: $command" 1 /dev/null $command; done
    limited "$1: fmt" 2 /dev/null fmt
    limited "$1: fmt -" 2 "$work/l/main.hcl" fmt -
}

# refuses EXPRESSION…: console answers each with a diagnostic.
refuses() {
    for expression in "$@"; do
        printf '%s\n' "$expression" >"$work/expression"
        limited "$(printf %.70s "$expression")" 1 "$work/expression" console
    done
}

# many N TEXT: the text N times.
many() { yes "$2" | head -n "$1" | tr -d '\n'; }

mkdir "$work/l"

# -- files --
{ printf 'locals {\n  a = ' && many 100000 '[' && printf '\n}\n'; } >"$work/l/main.hcl"
every "100,000 brackets"
{ printf 'locals {\n  a = ' && many 100000 '[' && many 100000 ']' && printf '\n}\n'; } >"$work/l/main.hcl"
every "100,000 brackets, closed"
{ printf 'locals {\n  a = "' && many 100000 '${"' && printf '\n}\n'; } >"$work/l/main.hcl"
every "100,000 templates within templates"
{ printf 'locals {\n' && many 100000 'a {
'; } >"$work/l/main.hcl"
every "100,000 blocks within blocks"
: >"$work/l/main.hcl"
truncate -s 1G "$work/l/main.hcl"
every "1 GiB of NUL, sparse"
rm "$work/l/main.hcl"
{ printf 'locals {\n  a = "' && head -c 1G /dev/zero | tr '\0' a && printf '"\n}\n'; } >"$work/l/main.hcl"
every "a line of 1 GiB"
printf 'locals {\n  a = 1 \0 2\n}\n' >"$work/l/main.hcl"
every "a NUL"
printf 'locals {\n  a = "\\ud800"\n}\n' >"$work/l/main.hcl"
every "a lone surrogate"
{ printf 'locals {\n  a = [' && many 20000000 '1,' && printf ']\n}\n'; } >"$work/l/main.hcl"
every "20 million numbers"
{ many 500000 '= = $ ' && printf '\n'; } >"$work/l/main.hcl"
every "half a million mistakes"
{ yes 'a {}' | head -n 500000; } >"$work/l/main.hcl"
limited "half a million unknown blocks" 1 /dev/null validate
rm "$work/l/main.hcl"
{ printf '{"locals":{"a":' && many 100000 '['; } >"$work/l/main.hcl.json"
limited "100,000 brackets in JSON" 1 /dev/null validate
{ printf '{"locals":{"a":[' && many 15000000 '1,' && printf '1]}}'; } >"$work/l/main.hcl.json"
limited "15 million numbers in JSON" 1 /dev/null validate
printf '{"locals":{"a":"\\ud800"}}' >"$work/l/main.hcl.json"
limited "a lone surrogate in JSON" 1 /dev/null validate
rm "$work/l/main.hcl.json"

{
    echo 'locals {'
    echo '  a0 = ["x", "x", "x", "x", "x", "x", "x", "x", "x", "x"]'
    for n in 1 2 3 4 5 6 7 8 9; do
        b=local.a$((n - 1))
        echo "  a$n = [$b, $b, $b, $b, $b, $b, $b, $b, $b, $b]"
    done
    printf '}\noutput "all" {\n  value = local.a9\n}\n'
} >"$work/l/main.hcl"
limited "lists of lists of the same: validate" 1 /dev/null validate
limited "lists of lists of the same: plan" 1 /dev/null plan

echo 'resource "detour_data" "a" { count = 1000001 }' >"$work/l/main.hcl"
limited "a million instances and one" 1 /dev/null plan

# -- lines of the console --
echo 'locals { text = "a" }' >"$work/l/main.hcl"
head -c 1G /dev/zero | tr '\0' a >"$work/line"
limited "a line of 1 GiB to the console" 1 "$work/line" console
limited "a line of 1 GiB to the console, -json" 0 "$work/line" console -json
limited "a line of 1 GiB to fmt" 2 "$work/line" fmt -
rm "$work/line"

# -- expressions --
# shellcheck disable=SC2016
big='join("", [for i in range(60) : format("%1000000d", 1)])' deep='[for a in range(1024) : [for b in range(1024) : [for c in range(1024) : 1]]]'
# shellcheck disable=SC2016
refuses 'range(0, 1e12)' 'range(0, 1, 1e-12)' 'pow(10, 1e9)' '1e999999999' 'tonumber("1e1000000000")' \
    'regex("(a*)*b", join("", [for i in range(1000) : "a"]))' 'regex("(a|aa)+$", "${join("", [for i in range(1000) : "a"])}b")' \
    'regex("(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)x", join("", [for i in range(1000) : "a"]))' 'regex("a{1000}{1000}{1000}", "a")' \
    'regexall("", join("", [for i in range(10) : format("%1000000d", 1)]))' \
    "$deep" "try($deep, 1)" "length(flatten($deep))" \
    '{ for a in range(1024) : a => { for b in range(1024) : b => { for c in range(1024) : c => 1 } } }' \
    '"%{for a in range(1024)}%{for b in range(1024)}%{for c in range(1024)}x%{endfor}%{endfor}%{endfor}"' \
    'sum([for a in range(1024) : sum([for b in range(1024) : sum([for c in range(1024) : 1])])])' \
    'setproduct(range(1024), range(1024), range(1024))' \
    'format("%1000000000d", 1)' 'format("%.1000000000f", 1)' 'formatlist("%1000000d", range(1000))' \
    'replace(format("%1000000d", 1), " ", format("%1000000d", 1))' 'replace(format("%1000000d", 1), "/ /", format("%1000000d", 1))' \
    'join(format("%1000000d", 1), range(1024))' 'indent(1000000, join("\n", range(1024)))' \
    "split(\"\", $big)" "[for i in range(60) : sha512($big)]" '[for i in range(1000) : sha512(format("%1000000d", 1))]' \
    'jsondecode("[${join(",", [for i in range(1024) : join(",", [for j in range(1024) : "[[]]"])])}]")' 'jsondecode("\"\ud800\"")' \
    'yamldecode("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\nh: [*g,*g,*g,*g,*g,*g,*g,*g,*g]\n")' \
    'yamldecode("&a [*a]")' "yamldecode(\"$(many 100000 '[')\")" "jsondecode(\"$(many 100000 '[')\")" \
    'cidrsubnets("::/0", 1e9)' 'cidrhost("::/0", 1e300)' 'bcrypt("x", 31)' 'file("/dev/zero")' 'filesha256("/dev/zero")' \
    "$(many 1000000 '1')" "$(many 100000 '!')true" "$(many 100000 'upper(')" "1$(many 500000 '+1')" "a$(many 100000 '.b')" \
    "$(many 100000 'true ? 1 : ')1" "[]$(many 100000 '[*]')"

done_testing
