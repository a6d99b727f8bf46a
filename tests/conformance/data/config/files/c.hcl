module "empty" {
  source = "./empty"
}
module "again" {
  source = "./empty"
}
