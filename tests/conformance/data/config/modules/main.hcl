module "site" {
  source   = "./modules/site"
  for_each = toset(["a"])
  nmae     = "x"
  tags     = {}
  port {}
  lifecycle {
    prevent_destroy       = var.protect
    create_before_destroy = true
  }
}

module "other" {
  source = "./modules/site"
  name   = "x"
  providers = {
    debian = debian.nope
    lab    = debian
  }
}

variable "protect" {
  default = true
}

output "o" {
  value = [module.site.url, module.site["a"].url, module.site["a"].ur, module.other.url, module.other, module.otter.url, module.other[0].url]
}

resource "detour_data" "x" {
  depends_on = [module.site, module.other.url, module.other.url.x]
  provider   = debian.second
}
