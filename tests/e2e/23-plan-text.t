#!/bin/sh
# The text of plans, as people paste it into reviews: nothing in it may deceive them. What contradicts itself is refused.
# shellcheck disable=SC2086
. "$(dirname "$0")/lib.sh"

config "$work/a" <<'HCL'
variable "v" { default = 1 }
resource "detour_data" "text" { input = var.v == 1 ? "a\nb\n" : "a\nb" }
resource "detour_data" "crlf" { input = var.v == 1 ? "a\r\nb\r\n" : "a\nb\n" }
resource "detour_data" "type" { triggers_replace = [var.v] }
resource "detour_data" "odd" { input = "x\u001b[2J\ny\u202e\t\"\u0085" }
resource "detour_data" "line" { input = "\u001b]0;t\u0007\u2066" }
HCL
d "$work/a" plan
escape=$(printf '\033')
lacks "no escape codes of a value reach the terminal" "$out" "$escape"
has "in lines they are visible" "$out" 'x\x1b[2J'
has "so are marks that turn the order around" "$out" 'y\u202e	"\x85'
has "in one line, too" "$out" '"\x1b]0;t\a\u2066"'
d "$work/a" apply -auto-approve
exits "applied" 0
d "$work/a" plan -var v=2
has "a newline at the end that goes" "$out" "          - # (the newline at the end)"
has "ends of lines that change" "$out" "          - a\\r"
has "a number that becomes a string" "$out" '~ 1 -> "2"'
one=$out
d "$work/a" plan -var v=2 -parallelism=1
is "the text does not depend on chance" "$out" "$one"

contradiction() {
    d "$work/a" "$@"
    exits "$*: exit 1" 1
    has "$*" "$err" "Options that contradict each other"
}
contradiction plan -destroy -refresh-only
contradiction apply -refresh-only -refresh=false
contradiction plan -destroy -replace=detour_data.text
contradiction plan -refresh-only -replace=detour_data.text
d "$work/a" apply -json -var v=2
exits "apply -json does not ask" 1
ok "and says so in its stream" jq -es 'any(.diagnostic.summary == "Nobody to ask")' "$work/stdout"

# -- moves --

mkdir -p "$work/m/inner"
config "$work/m/inner" <<'HCL'
resource "detour_data" "old" { input = "old" }
HCL
config "$work/m" <<'HCL'
resource "detour_data" "a" { input = "a" }
resource "detour_data" "gone" { input = "g" }
module "inner" { source = "./inner" }
HCL
d "$work/m" apply -auto-approve
exits "before the moves" 0
config "$work/m/inner" <<'HCL'
resource "detour_data" "new" { input = "old" }
moved {
  from = detour_data.old
  to   = detour_data.new
}
HCL
config "$work/m" <<'HCL'
module "inner" { source = "./inner" }
moved {
  from = detour_data.a
  to   = module.inner.detour_data.new
}
removed {
  from = detour_data.gone
  lifecycle { destroy = false }
}
HCL
d "$work/m" plan
has "two objects that move to one address: one of them stays" "$err" "there is another object already"
is "and no address has two changes" "$(printf '%s\n' "$out" | grep -c '^  # module.inner.detour_data.new')" 1
d "$work/m" plan -json
ok "the stream: move, and remove for what is forgotten" \
    jq -es '[.[] | select(.type == "planned_change") | .change.action] | sort == ["delete", "move", "remove"] or sort == ["delete", "remove", "update"]' "$work/stdout"
d "$work/m" apply -auto-approve
has "the end counts what moved and what is left alone" "$out" "destroyed, 1 moved, 1 no longer managed."
done_testing
