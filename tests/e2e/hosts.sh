# shellcheck shell=sh
# The life of a machine of one suite, with real sshd, systemd and dpkg. 3x-SUITE.t set $suite and source this.

. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP only root can make local machines" && exit 0; }

c=$work/c
key=$work/key
machine=t$suite-$$
ssh-keygen -q -t ed25519 -N '' -C e2e -f "$key"
DETOUR_VAR_public_key=$(cat "$key.pub")
DETOUR_VAR_identity_file=$key
export DETOUR_VAR_public_key DETOUR_VAR_identity_file
clean_up() {
    [ ! -f "$c/main.hcl" ] || sed -i "s/nonexistent-package/cron/" "$c/main.hcl"
    "$detour" -chdir="$c" destroy -auto-approve
}

machine_part() {
    cat <<HCL
variable "public_key" { type = string }
variable "identity_file" { type = string }
resource "lab_host" "m" {
  name            = "$machine"
  suite           = "$suite"
  authorized_keys = [var.public_key]
  packages        = ["cron"]
}
resource "debian_host" "m" {
  name          = "$machine"
  address       = lab_host.m.address
  host_key      = lab_host.m.host_key
  identity_file = var.identity_file
}
output "address" { value = lab_host.m.address }
HCL
}
inner_part() {
    cat <<'HCL'
resource "debian_group" "g" {
  host = debian_host.m.id
  name = "volunteers"
}
resource "debian_user" "u" {
  host  = debian_host.m.id
  name  = "coop"
  group = debian_group.g.name
  shell = "/bin/sh"
}
resource "debian_directory" "d" {
  host  = debian_host.m.id
  path  = "/srv/app"
  owner = debian_user.u.name
  group = debian_group.g.name
  mode  = "0750"
}
resource "debian_file" "f" {
  host    = debian_host.m.id
  path    = "${debian_directory.d.path}/it's a file.conf"
  owner   = debian_user.u.name
  mode    = "0640"
  content = <<-EOT
    name = Épicerie $HOME `id`
    quote = "it's"
    last = 1
  EOT
}
resource "debian_file" "job" {
  host    = debian_host.m.id
  path    = "/etc/cron.d/job"
  content = "# nothing to do yet\n"
}
resource "debian_service" "cron" {
  host       = debian_host.m.id
  name       = "cron"
  enabled    = true
  active     = true
  restart_on = [debian_file.job.content]
}
HCL
}

# -- create --
mkdir -p "$c"
{ machine_part && inner_part; } >"$c/main.hcl"
d "$c" plan -detailed-exitcode
exits "a plan before the machine exists" 2
has "names the machine on what stands on it" "$out" "will be created, on $machine"
d "$c" apply -auto-approve
exits "create the machine and all that stands on it" 0
d "$c" output -raw address
address=$out
is "the suite boots" "$(on_machine 'systemctl is-system-running')" running
is "sh is dash" "$(on_machine 'basename "$(readlink -f /bin/sh)"')" dash
ok "there is no Python on it" on_machine '! command -v python3'
is "the file has its content" "$(on_machine "cat \"/srv/app/it's a file.conf\"")" "$(printf 'name = Épicerie $HOME `id`\nquote = "it'\''s"\nlast = 1')"
is "owner, group and mode" "$(on_machine "stat -c '%U %G %a' \"/srv/app/it's a file.conf\" /srv/app")" "coop root 640
coop volunteers 750"
is "the service runs" "$(on_machine 'systemctl is-active cron')" active
d "$c" plan -detailed-exitcode
exits "the second plan is empty" 0

# -- change --
started=$(on_machine 'systemctl show -p ActiveEnterTimestampMonotonic cron')
sed -i 's/last = 1/last = 2/; s/nothing to do yet/still nothing/; s/0750/0755/' "$c/main.hcl"
d "$c" plan
has "a change of text is a line diff" "$out" "- last = 1"
has "with the new line" "$out" "+ last = 2"
has "three in place and the restart" "$out" "Plan: 0 to add, 4 to change, 0 to destroy."
d "$c" apply -auto-approve
exits "apply the change" 0
is "the file changed" "$(on_machine "tail -1 \"/srv/app/it's a file.conf\"")" "last = 2"
ok "the service was restarted" test "$started" != "$(on_machine 'systemctl show -p ActiveEnterTimestampMonotonic cron')"

# -- drift --
on_machine "echo spoilt > \"/srv/app/it's a file.conf\"; chmod 777 /srv/app; systemctl stop cron; userdel coop" >/dev/null
d "$c" plan -detailed-exitcode
exits "drift is seen" 2
has "in the file" "$out" "- spoilt"
has "in the service" "$out" "debian_service.cron"
d "$c" apply -auto-approve
exits "and repaired" 0
is "the service runs again" "$(on_machine 'systemctl is-active cron')" active
d "$c" plan -detailed-exitcode
exits "then there is nothing to do" 0

# -- what was approved --
sed -i 's/last = 2/last = 3/' "$c/main.hcl"
d "$c" plan -out="$work/plan"
on_machine "echo 'somebody else' > \"/srv/app/it's a file.conf\""
d "$c" apply "$work/plan"
exits "a file that changed since the plan is refused" 1
is "and left alone" "$(on_machine "cat \"/srv/app/it's a file.conf\"")" "somebody else"
d "$c" apply -auto-approve
exits "a new plan takes it in" 0

# -- replace, orphan --
sed -i "s/it's a file.conf/new.conf/" "$c/main.hcl"
d "$c" plan
has "another path replaces" "$out" "# forces replacement"
d "$c" apply -auto-approve
exits "replace" 0
ok "the new file is there" on_machine 'test -f /srv/app/new.conf'
ok "the old one is gone" on_machine "test ! -e \"/srv/app/it's a file.conf\""
{ machine_part && inner_part | sed '/"debian_file" "job"/,/^}/d; s/restart_on.*//'; } >"$c/main.hcl"
sed -i "s/it's a file.conf/new.conf/; s/last = 1/last = 3/; s/0750/0755/" "$c/main.hcl"
d "$c" plan
has "what left the configuration is destroyed" "$out" "because debian_file.job is not in configuration"
d "$c" apply -auto-approve
exits "apply the orphan" 0
ok "it is gone" on_machine 'test ! -e /etc/cron.d/job'

# -- a failure in the middle --
cat >>"$c/main.hcl" <<'HCL'
resource "debian_package" "p" {
  host = debian_host.m.id
  name = "nonexistent-package"
}
resource "debian_file" "after" {
  host    = debian_host.m.id
  path    = "/srv/app/after"
  content = "${debian_package.p.name}\n"
}
resource "debian_file" "beside" {
  host    = debian_host.m.id
  path    = "/srv/app/beside"
  content = "beside\n"
}
HCL
d "$c" apply -auto-approve
exits "a package that does not exist fails the apply" 1
has "with apt's words" "$err" "nonexistent-package"
ok "what does not depend on it is done" on_machine 'test -f /srv/app/beside'
ok "what does is not" on_machine 'test ! -e /srv/app/after'
sed -i 's/nonexistent-package/cron/' "$c/main.hcl"
d "$c" plan
has "the next plan knows what is left" "$out" "Plan: 2 to add, 0 to change, 0 to destroy."
d "$c" apply -auto-approve
exits "the repair" 0

# -- killed in the middle --
cat >>"$c/main.hcl" <<'HCL'
resource "debian_file" "many" {
  for_each = toset([for i in range(200) : format("%03d", i)])
  host     = debian_host.m.id
  path     = "/srv/app/many-${each.key}"
  content  = "file ${each.key}\n"
}
HCL
"$detour" -chdir="$c" apply -auto-approve >"$work/killed" 2>&1 &
pid=$!
while kill -0 $pid 2>/dev/null && ! grep -qs 'Creating' "$work/killed"; do sleep 0.02; done
sleep 0.1
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
d "$c" plan
exits "after kill -9 the plan works" 0
d "$c" apply -auto-approve
exits "and the apply finishes what was begun" 0
is "each file is there once" "$(on_machine 'ls /srv/app/many-* | wc -l')" 200
d "$c" plan -detailed-exitcode
exits "nothing is left to do" 0

# -- a machine that is down, a key that changed --
sed 's/address       = .*/address       = "10.213.255.254"/' "$c/main.hcl" >"$work/down.hcl"
mkdir -p "$work/down"
cat >"$work/down/main.hcl" <<'HCL'
resource "debian_host" "gone" {
  name    = "gone"
  address = "127.0.0.1"
  port    = 1
}
resource "debian_file" "f" {
  host    = debian_host.gone.id
  path    = "/tmp/f"
  content = "x"
}
resource "detour_data" "beside" { input = 1 }
HCL
d "$work/down" apply -auto-approve
exits "an unreachable machine fails" 1
has "and is named" "$err" "gone"

# -- destroy --
d "$c" destroy -auto-approve
exits "destroy" 0
d "$c" state list
is "the state is empty" "$out" ""
is "no process is left" "$(pgrep -f "[n]spawn.*$machine" || true)" ""
is "no mount is left" "$(grep -c "$machine" /proc/mounts || true)" 0
is "no network namespace is left" "$(ip netns list | grep -c "$machine" || true)" 0
trap 'rm -rf "$work"' EXIT
done_testing
