#!/bin/sh
# age_file(), pass() and command() with the programs themselves: what they answer is sensitive, command()'s never stored; no shell on the
# way; problems are told in the programs' last words.
. "$(dirname "$0")/lib.sh"

c=$work/c
mkdir "$c"
clean_up() { gpgconf --homedir "$work/gnupg" --kill all; }

# answers EXPRESSION: console's answer in $out and $err.
answers() {
    printf '%s\n' "$1" >"$work/line"
    code=0
    "$detour" -chdir="$c" console <"$work/line" >"$work/stdout" 2>"$work/stderr" || code=$?
    out=$(cat "$work/stdout")
    err=$(tr '\n' ' ' <"$work/stderr")
}

# -- command --
answers 'command(["printf", "%s", "hush"])'
is "what a program prints is sensitive" "$out" "(sensitive value)"
answers 'nonsensitive(command(["printf", "%s", "hush"]))'
is "and ephemeral" "$out" "(ephemeral value)"
cat >"$c/main.hcl" <<'HCL'
locals {
  words = ["a b", "$HOME;id", "*"]
}
output "seen" {
  value     = command(["printf", "%s|", "a b", "$HOME;id", "*"])
  sensitive = true
  ephemeral = true
  precondition {
    condition     = command(concat(["printf", "%s|"], local.words)) == "${join("|", local.words)}|"
    error_message = "A shell has read the arguments."
  }
}
resource "detour_data" "kept" {
  input = "kept"
}
HCL
d "$c" apply -auto-approve
exits "an ephemeral output may hold it, and no shell reads the arguments" 0
lacks "the state does not" "$(cat "$c/detour.state")" "HOME"
cat >"$c/main.hcl" <<'HCL'
resource "detour_data" "kept" {
  input = { token = [command(["printf", "hush"])] }
}
HCL
d "$c" plan
exits "what is kept in the state cannot hold it" 1
has "and the argument is pointed to" "$err" "main.hcl line 2"
has "with the reason" "$err" "never stored"
printf 'output "o" {\n  value     = command(["printf", "hush"])\n  sensitive = true\n}\n' >"$c/main.hcl"
d "$c" plan
exits "outputs are stored, too" 1
has "and say what to write" "$err" "ephemeral = true"
answers 'command(["sh", "-c", "echo first >&2; echo last words >&2; exit 3"])'
has "a program that fails: its exit code" "$err" "exit code 3"
has "and its last words" "$err" "last words"
answers 'command(["no-such-program"])'
has "a program that is not there" "$err" "no-such-program"
answers 'command([])'
has "no program at all" "$err" "name of a program"
answers 'command(["printf", "\\377"])'
has "bytes that are no text" "$err" "UTF-8"
answers 'command(["head", "-c", "100000000", "/dev/zero"])'
is "endless output: an error" "$code" 1
ok "a short one" test "$(wc -c <"$work/stderr")" -lt 2000
answers 'command("ls")'
has "a string is no list" "$err" "list of string required"

# -- age --
age-keygen -o "$c/key.txt" 2>"$work/public"
age-keygen -o "$c/other.txt" 2>/dev/null
printf 'from age\nsecond line\n' | age -r "$(sed -n 's/^Public key: //p' "$work/public")" -o "$c/file.age"
answers 'age_file("file.age", "key.txt")'
is "age_file() is sensitive" "$out" "(sensitive value)"
answers 'jsonencode(nonsensitive(age_file("file.age", "key.txt")))'
is "and decrypts, without the last line end" "$out" '"\"from age\\nsecond line\""'
export DETOUR_AGE_IDENTITY="$c/key.txt"
answers 'nonsensitive(age_file("file.age")) == "from age\nsecond line"'
is "the key can be in the environment" "$out" "true"
unset DETOUR_AGE_IDENTITY
answers 'age_file("file.age")'
has "without a key: what to do" "$err" "DETOUR_AGE_IDENTITY"
answers 'age_file("file.age", "other.txt")'
has "another's key: age's words" "$err" "no identity matched"
answers 'age_file("none.age", "key.txt")'
has "a file that is not there" "$err" "none.age"
answers 'age_file("key.txt", "key.txt")'
is "a file that is not encrypted: an error" "$code" 1
cat >"$c/main.hcl" <<'HCL'
resource "detour_data" "sealed" {
  input = age_file("file.age", "key.txt")
}
HCL
d "$c" apply -auto-approve
exits "a resource may hold it" 0
lacks "the plan hides it" "$out" "from age"
lacks "and the state has it sealed" "$(cat "$c"/detour.state)" "from age"

# -- pass --
export GNUPGHOME="$work/gnupg" PASSWORD_STORE_DIR="$work/store"
mkdir -m 700 "$GNUPGHOME"
gpg --batch --quiet --passphrase '' --quick-generate-key test@example.org default default never >"$work/gpg.log" 2>&1
command pass init test@example.org >"$work/pass.log" 2>&1
printf 'from pass\nuser: me\n' | command pass insert -m db/main >>"$work/pass.log" 2>&1
answers 'pass("db/main")'
is "pass() is sensitive" "$out" "(sensitive value)"
answers 'nonsensitive(pass("db/main"))'
is "and answers the first line" "$out" '"from pass"'
answers 'pass("db/none")'
has "an entry that is not there: pass's words" "$err" "not in the password store"
answers 'pass("--help")'
has "an option is no entry" "$err" "not the name of an entry"
PASSWORD_STORE_DIR="$work/none"
answers 'pass("db/main")'
is "no store: an error" "$code" 1

done_testing
