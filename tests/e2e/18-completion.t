#!/bin/sh
# completion: the scripts in the shells they are for.
. "$(dirname "$0")/lib.sh"

mkdir "$work/bin" "$work/files"
ln -s "$(realpath "$detour")" "$work/bin/detour"
PATH=$work/bin:$PATH
export PATH
for shell in bash zsh fish; do detour completion $shell >"$work/$shell"; done
config "$work/files/d" <<'EOF'
resource "detour_data" "web" {
  for_each = toset(["a", "b c"])
}
module "m" { source = "./m" }
output "first" { value = 1 }
variable "asked" {}
EOF
mkdir "$work/files/d/m"
echo 'resource "detour_data" "in" {}' >"$work/files/d/m/main.hcl"
d "$work/files/d" apply -auto-approve -var asked=1
cd "$work/files" || exit 1
: >friday.plan

# WORDS…: what each shell offers for the last of them, without descriptions and quotes, sorted
in_bash() {
    # shellcheck disable=SC2016
    bash --norc -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _detour; printf "%s\n" "${COMPREPLY[@]}"' "$work/bash" "$@" | tr -d '\134' | sort -u
}
in_fish() { fish --no-config -c "source $work/fish; complete -C '$*'" | cut -f1 | sort -u; }
in_zsh() { "$root/tests/support/zsh-complete" "$work/zsh" "$*" | tr -d '\134'; }

# same NAME WANT WORDS…: all three shells offer that; words are lines. What follows "=" is left out by bash and zsh.
same() {
    name=$1 want=$(printf '%s\n' "$2" | tr ' ' '\n')
    shift 2
    is "bash: $name" "$(in_bash "$@")" "$want"
    is "zsh: $name" "$(in_zsh "$@")" "$want"
    is "fish: $name" "$(in_fish "$@" | sed 's/^-[a-z-]*=//')" "$want"
}

same "commands" "plan" detour pla
same "subcommands" "functions
schema" detour metadata ''
same "commands to be explained" "providers" detour help prov
same "words" "bash
fish
zsh" detour completion ''
same "functions" "cidrcontains
cidrhost
cidrnetmask
cidrsubnet
cidrsubnets" detour metadata functions cidr
same "types" "debian_host" detour providers schema debian_h
same "nothing after a command that takes nothing" "" detour validate x
addresses='detour_data.web
detour_data.web["a"]
detour_data.web["b_c"]
module.m
module.m.detour_data.in'
is "bash: addresses behind an equals sign" "$(in_bash detour -chdir = d plan -target = '' | sed 's/b c/b_c/')" "$addresses"
is "zsh: addresses behind an equals sign" "$(in_zsh detour -chdir=d plan -target= | sed 's/b c/b_c/')" "$addresses"
is "fish: addresses behind an equals sign" "$(in_fish detour -chdir=d plan -target= | sed 's/b c/b_c/; s/-target=//')" "$addresses"
is "bash: one word more" "$(in_bash detour -chdir = d apply -replace module.m.)" "module.m.detour_data.in"
is "zsh: one word more" "$(in_zsh detour -chdir=d apply -replace module.m.)" "module.m.detour_data.in"
is "fish: one word more" "$(in_fish detour -chdir=d apply -replace module.m.)" "module.m.detour_data.in"
is "bash: objects of the state" "$(in_bash detour -chdir = d state show mod)" "module.m.detour_data.in"
is "zsh: objects of the state" "$(in_zsh detour -chdir=d state show mod)" "module.m.detour_data.in"
is "fish: objects of the state" "$(in_fish detour -chdir=d state show mod)" "module.m.detour_data.in"
is "bash: what has colons in it" "$(in_bash detour metadata functions provider :: debian :: ver)" "version_compare"
is "zsh: what has colons in it" "$(in_zsh detour metadata functions provider::debian::ver)" "provider::debian::version_compare"
is "fish: what has colons in it" "$(in_fish detour metadata functions provider::debian::ver)" "provider::debian::version_compare"
is "bash: outputs" "$(in_bash detour -chdir = d output '')" "first"
is "fish: outputs" "$(in_fish detour -chdir=d output '')" "first"
is "bash: options" "$(in_bash detour plan -re)" "-refresh
-refresh-only
-replace="
is "zsh: options" "$(in_zsh detour plan -re)" "-refresh
-refresh-only
-replace"
is "fish: options" "$(in_fish detour plan -re)" "-refresh
-refresh-only
-replace"
is "bash: options with two dashes" "$(in_bash detour plan --tar)" "--target="
is "bash: true and false" "$(in_bash detour plan -refresh = '')" "false
true"
is "bash: an option whose value is no file" "$(in_bash detour plan -parallelism '')" ""
is "bash: files" "$(in_bash detour apply fri)" "friday.plan"
is "zsh: files" "$(in_zsh detour apply fri)" "friday.plan"
is "fish: files" "$(in_fish detour apply fri)" "friday.plan"
is "bash: folders" "$(in_bash detour -chdir = '')" "d"
is "bash: inside quotes" "$(in_bash detour -chdir = d plan -target "'detour_data.web[\"b")" 'detour_data.web["b c"]'

echo 'resource "detour_data" {' >d/broken.hcl
is "a configuration that is broken completes by what is stored" "$(in_bash detour -chdir = d state show mod)" "module.m.detour_data.in"
is "and says nothing" "$(detour -chdir=d completion list addresses 2>&1 >/dev/null)" ""
d "$work" completion csh
exits "no such shell" 1
has "and which there are" "$err" "bash, zsh and fish"
done_testing
