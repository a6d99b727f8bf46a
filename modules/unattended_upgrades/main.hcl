# Debian's own configuration (50unattended-upgrades, 20auto-upgrades) is read before this file and stays as it is, so that
# upgrades of the package never ask about changed files.
locals {
  release = ["origin=Debian,codename=$${distro_codename},label=Debian"]
  security = [
    "origin=Debian,codename=$${distro_codename},label=Debian-Security",          # Debian 10
    "origin=Debian,codename=$${distro_codename}-security,label=Debian-Security", # since Debian 11
  ]
  origins = concat(var.everything ? local.release : [], local.security, var.origins)

  settings = merge(
    {
      "APT::Periodic::Update-Package-Lists"                = "1"
      "APT::Periodic::Unattended-Upgrade"                  = "1"
      "APT::Periodic::AutocleanInterval"                   = "7"
      "Unattended-Upgrade::Remove-Unused-Kernel-Packages"  = "true"
      "Unattended-Upgrade::Remove-New-Unused-Dependencies" = "true"
      "Unattended-Upgrade::Automatic-Reboot"               = var.reboot_at == null ? "false" : "true"
      "Unattended-Upgrade::Automatic-Reboot-WithUsers"     = "true"
    },
    var.reboot_at == null ? {} : { "Unattended-Upgrade::Automatic-Reboot-Time" = var.reboot_at },
    var.mail == null ? {} : {
      "Unattended-Upgrade::Mail"       = var.mail
      "Unattended-Upgrade::MailReport" = var.mail_when
    },
  )

  lines = concat(
    [
      "// Written by detour: change it in the configuration.",
      "#clear Unattended-Upgrade::Origins-Pattern;",
      "Unattended-Upgrade::Origins-Pattern {",
    ],
    [for origin in local.origins : "  \"${origin}\";"],
    [
      "};",
      "#clear Unattended-Upgrade::Package-Blacklist;",
      "Unattended-Upgrade::Package-Blacklist {",
    ],
    [for package in var.never : "  \"${package}\";"],
    ["};"],
    [for name, value in local.settings : "${name} \"${value}\";"],
  )
}

resource "debian_package" "unattended_upgrades" {
  host = var.host
  name = "unattended-upgrades"
}

resource "debian_file" "settings" {
  host    = debian_package.unattended_upgrades.host
  path    = "/etc/apt/apt.conf.d/52detour-unattended-upgrades"
  content = join("", [for line in local.lines : "${line}\n"])
}

# One fetches the lists, the other installs.
resource "debian_service" "timers" {
  for_each = toset(["apt-daily.timer", "apt-daily-upgrade.timer"])
  host     = debian_file.settings.host
  name     = each.key
  enabled  = true
  active   = true
}
