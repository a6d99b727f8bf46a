#!/bin/sh
# Local machines themselves: in place, stopped, killed half-way, of somebody else, and nothing left of them.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP only root can make local machines" && exit 0; }

c=$work/c
machine=lab$$
key=$work/key
ssh-keygen -q -t ed25519 -N '' -C e2e -f "$key"
ssh-keygen -q -t ed25519 -N '' -C e2e-other -f "$key.other"
clean_up() {
    "$detour" -chdir="$c" destroy -auto-approve
    [ ! -d "$work/other" ] || "$detour" -chdir="$work/other" destroy -auto-approve
}
# left NAME: whatever of a machine is on this computer.
left() {
    ls -d "/var/lib/detour/lab/$1" "/var/lib/detour/lab/.lock-$1" "/run/netns/detour-lab-$1" \
        /sys/fs/cgroup/*/"detour-lab-$1" /sys/fs/cgroup/"detour-lab-$1" 2>/dev/null
    grep "/lab/$1/" /proc/mounts
    pgrep -f "lab/$1/root"
    true
}

repository=$work/repository
"$root/tests/support/apt-repo" "$repository" >/dev/null

mkdir -p "$c"
write() {
    cat >"$c/main.hcl" <<HCL
resource "lab_host" "m" {
  for_each        = toset(["$machine", "$machine-b"])
  name            = each.key
  network         = "10.213.77.0/24"
  authorized_keys = [$1]
  mounts          = { "/srv/apt" = "$repository" }
}
output "address" { value = lab_host.m["$machine"].address }
output "other" { value = lab_host.m["$machine-b"].address }
output "addresses" { value = join(" ", [lab_host.m["$machine"].address, lab_host.m["$machine-b"].address]) }
HCL
}
public="trimspace(file(\"$key.pub\"))"
other="trimspace(file(\"$key.other.pub\"))"

# -- two at once --
write "$public"
d "$c" apply -auto-approve
exits "two machines at once" 0
d "$c" output -raw addresses
is "each gets an address of the network, in the order of their names" "$out" "10.213.77.2 10.213.77.3"
d "$c" output -raw address
address=$out
d "$c" output -raw other
is "the host name is the name" "$(on_machine hostname)" "$machine"
ok "they reach each other" on_machine "bash -c 'exec 3<>/dev/tcp/$out/22'"
ok "there is no way out" on_machine "! ip route get 9.9.9.9"
d "$c" plan -detailed-exitcode
exits "the second plan is empty" 0

# -- a repository without a network --
on_machine 'echo "deb [trusted=yes] file:/srv/apt ./" >/etc/apt/sources.list.d/local.list && apt-get -qq update' >/dev/null
ok "apt installs from a mounted folder" on_machine 'apt-get -qq -y install detour-clock >/dev/null 2>&1; systemctl is-active detour-clock'
ok "the folder is read-only" on_machine '! touch /srv/apt/x'

# -- in place --
write "$public, $other"
d "$c" plan
has "another key is an update in place" "$out" "Plan: 0 to add, 2 to change, 0 to destroy."
d "$c" apply -auto-approve
exits "and done" 0
ok "it may log in" ssh -i "$key.other" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "root@$address" true
on_machine "echo '$(cat "$key.pub")' >/root/.ssh/authorized_keys"
d "$c" plan -detailed-exitcode
exits "a key that was taken out by hand is seen" 2

# -- stopped --
on_machine 'touch /root/kept; poweroff' >/dev/null 2>&1 || true
for _ in 1 2 3 4 5 6 7 8 9 10; do
    pgrep -f "lab/$machine/root" >/dev/null || break
    sleep 1
done
d "$c" plan
has "a machine that is stopped is to be started" "$out" "running"
d "$c" apply -auto-approve
exits "started again" 0
ok "with what was on it" on_machine 'test -e /root/kept && systemctl is-active detour-clock'

# -- the same name elsewhere --
config "$work/other" <<HCL
resource "lab_host" "m" { name = "$machine" }
HCL
d "$work/other" apply -auto-approve
exits "a name that is taken is refused" 1
has "and it says so" "$err$out" "The lab host exists already"
ok "the machine is untouched" on_machine true

# -- what cannot be --
config "$work/bad" <<'HCL'
resource "lab_host" "a" {
  name  = "Not a name"
  suite = "buster"
}
resource "lab_host" "b" {
  name    = "b"
  network = "10.213.0.1/24"
}
resource "lab_host" "c" {
  name            = "c"
  address         = "10.1.2.3"
  authorized_keys = ["-----BEGIN"]
}
HCL
d "$work/bad" plan
exits "impossible values" 1
for part in 'name  = "Not a name"' 'suite = "buster"' 'network = "10.213.0.1/24"' 'address         = "10.1.2.3"' '"-----BEGIN"'; do
    has "pointed at: $part" "$out$err" "$part"
done
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
mkdir "$work/nobody" && cp "$work/other/main.hcl" "$work/nobody" && chown -R 65534 "$work/nobody" && chmod 755 "$work"
out=$(as_nobody "$detour" -chdir="$work/nobody" apply -auto-approve 2>&1) || code=$?
has "without root it says what is missing" "$out" "run detour with sudo"

touch "/var/lib/detour/lab/.lock-$machine-l"
# -- killed half-way --
config "$work/killed" <<HCL
resource "lab_host" "m" { name = "$machine-k" }
HCL
for after in 0.1 0.4 0.8 1.2; do
    "$detour" -chdir="$work/killed" apply -auto-approve >/dev/null 2>&1 &
    sleep $after
    kill -9 $! 2>/dev/null || true
    wait $! 2>/dev/null || true
    d "$work/killed" plan
    exits "a plan after a kill at $after s" 0
    d "$work/killed" apply -auto-approve
    exits "then it is made" 0
    d "$work/killed" destroy -auto-approve
    exits "and taken away" 0
    is "nothing is left" "$(left "$machine-k")" ""
done

# -- the end --
d "$c" destroy -auto-approve
exits "take both away" 0
is "nor the lock of a run that was killed before it began" "$(left "$machine-l")" ""
is "nothing is left of the first" "$(left "$machine")" ""
is "nothing is left of the second" "$(left "$machine-b")" ""
is "nor of their network" "$(ip -o addr | grep -F 10.213.77. || true)" ""
is "nor of a tree half built" "$(find /var/cache/detour/lab -maxdepth 1 -name '.tmp-*')" ""

done_testing
