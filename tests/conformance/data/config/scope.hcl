resource "detour_data" "plain" {
  input = [each.key, count.index, self.id, detour_data.plain.id]
}
resource "detour_data" "counted" {
  count = count.index
  input = each.value
}
resource "detour_data" "each" {
  for_each = { a = each.key }
  input    = [each.foo, each, each["key"], count.index]
  lifecycle {
    precondition {
      condition     = self.id != "" && detour_data.each["a"].id != ""
      error_message = "x"
    }
    postcondition {
      condition     = detour_data.each["a"].id != ""
      error_message = "x"
    }
  }
}
output "keys" {
  value = [
    detour_data.counted.id,
    detour_data.each.id,
    detour_data.plain[0].id,
    detour_data.plain["x"],
    detour_data.counted[0].id,
    detour_data.counted[*].id,
    detour_data.counted,
  ]
}
variable "v" {
  default = 1
  validation {
    condition     = local.x > 1
    error_message = "x"
  }
}
locals {
  x = 1
}
check "c" {
  data "detour_data" "scoped" {}
  assert {
    condition     = data.detour_data.scoped.id != ""
    error_message = "x"
  }
}
output "scoped" {
  value = data.detour_data.scoped.id
}
resource "detour_data" "dyn" {
  dynamic "setting" {
    for_each = local.nope
    iterator = it
    content {
      a = it.value
      b = setting.value
    }
  }
}
output "checked" {
  value = 1
  precondition {
    condition     = 1 > 0
    error_message = "x"
  }
}
