variable "a" {}
variable "a" {}

locals {
  b = 1
}
locals {
  c = 1
  b = 2
}

output "o" {
  value = 1
}
output "o" {
  value = 2
}

resource "detour_data" "x" {}
data "detour_data" "x" {}
resource "detour_data" "x" {}

provider "debian" {}
provider "debian" {
  alias = "two"
}
provider "debian" {}
provider "debian" {
  alias = "two"
}

resource "detour_data" "y" {
  lifecycle {}
  lifecycle {
    prevent_destroy = true
  }
}
