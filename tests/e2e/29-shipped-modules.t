#!/bin/sh
# The modules that come with detour: formatted, valid, tested by tests that notice when the module is broken, and called from a repository.
. "$(dirname "$0")/lib.sh"

export GIT_CONFIG_GLOBAL="$work/gitconfig" GIT_CONFIG_NOSYSTEM=1
printf '[user]\n  name = Test\n  email = test@example.org\n' >"$work/gitconfig"

# broken MODULE WHAT SED: a copy of the module, changed so, fails its own tests
broken() {
    rm -rf "$work/broken"
    cp -r "$root/modules/$1" "$work/broken"
    sed -i "$3" "$work/broken/main.hcl"
    if cmp -s "$root/modules/$1/main.hcl" "$work/broken/main.hcl"; then fail "$1: $2" "nothing was changed"; fi
    d "$work/broken" test
    exits "$1: tests notice $2" 1
}

for folder in "$root"/modules/*/; do
    name=$(basename "$folder")
    d "$folder" fmt -check -recursive
    exits "$name is formatted" 0
    d "$folder" validate
    exits "$name is valid" 0
    d "$folder" test
    exits "$name passes its tests" 0
    for file in main.hcl variables.hcl outputs.hcl README.md; do [ -s "$folder/$file" ] || fail "$name has $file"; done
done
broken unattended_upgrades "updates of everything" 's/var.everything ?/!var.everything ?/'
broken unattended_upgrades "timers that do not run" 's/active   = true/active   = false/'
broken nginx_sites "a site that is not restarted for" 's/restart_on = .*/restart_on = []/'
broken nginx_sites "a proxy without the name of the host" '/proxy_set_header Host/d'

# -- from a repository, as people call them --
mkdir "$work/repo" && cp -r "$root/modules" "$work/repo/"
git -C "$work/repo" init -q && git -C "$work/repo" add -A && git -C "$work/repo" commit -qm modules && git -C "$work/repo" tag v1
config "$work/c" <<EOF
resource "debian_host" "web" {
  name    = "web"
  address = "192.0.2.10"
}

module "upgrades" {
  source    = "git::file://$work/repo//modules/unattended_upgrades?ref=v1"
  host      = debian_host.web.id
  reboot_at = "04:30"
}

module "sites" {
  source = "git::file://$work/repo//modules/nginx_sites?ref=v1"
  host   = debian_host.web.id
  sites  = { shop = { names = ["shop.example.org"], root = "/srv/shop" } }
}
EOF
d "$work/c" get
exits "get" 0
d "$work/c" validate
exits "a configuration that calls both" 0
sed -i 's/"04:30"/"4 h"/; s/shop.example.org"/shop; evil"/' "$work/c/main.hcl"
d "$work/c" plan
exits "values that make no sense" 1
has "are told in the module's words" "$err" 'The time is written as in "04:30".'
has "and so are names" "$err" "A name is that of a host"
done_testing
