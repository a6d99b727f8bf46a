resource "detour_data" "c" {}
resource "detour_data" "d" {}

moved {
  from = detour_data.a
  to   = detour_data.c
}
moved {
  from = detour_data.b
  to   = detour_data.c
}
moved {
  from = detour_data.a
  to   = detour_data.d
}
moved {
  from = detour_data.e
  to   = detour_data.e
}
moved {
  from = detour_data.x
  to   = detour_data.y
}
moved {
  from = detour_data.y
  to   = detour_data.z
}
moved {
  from = detour_data.z
  to   = detour_data.x
}
moved {
  from = module.m
  to   = module.n
}
moved {
  from = module.n
  to   = module.m
}
moved {
  from = debian_file.a
  to   = detour_data.f
}
moved {
  from = data.detour_data.a
  to   = data.detour_data.b
}
moved {
  from = detour_data.c[0]
  to   = detour_data.c["zero"]
}
moved {
  from = detour_data.x
  to   = detour_data.y
}
