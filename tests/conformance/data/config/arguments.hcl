variable "a" {
  typ     = string
  default = 1
  default_ = 2
  validation {
    condition = var.a > 0
    message   = "x"
  }
  lifecycle {}
}

output "o" {
  sensitiv = true
}

resource "detour_data" "a" {
  count    = 1
  for_each = {}
  lifecycle = {
    prevent_destroy = true
  }
  depends_on {}
  provisioner "local-exec" {
    command = "true"
  }
}

resource "detour_data" "b" {
  lifecycle {
    prevent_destroi = true
    create_before_destroy = "maybe"
    precondition {
      condition = path.root != ""
    }
  }
}

data "detour_data" "c" {
  lifecycle {
    prevent_destroy = true
  }
}

locals {
  x {}
}

check "empty" {}
