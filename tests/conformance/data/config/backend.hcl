variable "bucket" { default = "b" }

detour {
  backend "s3" {
    bucket = var.bucket
    key    = "${"shop"}.state"
    retry_max = 3
    assume_role {
      role_arn = "x"
    }
  }
  backend "pg" {}
}

detour {
  backend "local" {
    path = upper("x")
  }
}

detour {
  backend {}
  cloud {}
}
