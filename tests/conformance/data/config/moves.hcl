resource "detour_data" "a" {}

moved {
  from = detour_data.a
  to   = detour_data.b
}
moved {
  from = detour_data.a
  to   = detour_data.a[0]
}
moved {
  from = module.x
  to   = detour_data.c
}
moved {
  from = detour_data
  to   = "detour_data.c"
}
moved {
  to = detour_data.d.id
}
removed {
  from = detour_data.a
}
removed {
  from = detour_data.b[0]
  lifecycle {
    destory = false
  }
}
import {
  to = data.detour_data.x
  id = "1"
}
import {
  for_each = { a = 1 }
  to       = detour_data.a[each.key]
  id       = each.kye
}
