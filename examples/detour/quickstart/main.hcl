# Two local Debian machines and what they should be. `./run` plans, applies, shows drift, repairs it and takes everything down. `detour test`
# checks the configuration without any machine.

variable "public_key" {
  description = "SSH public key that may log in as root"
  type        = string
}

variable "identity_file" {
  description = "The private key that belongs to it"
  type        = string
}

variable "greeting" {
  description = "What the machines say to people who log in"
  type        = string
  default     = "Bonjour de la coopérative"
}

locals {
  machines = {
    shop   = { role = "till and dashboard" }
    backup = { role = "backups" }
  }
}

resource "lab_host" "machine" {
  for_each        = local.machines
  name            = each.key
  suite           = "bookworm"
  authorized_keys = [var.public_key]
  packages        = ["cron"]
}

resource "debian_host" "machine" {
  for_each      = local.machines
  name          = each.key
  address       = lab_host.machine[each.key].address
  host_key      = lab_host.machine[each.key].host_key
  user          = "root"
  identity_file = var.identity_file
}

resource "debian_group" "volunteers" {
  for_each = local.machines
  host     = debian_host.machine[each.key].id
  name     = "volunteers"
}

resource "debian_user" "coop" {
  for_each = local.machines
  host     = debian_host.machine[each.key].id
  name     = "coop"
  comment  = "Épicerie coopérative"
  group    = debian_group.volunteers[each.key].name
  shell    = "/bin/bash"
}

resource "debian_directory" "reports" {
  for_each = local.machines
  host     = debian_host.machine[each.key].id
  path     = "/srv/reports"
  owner    = debian_user.coop[each.key].name
  group    = debian_group.volunteers[each.key].name
  mode     = "0750"

  recursive = true # reports can be made again
}

resource "debian_file" "motd" {
  for_each = local.machines
  host     = debian_host.machine[each.key].id
  path     = "/etc/motd"
  content  = <<-EOT
    ${var.greeting}
    This is ${each.key}: ${each.value.role}.
    Managed by detour: change it in the configuration.
  EOT
}

resource "debian_file" "job" {
  for_each = local.machines
  host     = debian_host.machine[each.key].id
  path     = "/etc/cron.d/report"
  content  = "*/5 * * * * ${debian_user.coop[each.key].name} df -h / > ${debian_directory.reports[each.key].path}/disk.txt\n"
  mode     = "0644"
}

resource "debian_service" "cron" {
  for_each   = local.machines
  host       = debian_host.machine[each.key].id
  name       = "cron"
  enabled    = true
  active     = true
  restart_on = [debian_file.job[each.key].content]
}

output "addresses" {
  description = "Where the machines are"
  value       = { for name, machine in lab_host.machine : name => machine.address }
}
