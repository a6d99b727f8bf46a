#!/bin/sh
# What goes wrong on machines: keys, rights, space, packages, services. Two bookworm machines, one of which is taken down half-way.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP only root can make local machines" && exit 0; }

key=$work/key
other=$work/other
one=one-$$
two=two-$$
ssh-keygen -q -t ed25519 -N '' -C e2e -f "$key"
ssh-keygen -q -t ed25519 -N '' -C nobody -f "$other"
"$root/tests/support/apt-repo" "$work/apt" >/dev/null 2>&1
chmod 755 "$work"

m=$work/machines
clean_up() { "$detour" -chdir="$m" destroy -auto-approve; }
config "$m" <<HCL
resource "lab_host" "m" {
  for_each        = toset(["$one", "$two"])
  name            = each.key
  suite           = "bookworm"
  authorized_keys = ["$(cat "$key.pub")"]
  packages        = ["sudo"]
  mounts          = { "/srv/apt" = "$work/apt" }
}
output "address" { value = { for k, m in lab_host.m : k => m.address } }
output "host_key" { value = { for k, m in lab_host.m : k => m.host_key } }
HCL
d "$m" apply -auto-approve
exits "two machines" 0
d "$m" output -json address
address=$(echo "$out" | jq -r ".[\"$one\"]")
address_two=$(echo "$out" | jq -r ".[\"$two\"]")
d "$m" output -json host_key
host_key=$(echo "$out" | jq -r ".[\"$one\"]")

# host DIR ARGUMENTS…: a configuration with one machine and a file on it; the arguments are lines of the debian_host.
host() {
    rm -rf "${work:?}/$1"
    mkdir -p "$work/$1"
    {
        printf 'resource "debian_host" "h" {\n  name    = "h"\n  address = "%s"\n' "$address"
        shift
        for line in "$@"; do printf '  %s\n' "$line"; done
        printf '}\nresource "debian_file" "f" {\n  host    = debian_host.h.id\n  path    = "/tmp/f"\n  content = "x\\n"\n}\n'
    } >"$work/h.hcl"
}
use() { mv "$work/h.hcl" "$1/main.hcl"; }

# -- keys --
h=$work/h
host h "identity_file = \"$other\"" "host_key = \"$host_key\"" && use "$h"
d "$h" apply -auto-approve
exits "a key that the machine does not take: exit 1" 1
has "says which" "$err" "$other"
host h "identity_file = \"$key\"" "host_key = \"$(cut -d' ' -f1,2 <"$other.pub")\"" && use "$h"
d "$h" plan
exits "a host key that is not the pinned one: exit 1" 1
has "shows what was pinned" "$err" "$(ssh-keygen -lf "$other.pub" | cut -d' ' -f2)"
ssh-keygen -q -t ecdsa -N '' -C nobody -f "$other.ecdsa"
host h "identity_file = \"$key\"" "host_key = \"$(cut -d' ' -f1,2 <"$other.ecdsa.pub")\"" && use "$h"
d "$h" plan
exits "a host key of a kind that the machine has none of: exit 1" 1
has "shows what it has" "$err" "It shows $(echo "$host_key" | ssh-keygen -lf - | cut -d' ' -f2)"
host h "identity_file = \"$key\"" && use "$h"
fingerprint=$(echo "$host_key" | ssh-keygen -lf - | cut -d' ' -f2)
d "$h" plan
exits "a machine without a pinned key can be planned" 0
has "and the plan shows the fingerprint" "$out" "$fingerprint"
d "$h" apply -auto-approve
exits "apply pins it" 0
d "$h" state show debian_host.h
has "in the state" "$out" "$(echo "$host_key" | cut -d' ' -f2)"

# -- rights --
on "$address" "useradd -m -s /bin/sh op && mkdir -p /home/op/.ssh && cp /root/.ssh/authorized_keys /home/op/.ssh/ && chown -R op /home/op/.ssh && passwd -d op" >/dev/null 2>&1
host s "identity_file = \"$key\"" "host_key = \"$host_key\"" 'user = "op"' "sudo = true" && use "$work/s"
d "$work/s" plan
exits "sudo without rights: exit 1" 1
has "says so" "$err" "sudo"
on "$address" "echo 'op ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/op"
d "$work/s" apply -auto-approve
exits "sudo with rights" 0
is "the file belongs to root" "$(on "$address" 'stat -c %U /tmp/f')" root

# -- space, packages, services --
on "$address" 'echo "deb [trusted=yes] file:/srv/apt ./" > /etc/apt/sources.list; rm -f /etc/apt/sources.list.d/*; mkdir -p /small; mount -t tmpfs -o size=64k none /small; echo old > /small/file'
t=$work/t
mkdir -p "$t"
cat >"$t/main.hcl" <<HCL
variable "size" { default = 10 }
variable "broken" { default = false }
variable "hello" { default = "1.0" }
resource "debian_host" "one" {
  name          = "one"
  address       = "$address"
  host_key      = "$host_key"
  identity_file = "$key"
}
resource "debian_host" "two" {
  name          = "two"
  address       = "$address_two"
  identity_file = "$key"
}
resource "debian_file" "big" {
  host    = debian_host.one.id
  path    = "/small/file"
  content = join("", [for i in range(var.size) : format("line %-1000s", i)])
}
resource "debian_package" "hello" {
  host    = debian_host.one.id
  name    = "detour-hello"
  version = var.hello
  hold    = true
}
resource "debian_file" "unit" {
  host    = debian_host.one.id
  path    = "/etc/systemd/system/app.service"
  content = "[Service]\nExecStart=/bin/sh -c '\${var.broken ? "echo cannot find the database; exit 3" : "exec sleep infinity"}'\nType=\${var.broken ? "oneshot" : "exec"}\n[Install]\nWantedBy=multi-user.target\n"
}
resource "debian_service" "app" {
  host       = debian_host.one.id
  name       = "app"
  enabled    = true
  active     = true
  restart_on = [debian_file.unit.content]
}
resource "debian_file" "there" {
  host    = debian_host.two.id
  path    = "/tmp/there"
  content = "there\n"
}
resource "detour_data" "beside" { input = "beside" }
HCL
d "$t" apply -auto-approve
exits "packages, files and services on two machines" 0
is "the version asked for" "$(on "$address" 'dpkg-query -W -f "\${Version}" detour-hello')" 1.0
is "on hold" "$(on "$address" apt-mark showhold)" detour-hello

d "$t" apply -auto-approve -var size=1000
exits "a full disk: exit 1" 1
has "says so" "$err" "space"
is "the old file is whole" "$(on "$address" 'wc -c < /small/file')" 10050
d "$t" apply -auto-approve -var hello=2.0
exits "an upgrade of a held package" 0
is "was made" "$(on "$address" 'dpkg-query -W -f "\${Version}" detour-hello')" 2.0
d "$t" plan -var hello=9.9
d "$t" apply -auto-approve -var hello=9.9
exits "a version that does not exist: exit 1" 1
has "with apt's last lines" "$err" "9.9"

d "$t" apply -auto-approve -var hello=2.0 -var broken=true
exits "a service that does not come up: exit 1" 1
has "with its journal" "$err" "cannot find the database"
d "$t" plan -var hello=2.0 -var broken=true -detailed-exitcode
exits "the restart is still owed" 2
has "by the service" "$out" "debian_service.app"
d "$t" apply -auto-approve -var hello=2.0
exits "and made good" 0
is "it runs" "$(on "$address" systemctl is-active app)" active

# -- Ctrl-C --
cat >>"$t/main.hcl" <<'HCL'
resource "debian_file" "slow_unit" {
  host    = debian_host.one.id
  path    = "/etc/systemd/system/slow.service"
  content = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 4\n"
}
resource "debian_service" "slow" {
  host       = debian_host.one.id
  name       = "slow"
  active     = true
  restart_on = [debian_file.slow_unit.content]
}
resource "debian_file" "after_slow" {
  host    = debian_host.one.id
  path    = "/tmp/after_slow"
  content = "${debian_service.slow.name}\n"
}
HCL
"$detour" -chdir="$t" apply -auto-approve -var hello=2.0 >"$work/interrupted" 2>&1 &
pid=$!
until_text "debian_service.slow: Creating" "$work/interrupted"
sleep 1
kill -INT $pid
wait $pid
is "an interrupted apply: exit 1" "$?" 1
interrupted=$(cat "$work/interrupted")
has "says that it finishes what runs" "$interrupted" "Interrupted: finishing what runs"
has "and what it did not start" "$interrupted" "debian_file.after_slow: not started"
d "$t" plan -var hello=2.0
has "the rest is planned next" "$out" "debian_file.after_slow will be created"
lacks "what ran to its end is in the state" "$out" "debian_file.slow_unit"
d "$t" apply -auto-approve -var hello=2.0
exits "and made up for" 0

# -- one machine down --
on "$address_two" 'systemctl stop ssh.socket ssh; pkill sshd' >/dev/null 2>&1
sed -i 's/"beside" }/"beside, changed" }/' "$t/main.hcl"
d "$t" plan -var hello=2.0
exits "a machine that is down: exit 1" 1
has "it is named" "$err" "two"
has "the rest is planned" "$out" "detour_data.beside"
d "$t" apply -auto-approve -var hello=2.0 -target=detour_data.beside -target=debian_host.one
exits "and can be applied by itself" 0

done_testing
