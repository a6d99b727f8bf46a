variable "x" {}

output "o" {
  value = var.y
}
