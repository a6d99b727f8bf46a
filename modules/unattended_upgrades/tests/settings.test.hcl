mock_provider "debian" {}

variables {
  host = "web"
}

run "security_alone" {
  command = plan

  assert {
    condition     = !strcontains(debian_file.settings.content, "label=Debian\"")
    error_message = "By itself it takes updates that are not for security."
  }
  assert {
    condition     = strcontains(debian_file.settings.content, "  \"origin=Debian,codename=$${distro_codename}-security,label=Debian-Security\";\n")
    error_message = "It does not take security updates."
  }
  assert {
    condition     = strcontains(debian_file.settings.content, "\nUnattended-Upgrade::Automatic-Reboot \"false\";\n")
    error_message = "The machine restarts without being allowed to."
  }
  assert {
    condition     = !strcontains(debian_file.settings.content, "Mail")
    error_message = "Somebody is sent mail."
  }
  assert {
    condition     = alltrue([for t in debian_service.timers : t.enabled && t.active]) && length(debian_service.timers) == 2
    error_message = "Nothing starts the upgrades."
  }
}

run "everything" {
  command = plan

  variables {
    everything = true
    origins    = ["origin=Docker,label=Docker CE"]
    never      = ["^postgresql-"]
    reboot_at  = "04:30"
    mail       = "admin@example.org"
    mail_when  = "on-change"
  }

  assert {
    condition     = debian_file.settings.content == <<-EOT
      // Written by detour: change it in the configuration.
      #clear Unattended-Upgrade::Origins-Pattern;
      Unattended-Upgrade::Origins-Pattern {
        "origin=Debian,codename=$${distro_codename},label=Debian";
        "origin=Debian,codename=$${distro_codename},label=Debian-Security";
        "origin=Debian,codename=$${distro_codename}-security,label=Debian-Security";
        "origin=Docker,label=Docker CE";
      };
      #clear Unattended-Upgrade::Package-Blacklist;
      Unattended-Upgrade::Package-Blacklist {
        "^postgresql-";
      };
      APT::Periodic::AutocleanInterval "7";
      APT::Periodic::Unattended-Upgrade "1";
      APT::Periodic::Update-Package-Lists "1";
      Unattended-Upgrade::Automatic-Reboot "true";
      Unattended-Upgrade::Automatic-Reboot-Time "04:30";
      Unattended-Upgrade::Automatic-Reboot-WithUsers "true";
      Unattended-Upgrade::Mail "admin@example.org";
      Unattended-Upgrade::MailReport "on-change";
      Unattended-Upgrade::Remove-New-Unused-Dependencies "true";
      Unattended-Upgrade::Remove-Unused-Kernel-Packages "true";
    EOT
    error_message = "The settings are not those that were asked for."
  }
}

run "no_such_time" {
  command = plan

  variables {
    reboot_at = "25:00"
  }
  expect_failures = [var.reboot_at]
}

run "no_quotes" {
  command = plan

  variables {
    never = ["a\"; evil"]
    mail  = "a\"b"
  }
  expect_failures = [var.never, var.mail]
}
