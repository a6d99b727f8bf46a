variable "a" {
  type    = string
  default = "x"
}
locals {
  b = 1
  c = 2
}
resource "detour_data" "x" {
  count = 2
  input = 1
}
