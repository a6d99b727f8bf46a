variable "size" {
  default = 1
}
locals {
  name   = "n"
  a      = var.sise
  b      = local.nam
  c      = local.c
  d      = size
  e      = name
  f      = detour_data.web.id
  g      = detour_data.wbe.id
  h      = data.detour_data.web.id
  i      = module.site.x
  j      = foo
  k      = foo.bar
  l      = var
  m      = var["size"]
  n      = data.detour_data
  o      = each.key
  p      = count.index
  q      = self.id
  r      = path.modul
  s      = terraform.workspace
  t      = detour.versio
  u      = name.x
  v      = [for x in [1] : x + y]
  w      = vra.size
  x      = "${var.sise} ${local.name}"
  y      = detour_data.web
  z      = resource.detour_data.web.id
  aa     = detour_data.only.id
}
resource "detour_data" "web" {}
data "detour_data" "only" {}
