variable "name" {
  description = "The name of the site"
}

variable "tags" {
  default    = {}
  deprecated = "Tags are no longer used."
}

variable "port" {
  default = 80
}

resource "detour_data" "x" {
  input    = var.nam
  provider = debian.inner
}

output "url" {
  value      = var.name
  deprecated = "Use address instead."
}
