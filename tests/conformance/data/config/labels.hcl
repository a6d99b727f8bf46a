resource "detour_data" {}

resource {}

variable {}

locals "a" {}

output "a" "b" "c" {
  value = 1
}

resource "detour_data" "1st" {}

resource "data" "x" {}

variable "a b" {}

variable "count" {}

module "m.n" {
  source = "./x"
}
