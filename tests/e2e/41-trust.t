#!/bin/sh
# What the plan showed and what the apply does: packages that bring files, packages that would take others with them, replacements, what
# somebody made meanwhile, and who else is at work there.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP only root can make local machines" && exit 0; }

key=$work/key
machine=trust$$
ssh-keygen -q -t ed25519 -N '' -C e2e -f "$key"
"$root/tests/support/apt-repo" "$work/apt" >/dev/null 2>&1
chmod 755 "$work"

m=$work/machines
clean_up() { "$detour" -chdir="$m" destroy -auto-approve; }
config "$m" <<HCL
resource "lab_host" "m" {
  name            = "$machine"
  authorized_keys = ["$(cat "$key.pub")"]
  mounts          = { "/srv/apt" = "$work/apt" }
}
output "address" { value = lab_host.m.address }
output "host_key" { value = lab_host.m.host_key }
HCL
d "$m" apply -auto-approve
exits "a machine" 0
d "$m" output -raw address
address=$out
d "$m" output -raw host_key
host_key=$out
installed() { on_machine "dpkg-query -W -f '\${db:Status-Status}' $1 2>/dev/null" || true; }
on_machine 'echo "deb [trusted=yes] file:/srv/apt ./" > /etc/apt/sources.list; rm -f /etc/apt/sources.list.d/*; apt-get -qq update' 2>/dev/null

c=$work/c
host_part() {
    cat <<HCL
resource "debian_host" "m" {
  name          = "m"
  address       = "$address"
  host_key      = "$host_key"
  identity_file = "$key"
}
HCL
}
hello_part() {
    cat <<'HCL'
resource "debian_package" "hello" {
  host    = debian_host.m.id
  name    = "detour-hello"
  version = "1.0"
}
HCL
}
files_part() {
    cat <<'HCL'
resource "debian_file" "conf" {
  host    = debian_package.hello.host
  path    = "/etc/detour-hello.conf"
  content = "greeting=ours\n"
}
resource "debian_file" "other" {
  host    = debian_host.m.id
  path    = "/etc/other"
  content = "other\n"
}
HCL
}

# -- a package brings the file that is configured --
{ host_part && hello_part && files_part; } | config "$c"
d "$c" plan -out="$work/plan"
on_machine 'echo somebody >/etc/other'
d "$c" apply "$work/plan"
exits "a file that somebody made since the plan" 1
has "is refused" "$err" "Changed since the plan"
is "and left alone" "$(on_machine cat /etc/other)" somebody
is "a file that came with a package is given its content" "$(on_machine cat /etc/detour-hello.conf)" greeting=ours
d "$c" state list
lacks "what was refused is not in the state" "$out" debian_file.other
d "$c" plan
has "so it is to be created" "$out" "Plan: 1 to add, 0 to change, 0 to destroy."
has "over what is there" "$out" "is there already (with other content), and will be overwritten"
d "$c" apply -auto-approve
exits "with that said, it is" 0

# -- a replacement --
d "$c" apply -auto-approve -replace=debian_file.other
exits "a file is replaced at its place" 0
lacks "its first half is no surprise to the second" "$out" "is there already"
is "and is there" "$(on_machine cat /etc/other)" other

# -- half made --
on_machine 'useradd -m ana && mkdir -p /srv/data && echo precious >/srv/data/file && touch /home/ana/.ssh'
{
    host_part
    cat <<'HCL'
resource "debian_user" "ana" {
  host            = debian_host.m.id
  name            = "ana"
  authorized_keys = ["ssh-ed25519 AAAA ana"]
}
resource "debian_directory" "data" {
  host      = debian_host.m.id
  path      = "/srv/data"
  owner     = "nobody-there"
  recursive = true
}
HCL
} | config "$work/half"
uid=$(on_machine id -u ana)
d "$work/half" apply -auto-approve
exits "what is taken over by halves" 1
d "$work/half" plan
lacks "is not to be destroyed" "$out" "destroy and then create"
has "but to be finished" "$out" "Plan: 0 to add, 2 to change, 0 to destroy."
on_machine 'rm /home/ana/.ssh'
sed -i 's/nobody-there/ana/' "$work/half/main.hcl"
d "$work/half" apply -auto-approve
exits "and is" 0
is "with what was in it, the account being the same" "$(on_machine 'cat /srv/data/file; id -u ana; cat ~ana/.ssh/authorized_keys')" "precious
$uid
ssh-ed25519 AAAA ana"

# -- a package would take others with it --
host_part | config "$c"
d "$c" plan -out="$work/plan"
lacks "the plan shows one removal" "$out" detour-clock
on_machine 'apt-get -qq -y install detour-clock=1.0 >/dev/null 2>&1'
d "$c" apply "$work/plan"
exits "which would now be two" 1
has "so it is refused" "$err" "which the plan did not show"
is "and nothing removed" "$(installed detour-hello) $(installed detour-clock)" "installed installed"
d "$c" plan -out="$work/plan"
has "the next plan shows both" "$out" "apt would also remove detour-clock"
d "$c" apply "$work/plan"
exits "and is carried out" 0
lacks "they are gone" "$(installed detour-hello) $(installed detour-clock)" installed

# -- somebody else at work --
{ host_part && hello_part; } | config "$c"
on_machine 'touch /root/stamp; sleep 1'
d "$c" plan
has "a plan asks apt" "$out" "debian_package.hello will be created"
is "and writes nothing" "$(on_machine 'sleep 1; find / -xdev -newercm /root/stamp -not -path "/var/log/journal/*" -not -path /root/stamp -not -path /run')" ""
on_machine 'flock -x /run/detour.lock sleep 4 >/dev/null 2>&1 </dev/null &'
d "$c" plan
exits "a plan while another detour changes the machine" 0
has "says what it waits for" "$out" "m: waiting for another detour that changes this machine"
on_machine 'perl -e "use Fcntl; open(F, q(>>/var/lib/dpkg/lock-frontend)); @l = pack(q(s s l! l! l!), F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLK, @l[0]) or die; sleep 12" >/dev/null 2>&1 </dev/null &'
d "$c" apply -auto-approve
exits "an apply while another apt is at work" 0
has "says what it waits for" "$out" "apt: waiting for another apt or dpkg, process"
is "and goes on then" "$(installed detour-hello)" installed

# -- changed by hand --
{
    host_part
    cat <<'HCL'
variable "word" {
  default   = "canary-one"
  sensitive = true
}
resource "debian_directory" "d" {
  host = debian_host.m.id
  path = "/srv/dir"
}
resource "debian_file" "unit" {
  host    = debian_host.m.id
  path    = "/etc/systemd/system/app.service"
  content = "[Service]\nExecStart=/bin/sleep infinity\n"
}
resource "debian_file" "conf" {
  host    = debian_host.m.id
  path    = "/etc/app.conf"
  content = "word = ${var.word}\n"
  mode    = "0600"
}
resource "debian_service" "app" {
  host       = debian_host.m.id
  name       = "app"
  active     = true
  restart_on = [debian_file.unit.content, debian_file.conf.content]
}
HCL
} | config "$work/hand"
d "$work/hand" apply -auto-approve
exits "a service with its files" 0
runs=$(on_machine systemctl show -p MainPID app)
on_machine 'echo "word = canary-two" >/etc/app.conf; rmdir /srv/dir; ln -s /tmp /srv/dir'
d "$work/hand" plan
has "a file that was changed by hand is put right" "$out" "debian_file.conf will be updated in-place"
has "and restarts what may have read it" "$out" "app will be restarted"
lacks "secrets stay secret" "$out$err" canary
has "a link in the place of a directory is told" "$err" "Not a directory any more"
has "with what comes of it" "$out" "/srv/dir is a symbolic link: this cannot be done"
on_machine 'rm /srv/dir'
d "$work/hand" apply -auto-approve
exits "it is put right" 0
is "in the file" "$(on_machine cat /etc/app.conf)" "word = canary-one"
ok "and in the service" test "$runs" != "$(on_machine systemctl show -p MainPID app)"
d "$work/hand" plan -detailed-exitcode
exits "then there is nothing to do" 0

# -- round trips, as sshd counts them --
on_machine 'echo "LogLevel VERBOSE" >>/etc/ssh/sshd_config; systemctl restart ssh' 2>/dev/null
# trips COMMAND…: how many commands detour ran on the machine meanwhile (each look at the journal is one more).
trips() {
    before=$(on_machine 'journalctl -q -o cat -t sshd -t sshd-session | grep -c "Starting session: command"')
    d "$work/hand" "$@"
    after=$(on_machine 'journalctl -q -o cat -t sshd -t sshd-session | grep -c "Starting session: command"')
    echo $((after - before - 1))
}
is "an empty plan of five objects: one" "$(trips plan)" 1
sed -i 's/sleep infinity/sleep 9999999/' "$work/hand/main.hcl"
is "a plan with changes looks at them once more" "$(trips plan)" 2
is "their apply: these, and one for each of two levels" "$(trips apply -auto-approve)" 4
done_testing
