variable "a" {
  default = 
}

resource "detour_data" "x" {
  input = [1, 2
}

output "o" {
  value = local.nope
}
