resorce "detour_data" "a" {}

terraform {
  backend "s3" {}
}

backend "local" {}

region = "eu"

detour {
  required_versions = ">= 0.1"
  required_providers {
    debian = {}
  }
  backend "s3" {}
  stat {}
}
