variable "a" {
  type = number
}
variable "b" {}
locals {
  c = local.nope
  d = 1
}
resource "detour_data" "x" {
  for_each = {}
  inputt   = var.nope
}
moved {
  from = detour_data.y
  to   = detour_data.x
}
x = 1
