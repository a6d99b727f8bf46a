# Everything that a configuration may hold, without a mistake.
detour {
  required_version = ">= 0.1, < 2.0"
}

variable "names" {
  description = "Machines."
  type = map(object({
    size  = number
    tags  = optional(map(string), {})
    inner = optional(object({ a = optional(string, "x") }), {})
  }))
  default  = { web = { size = 1 } }
  nullable = false

  validation {
    condition     = length(var.names) < 10
    error_message = "At most ten."
  }
}

variable "token" {
  type      = string
  sensitive = true
  ephemeral = true
  default   = null
}

locals {
  sizes = { for name, m in var.names : name => m.size }
  first = [for s in local.sizes : s][0]
}

provider "debian" {}

provider "debian" {
  alias = "backup"
}

resource "detour_data" "each" {
  for_each = var.names
  provider = debian.backup
  input    = each.value.size

  dynamic "setting" {
    for_each = each.value.tags
    content {
      name  = setting.key
      value = setting.value
    }
  }

  lifecycle {
    create_before_destroy = true
    prevent_destroy       = each.value.size > 1
    ignore_changes        = [input, tags["a"], rule[0].port]
    replace_triggered_by  = [detour_data.counted[0], detour_data.counted[0].id]

    precondition {
      condition     = each.value.size > 0
      error_message = "Too small: ${each.key}."
    }
    postcondition {
      condition     = self.output != null
      error_message = "No output."
    }
  }
}

resource "detour_data" "counted" {
  count      = 2
  input      = count.index
  depends_on = [data.detour_file.motd]
  lifecycle {
    ignore_changes = all
  }
}

data "detour_file" "motd" {
  path = "${path.module}/motd-${detour.version}"
}

output "all" {
  description = "All of them."
  value       = [values(detour_data.each)[*].id, detour_data.counted[*].output, detour_data.each["web"].id]
  sensitive   = true
  depends_on  = [detour_data.counted]

  precondition {
    condition     = local.first > 0
    error_message = "None."
  }
}

check "motd" {
  data "detour_file" "scoped" {
    path = "motd"
  }
  assert {
    condition     = data.detour_file.scoped.content != ""
    error_message = "Empty."
  }
}

moved {
  from = detour_data.old
  to   = detour_data.counted[0]
}

removed {
  from = detour_data.gone
  lifecycle {
    destroy = false
  }
}

import {
  to = detour_data.each["web"]
  id = "x"
}
