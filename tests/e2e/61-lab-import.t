#!/bin/sh
# A machine that somebody set up by hand is taken over: nothing on it is touched, and the plan afterwards is empty.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP only root can make local machines" && exit 0; }

c=$work/c
lab=$work/lab
machine=imp$$
key=$work/key
ssh-keygen -q -t ed25519 -N '' -C e2e -f "$key"
clean_up() { "$detour" -chdir="$lab" destroy -auto-approve; }
# touched: what would tell that somebody was at work there.
touched() {
    on_machine 'stat -c "%n %i %Y %Z %a %U" /etc/passwd /etc/group /etc/shadow /var/lib/dpkg/status /srv/app /srv/app/* \
        /etc/motd /home/ana/.ssh/authorized_keys /etc/systemd/system/multi-user.target.wants/cron.service
        systemctl show -p ActiveEnterTimestampMonotonic -p MainPID cron; id ana; ls -A /run/detour* 2>/dev/null'
}

# -- a legacy machine --
config "$lab" <<HCL
resource "lab_host" "m" {
  name            = "$machine"
  network         = "10.213.78.0/24"
  authorized_keys = [trimspace(file("$key.pub"))]
  packages        = ["cron"]
}
output "address" { value = lab_host.m.address }
output "host_key" { value = lab_host.m.host_key }
HCL
d "$lab" apply -auto-approve
exits "a machine" 0
d "$lab" output -raw address
address=$out
d "$lab" output -raw host_key
host_key=$out
on_machine 'useradd -m -s /bin/sh -c "Ana Lima" -G staff ana && mkdir -p ~ana/.ssh && echo "ssh-ed25519 AAAA ana" >~ana/.ssh/authorized_keys
    groupadd -g 4711 coop; mkdir -p /srv/app && chown ana:coop /srv/app && chmod 2750 /srv/app
    printf "name = coop\n" >/srv/app/app.conf; head -c 100 /dev/urandom >/srv/app/blob; chmod 600 /srv/app/blob
    chown -R ana:ana ~ana'
blob=$(on_machine 'base64 -w0 /srv/app/blob')

config "$c" <<HCL
resource "debian_host" "old" {
  name          = "old"
  address       = "$address"
  host_key      = "$host_key"
  identity_file = "$key"
}
resource "debian_package" "cron" {
  host  = debian_host.old.id
  name  = "cron"
  purge = true
}
resource "debian_service" "cron" {
  host       = debian_host.old.id
  name       = "cron"
  enabled    = true
  active     = true
  restart_on = [debian_file.conf.content]
}
resource "debian_group" "coop" {
  host = debian_host.old.id
  name = "coop"
}
resource "debian_user" "ana" {
  host            = debian_host.old.id
  name            = "ana"
  comment         = "Ana Lima"
  shell           = "/bin/sh"
  groups          = ["staff"]
  authorized_keys = ["ssh-ed25519 AAAA ana"]
  remove_home     = true
}
resource "debian_directory" "app" {
  host      = debian_host.old.id
  path      = "/srv/app"
  owner     = debian_user.ana.name
  group     = debian_group.coop.name
  mode      = "2750"
  recursive = true
}
resource "debian_file" "conf" {
  host    = debian_host.old.id
  path    = "\${debian_directory.app.path}/app.conf"
  group   = "coop"
  content = "name = coop\n"
}
resource "debian_file" "blob" {
  host           = debian_host.old.id
  path           = "/srv/app/blob"
  group          = "coop"
  mode           = "0600"
  content_base64 = "$blob"
}
import {
  to = debian_host.old
  id = "old"
}
import {
  to = debian_package.cron
  id = "old:cron"
}
import {
  to = debian_service.cron
  id = "old:cron"
}
import {
  to = debian_group.coop
  id = "old:coop"
}
import {
  to = debian_user.ana
  id = "old:ana"
}
import {
  to = debian_directory.app
  id = "old:/srv/app"
}
locals { files = { conf = "/srv/app/app.conf" } }
import {
  to = debian_file.conf
  id = "\${debian_host.old.id}:\${local.files.conf}"
}
import {
  to = debian_file.blob
  id = "old:/srv/app/blob"
}
HCL
before=$(touched)

# -- taken over --
d "$c" plan -out="$work/plan"
exits "the plan of the import" 0
has "imports and nothing else" "$out" "Plan: 8 to import, 0 to add, 0 to change, 0 to destroy."
d "$c" apply "$work/plan"
exits "is carried out by another process" 0
has "imports and nothing else" "$out" "Resources: 8 imported, 0 added, 0 changed, 0 destroyed."
is "the machine is untouched" "$(touched)" "$before"
d "$c" plan -detailed-exitcode
exits "the plan afterwards is empty" 0
sed -i '/^import {/,/^}/d' "$c/main.hcl"
d "$c" plan -detailed-exitcode
exits "also without the import blocks" 0

# -- a configuration that wants more --
rm -rf "$c"/detour.state* "$c/.detour"
cat >>"$c/main.hcl" <<'HCL'
import {
  to = debian_service.cron
  id = "old:cron"
}
import {
  to = debian_file.conf
  id = "old:/srv/app/app.conf"
}
import {
  for_each = toset(["old"])
  to       = debian_host.old
  id       = each.key
}
HCL
sed -i 's/name = coop/name = co-op/' "$c/main.hcl"
d "$c" plan -target=debian_service.cron
has "a changed file is changed, and restarts what reads it" "$out" "cron will be restarted"

# -- only looked at --
config "$work/look" <<HCL
resource "debian_host" "old" {
  name          = "old"
  address       = "$address"
  host_key      = "$host_key"
  identity_file = "$key"
}
data "debian_package" "cron" {
  host = debian_host.old.id
  name = "cron"
}
data "debian_user" "ana" {
  host = debian_host.old.id
  name = "ana"
}
data "debian_file" "blob" {
  host = debian_host.old.id
  path = "/srv/app/blob"
}
check "cron" {
  data "debian_service" "cron" {
    host = debian_host.old.id
    name = "cron"
  }
  assert {
    condition     = data.debian_service.cron.active
    error_message = "cron is down"
  }
}
output "seen" {
  value = [provider::debian::version_compare(data.debian_package.cron.version, "3.0") >= 0, data.debian_user.ana.comment,
  data.debian_file.blob.sha256 == filesha256("blob")]
}
HCL
echo "$blob" | base64 -d >"$work/look/blob"
d "$work/look" apply -auto-approve
exits "data sources" 0
d "$work/look" output -json seen
is "say what is there" "$(jq -c . "$work/stdout")" '[true,"Ana Lima",true]'
on_machine 'systemctl stop cron'
d "$work/look" plan -detailed-exitcode
exits "a service that is down is no change" 0
has "but a warning of its check" "$err" "cron is down"
on_machine 'systemctl start cron'

# -- lab hosts --
mv "$lab/detour.state" "$work/lab.state"
rm -f "$lab/.detour/backend"
d "$lab" import lab_host.m "$machine"
exits "a lab host is imported by its name" 0
d "$lab" plan
has "and is as configured" "$out" "Plan: 0 to add, 0 to change, 0 to destroy."
d "$lab" import lab_host.m nothing-here
exits "not twice" 1
done_testing
