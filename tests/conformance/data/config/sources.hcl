module "a" {
  source = "site"
}
module "b" {}
module "c" {
  source = "./missing"
}
module "d" {
  source  = "../x"
  version = "1.0"
}
module "e" {
  source = var.x
}
module "f" {
  source = "git::https://example.org/x.git"
}
