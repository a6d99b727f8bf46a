resource "detour_data" "a" {
  depends_on = detour_data.b
  provider   = "debian"
  lifecycle {
    ignore_changes       = ["input"]
    replace_triggered_by = detour_data.b
  }
}

resource "detour_data" "b" {
  depends_on = ["detour_data.a", detour_data.a.id, each.key, 1 + 1, detour_data.b]
  provider   = debian["x"]
  lifecycle {
    ignore_changes       = input
    replace_triggered_by = [var.x, "x", data.detour_data.d.id, detour_data.c, detour_data.c["k"].x.y]
  }
}

variable "x" {
  default = 1
}

resource "detour_data" "c" {
  for_each = {}
}

data "detour_data" "d" {}
