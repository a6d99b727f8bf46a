#!/bin/sh
# Secrets: sealed wherever they are stored, found nowhere else, and opened by those who should, with age as well.
. "$(dirname "$0")/lib.sh"

HOME=$work/home
export HOME
mkdir -p "$HOME/.ssh" "$work/dest"
ssh-keygen -q -t ed25519 -N '' -C anna@laptop -f "$work/anna"
ssh-keygen -q -t ed25519 -N '' -C bob@shop -f "$work/bob"
ssh-keygen -q -t ed25519 -N secret -C locked -f "$work/locked"

# told NAME WORDS: the last error says that, wherever its lines break.
told() { has "$1" "$(tr '\n' ' ' <"$work/stderr")" "$2"; }

# -- fifty canaries --
# Each value has a token that nothing else holds; $work/tokens has them all, also as base64, for grep -F.
c=$work/c
vars=$work/vars.hcl
token() { od -An -N8 -tx1 /dev/urandom | tr -d ' \n'; }
write_canaries() {
    : >"$work/tokens.new"
    {
        echo 'texts = ['
        for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
            t=cnry$(token)
            echo "$t" >>"$work/tokens.new"
            case $((i % 5)) in
            0) printf '  "%s\\nsecond line of %s\\n",\n' "$t" "$t" ;;
            1) echo "  \"clé ☃ $t é\"," ;;
            2) printf '  "\\"quoted\\" \\\\ %s\\t<&>",\n' "$t" ;;
            *) echo "  \"$t\"," ;;
            esac
        done
        echo ']'
        echo 'numbers = ['
        for i in 1 2 3 4 5 6 7 8 9 10; do
            t=7$(od -An -N7 -tu8 /dev/urandom | tr -d ' \n')1
            echo "$t" >>"$work/tokens.new"
            echo "  $t,"
        done
        echo ']'
        echo 'tree = {'
        for i in 1 2 3 4 5 6 7 8 9 10; do
            t=cnry$(token)
            echo "$t" >>"$work/tokens.new"
            echo "  \"key $i\" = { user = \"visible $i\", password = \"$t\", admin = true, roles = [\"$t\", false] }"
        done
        echo '}'
        echo 'files = ['
        for i in 1 2 3 4 5 6 7 8 9 10; do
            t=cnry$(token)
            echo "$t" >>"$work/tokens.new"
            printf '  "password=%s\\nname=é\\n",\n' "$t"
            printf 'password=%s\nname=é\n' "$t" | base64 -w0 | cut -c1-32 >>"$work/tokens.new"
        done
        echo ']'
    } >"$vars"
    cat "$work/tokens.new" >>"$work/tokens"
}
config "$c" <<HCL
variable "texts" {
  type      = list(string)
  sensitive = true
}
variable "numbers" {
  type      = list(number)
  sensitive = true
}
variable "tree" {
  type      = map(object({ user = string, password = string, admin = bool, roles = list(any) }))
  sensitive = true
}
variable "files" {
  type      = list(string)
  sensitive = true
}
variable "plain" { default = "before" }
variable "fail" { default = false }

resource "detour_data" "texts" {
  input = { all = var.texts, beside = var.plain, joined = join(",", var.texts) }
}
resource "detour_data" "numbers" {
  input            = [for n in var.numbers : n]
  triggers_replace = var.texts[0]
}
resource "detour_data" "tree" {
  for_each = toset(["key 1", "key 2"])
  input    = { one = var.tree[each.key], all = { for k, v in var.tree : k => v.password } }
}
resource "debian_host" "here" {
  name  = "here"
  local = true
}
resource "debian_file" "all" {
  count   = 5
  host    = debian_host.here.id
  path    = "$work/dest/\${count.index}"
  mode    = "0600"
  content = var.files[count.index]
}
resource "debian_file" "base64" {
  count          = 5
  host           = debian_host.here.id
  path           = "$work/dest/b\${count.index}"
  mode           = "0600"
  content_base64 = base64encode(var.files[count.index + 5])
}
resource "debian_file" "fails" {
  count   = var.fail ? 1 : 0
  host    = debian_host.here.id
  path    = "$work/nowhere/at/all"
  content = var.files[0]
}
output "texts" {
  value     = var.texts
  sensitive = true
}
output "tree" {
  value     = { tree = var.tree, plain = "seen" }
  sensitive = true
}
HCL

# clean NAME: no token is in the last answer, in the folder, nor in what the run left in /tmp.
clean() {
    found=$(grep -l -F -f "$work/tokens" "$work/stdout" "$work/stderr" 2>/dev/null)
    is "$1: nothing in the output" "$found" ""
    found=$(grep -r -l -a -F -f "$work/tokens" "$c" 2>/dev/null)
    is "$1: nothing in the folder" "$found" ""
    found=$(find /tmp -xdev -type f -newer "$work/marker" ! -path "$work/vars.hcl" ! -path "$work/tokens*" ! -path "$work/dest/*" \
        ! -path "$work/strace*" -exec grep -l -a -F -f "$work/tokens" {} + 2>/dev/null)
    is "$1: nothing in /tmp" "$found" ""
}
run() { d "$c" "$@" -var-file="$vars" -input=false; }

touch "$work/marker"
sleep 0.1
write_canaries
is "there are fifty" "$(grep -c -v '=$\|^cGFz' "$work/tokens")" 50
run plan
exits "plan" 0
clean "plan"
ok "a plan makes no key" test ! -e "$c/detour.state.key"
run apply -auto-approve
exits "create" 0
clean "create"
has "the new key is told" "$err$out" "A key for the secrets was made"
is "only its owner may read it" "$(stat -c %a "$c/detour.state.key")" 600
has "git ignores it" "$(cat "$c/.gitignore")" "detour.state.key"
has "what is no secret can be read" "$(cat "$c/detour.state")" '"beside":"before"'
ok "the files are there" grep -q -F -f "$work/tokens" "$work/dest/0"
run plan -detailed-exitcode
exits "then there is nothing to do" 0
run state show 'detour_data.tree["key 1"]'
clean "state show"

grep -o '"address":"detour_data.tree.*"sealed":\[[^]]*\]' "$c/detour.state" | grep -o '"sealed".*' >"$work/seals"
run apply -auto-approve -var plain=after
exits "update of something else" 0
lacks "no key is made twice" "$err$out" "A key for the secrets"
grep -o '"address":"detour_data.tree.*"sealed":\[[^]]*\]' "$c/detour.state" | grep -o '"sealed".*' | cmp -s - "$work/seals"
is "what did not change keeps its seals" "$?" 0

write_canaries
run apply -auto-approve
exits "update and replacement" 0
clean "update"
write_canaries
run apply -auto-approve -var fail=true
exits "failure" 1
clean "failure"
run plan -out=saved
exits "a saved plan" 0
clean "saved plan"
d "$c" apply saved
exits "is applied" 0
clean "apply of a saved plan"
run output
clean "output"
run show
clean "show"

# -- what leaves the process --
if strace -f -o /dev/null true 2>/dev/null; then
    write_canaries
    code=0
    ASAN_OPTIONS=detect_leaks=0 strace -f -y -v -s 1000000 -e signal=none -e trace=write,writev,pwrite64,sendto,sendmsg,execve \
        -o "$work/strace" "$detour" -chdir="$c" apply -auto-approve -var-file="$vars" >"$work/stdout" 2>"$work/stderr" </dev/null || code=$?
    is "apply under strace" "$code" 0
    clean "apply under strace"
    is "no secret in arguments or environments" "$(grep -F -f "$work/tokens" "$work/strace" | grep -c execve)" 0
    # detour itself sends them to the shell that does the work, through a socket, and nowhere else
    main=$(head -n 1 "$work/strace" | cut -d' ' -f1)
    sent=$(grep -F -f "$work/tokens" "$work/strace" | grep "^$main \|sendto" | grep -v 'sendto([0-9]*<\(UNIX\|socket\)')
    is "nothing is written but to the destination" "$sent" ""
    ok "where it is sent" grep -q -F -f "$work/tokens" "$work/strace"
    # what the shell writes goes through a pipe into the file
    found=$(grep -F -f "$work/tokens" "$work/strace" | grep '^[0-9]* *p\?writev\?\(64\)\?(' | grep -v "<pipe:\|<$work/dest/")
    is "the shell writes to the file alone" "$found" ""
else
    pass "no strace here # SKIP"
fi
mkfifo "$work/typed"
"$detour" -chdir="$c" console -var-file="$vars" <"$work/typed" >"$work/console" 2>&1 &
exec 3>"$work/typed"
echo '"ready"' >&3
i=0
while ! grep -q ready "$work/console" && [ $i -lt 200 ]; do sleep 0.1 && i=$((i + 1)); done
is "no core file would be written" "$(awk '/Max core file size/ { print $5 }' "/proc/$!/limits")" 0
exec 3>&-
wait $!

# -- keys --
k=$work/k
config "$k" <<'HCL'
variable "token" {
  default   = "hush-hush-hush"
  sensitive = true
}
variable "note" { default = "one" }
resource "detour_data" "a" { input = { token = var.token, note = var.note } }
resource "detour_data" "b" { input = var.token }
HCL
d "$k" secrets rekey
exits "no state yet: no key to change" 1
has "it says so" "$err" "No secrets in the state"
d "$k" apply -auto-approve
exits "a state" 0
d "$k" secrets recipients add "$work/anna.pub"
exits "a recipient is added" 0
d "$k" secrets recipients add "$work/anna.pub"
exits "and not twice" 1
d "$k" secrets recipients
has "it is listed" "$out" "anna@laptop"
mkdir "$work/away" && mv "$k/detour.state.key" "$work/away"
cp "$k/detour.state" "$work/state"
d "$k" plan
exits "without any key" 1
has "the error says for whom it is sealed" "$err" "anna@laptop"
has "and what to do" "$err" "identity_files"
d "$k" apply -auto-approve
exits "apply stops before it does anything" 1
ok "the state is as it was" cmp "$k/detour.state" "$work/state"
ok "no key was made" test ! -e "$k/detour.state.key"
cp "$work/bob" "$HOME/.ssh/id_ed25519"
d "$k" plan
exits "the key of somebody else" 1
told "is told to be another" "id_ed25519: another key"
cp "$work/locked" "$HOME/.ssh/id_ed25519"
d "$k" plan
exits "a key under a passphrase" 1
told "is told" "protected by a passphrase"
cp "$work/anna" "$HOME/.ssh/id_ed25519"
d "$k" plan -detailed-exitcode
exits "the right one opens" 0
is "age -d opens a value" "$("$detour" -chdir="$k" secrets export detour_data.a input.token | age -d -i "$work/anna")" hush-hush-hush
is "and with jq and age the data key" "$(jq -r '.secrets.wrapped[0]' "$k/detour.state" | age -d -i "$work/anna" | wc -c)" 64
d "$k" secrets recipients add "$(cat "$work/bob.pub")"
exits "another recipient" 0
d "$k" secrets recipients remove bob@shop
exits "is removed by its comment" 0
HOME=$work/nobody DETOUR_IDENTITY=$(cat "$work/bob") d "$k" plan
exits "and opens nothing any more" 1
DETOUR_IDENTITY=$(cat "$work/anna") d "$k" plan -detailed-exitcode
exits "DETOUR_IDENTITY opens, too" 0
before=$(grep -o '"sealed":\[[^]]*\]' "$k/detour.state")
d "$k" secrets rekey
exits "rekey" 0
d "$k" plan -detailed-exitcode
exits "it opens as before" 0
if [ "$before" = "$(grep -o '"sealed":\[[^]]*\]' "$k/detour.state")" ]; then fail "all is sealed anew"; else pass "all is sealed anew"; fi

# -- damage --
cp "$k/detour.state" "$work/state"
# spoil NAME SED WORDS: the state after that edit is refused, with these words, and left alone.
spoil() {
    sed "$2" "$work/state" >"$k/detour.state"
    cp "$k/detour.state" "$work/spoilt"
    d "$k" apply -auto-approve -var note=two
    exits "$1 is refused" 1
    told "$1: why" "$3"
    lacks "$1: no secret is shown" "$err$out" hush
    ok "$1: nothing is written" cmp "$k/detour.state" "$work/spoilt"
}
spoil "a seal that was cut short" 's/\(detour_data.a.*"sealed":\["\)[^"]*"/\1QUJD"/' "detour_data.a.input.token is cut short"
spoil "a seal that was changed" '/detour_data.a/s/\("sealed":\["...\)\(.\)/\1Z\2/;/detour_data.a/s/\("sealed":\["....[^"]*\)."/\1"/' "detour_data.a.input.token"
other=$(grep -o '"address":"detour_data.b".*"sealed":\["[^"]*"' "$work/state" | sed 's/.*"sealed":\["//;s/"//')
spoil "a seal of another place" "/\"detour_data.a\"/s|\"sealed\":\[\"[^\"]*\"|\"sealed\":[\"$other\"|" "detour_data.a.input.token was changed, or copied"
spoil "a key that was cut short" 's/\(BEGIN AGE ENCRYPTED FILE-----.n........\)[^"]*/\1/' "cut short or was changed"
spoil "a secret in plain text" '/"detour_data.b"/s/"sealed":\["[^"]*"\(.*\)"input":null/"sealed":[null\1"input":"hush-hush-hush"/' "plain text"
cp "$work/state" "$k/detour.state"
d "$k" plan -detailed-exitcode
exits "the right state still opens" 0

# -- a state of an older detour --
o=$work/o
config "$o" <<'HCL'
variable "token" {
  default   = "hush-hush-hush"
  sensitive = true
}
variable "note" { default = "one" }
resource "detour_data" "a" { input = { token = var.token, note = var.note } }
HCL
cat >"$o/detour.state" <<'JSON'
{
  "format": "detour.state",
  "version": 1,
  "lineage": "l",
  "serial": 1,
  "types": [
    ["object",{"id":"string","input":["object",{"note":"string","token":"string"}],"output":["object",{"note":"string","token":"string"}],"triggers_replace":"dynamic"}]
  ],
  "resources": [
    {"address":"detour_data.a","provider":"detour","schema_version":0,"type":0,"sensitive_paths":[["input","token"],["output","token"]],"value":{"id":"x","input":{"note":"one","token":"hush-hush-hush"},"output":{"note":"one","token":"hush-hush-hush"},"triggers_replace":null}}
  ]
}
JSON
d "$o" plan -detailed-exitcode
exits "is read" 0
told "with a warning" "Secrets in plain text"
ok "and not changed by that" grep -q '"version": 1' "$o/detour.state"
d "$o" apply -auto-approve -var note=two
exits "the next write" 0
has "is in the new format" "$(cat "$o/detour.state")" '"version": 2'
lacks "and seals it" "$(cat "$o/detour.state")" hush
sed -i 's/"version": 2/"version": 3/' "$o/detour.state"
d "$o" plan
exits "a newer one is refused" 1
has "and it says so" "$err" "State of a newer format"

# -- what the configuration says --
s=$work/s
secrets() {
    mkdir -p "$s"
    printf 'detour {\n  secrets {\n%s\n  }\n}\n' "$1" >"$s/settings.hcl"
    cp "$k/main.hcl" "$s"
}
secrets "    recipients = [\"$(cat "$work/anna.pub")\", \"$(cat "$work/bob.pub")\"]"
d "$s" apply -auto-approve
exits "recipients" 0
ok "need no key file" test ! -e "$s/detour.state.key"
HOME=$work/nobody DETOUR_IDENTITY=$(cat "$work/bob") d "$s" plan -detailed-exitcode
exits "each of them opens" 0
secrets "    recipients = [\"$(cat "$work/anna.pub")\"]"
d "$s" apply -auto-approve -var note=two
exits "one is taken off the list" 0
has "which is told" "$err$out" "sealed anew"
HOME=$work/nobody DETOUR_IDENTITY=$(cat "$work/bob") d "$s" plan
exits "and opens no more" 1
secrets '    recipients = ["ssh-ed25519 AAAA"]'
rm -r "$s/detour.state"* "$s/.detour"
d "$s" apply -auto-approve
exits "a recipient that is no key" 1
has "is pointed at" "$err" 'settings.hcl line 3'
secrets "    recipients = [\"$(cat "$work/bob.pub")\"]"
d "$s" apply -auto-approve
exits "a recipient that is only somebody else" 1
has "would lock the user out" "$err" "Nobody here could open the secrets"
secrets '    passphrase {}'
d "$s" apply -auto-approve
exits "a passphrase that nobody can type" 1
has "says where it comes from" "$err" "DETOUR_PASSPHRASE"
DETOUR_PASSPHRASE=correct d "$s" apply -auto-approve
exits "a passphrase" 0
DETOUR_PASSPHRASE=wrong d "$s" plan
exits "a wrong one" 1
DETOUR_PASSPHRASE=correct d "$s" plan -detailed-exitcode
exits "the right one" 0
DETOUR_PASSPHRASE=correct DETOUR_NEW_PASSPHRASE=horse d "$s" secrets rekey
exits "another one" 0
DETOUR_PASSPHRASE=horse d "$s" plan -detailed-exitcode
exits "counts from then on" 0
rm -r "$s/detour.state"* "$s/.detour"
secrets '    command = ["printf", "from a command\\n"]'
d "$s" apply -auto-approve
exits "a command that prints a passphrase" 0
d "$s" plan -detailed-exitcode
exits "opens" 0
secrets '    command = ["false"]'
d "$s" plan
exits "a command that fails" 1
has "is named" "$err" "false"
rm -r "$s/detour.state"* "$s/.detour"
secrets '    key_file = "team.key"'
d "$s" apply -auto-approve
exits "a key file" 0
is "is made, for its owner" "$(stat -c %a "$s/team.key")" 600
d "$s" plan -detailed-exitcode
exits "and opens" 0
rm -r "$s/detour.state"* "$s/.detour"
secrets '    key_file = "nowhere/at/all.key"'
d "$s" apply -auto-approve
exits "a key file that cannot be made" 1
told "stops an apply before it begins" "Without it nothing secret can be stored"
ok "and nothing was stored" test ! -e "$s/detour.state"
secrets '    recipient = ["x"]'
d "$s" validate
exits "a mistyped name" 1
told "gets the near one" 'Did you mean "recipients"?'

# -- the end --
run destroy -auto-approve
exits "destroy" 0
clean "destroy"
is "the files are gone" "$(ls "$work/dest")" ""
# -- the key file of an environment, of a state that moved, and one that others may read --
k=$work/keys
config "$k" <<'HCL'
resource "detour_data" "one" { input = sensitive("moved-secret") }
HCL
d "$k" env new staging
d "$k" apply -auto-approve -env=staging
before=$(jq -c .secrets.wrapped "$k/detour.staging.state")
d "$k" secrets rekey -env=staging
exits "rekey of an environment" 0
ok "it has another key" test "$before" != "$(jq -c .secrets.wrapped "$k/detour.staging.state")"
ok "the default state is none of its business" test ! -e "$k/detour.state"
d "$k" secrets recipients -env=staging
exits "its recipients" 0
mkdir "$k/sub"
echo 'detour {
  backend "local" { path = "sub/s.state" }
}' >>"$k/main.hcl"
d "$k" state migrate -env=staging
exits "a state moves away from its key file" 0
d "$k" plan -detailed-exitcode -env=staging
is "which opens it there, too" "$code$err" 0
chmod 644 "$k/detour.staging.state.key"
d "$k" plan -detailed-exitcode -env=staging
exits "a key that others may read opens" 0
told "and a warning says so" "Others may read a key of the secrets"

# -- a private key that is given by mistake is not printed --
for given in "$work/bob" "$(cat "$work/bob")" AGE-SECRET-KEY-1QQQQ; do
    for action in add remove; do
        d "$k" secrets recipients $action -env=staging "$given"
        exits "a private key to $action" 1
        lacks "it is not printed" "$out$err" "$(sed -n 3p "$work/bob")"
        lacks "nor this" "$out$err" "QQQQ"
    done
done

done_testing
