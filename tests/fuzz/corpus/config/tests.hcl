# What the configuration is to do, without any machine: detour test

mock_provider "lab" {
  mock_resource "lab_host" {
    defaults = { address = "192.0.2.7" }
  }
}

mock_provider "debian" {}

variables {
  public_key    = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDmm coop"
  identity_file = "/nowhere/key"
}

run "plan" {
  command = plan

  assert {
    condition     = toset(keys(debian_file.motd)) == toset(["backup", "shop"])
    error_message = "Every machine greets those who log in."
  }
  assert {
    condition     = alltrue([for f in debian_file.motd : f.path == "/etc/motd"])
    error_message = "The greeting is not where people see it."
  }
  assert {
    condition     = debian_directory.reports["shop"].mode == "0750"
    error_message = "Reports are for volunteers alone."
  }
}

run "greeting" {
  variables {
    greeting = "Salut"
  }

  assert {
    condition     = debian_file.motd["shop"].content == <<-EOT
      Salut
      This is shop: till and dashboard.
      Managed by detour: change it in the configuration.
    EOT
    error_message = "The machine does not say what it is for."
  }
  assert {
    condition     = output.addresses == { shop = "192.0.2.7", backup = "192.0.2.7" }
    error_message = "The addresses are not those of the machines."
  }
}

run "job" {
  assert {
    condition     = debian_file.job["backup"].content == "*/5 * * * * coop df -h / > /srv/reports/disk.txt\n"
    error_message = "The job does not write the report of the disk."
  }
  assert {
    condition     = debian_service.cron["backup"].restart_on[0] == debian_file.job["backup"].content
    error_message = "cron is not restarted when its job changes."
  }
}
