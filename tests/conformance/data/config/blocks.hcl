resource "detour_data" "a" {}

import {
  to = detour_data.a
}
import {
  id = "x"
}
import {
  to = "detour_data.a"
  id = "x"
}
import {
  to = detour_data.a.id
  id = each.key
}
import {
  to       = detour_data.a[each.key]
  id       = each.value
  for_each = each.key
  provider = "detour"
}
import "x" {
  to  = detour_data.a
  id  = "x"
  ids = ["x"]
}
check "one" {
  data "detour_lookup" "l" {
    count = 2
    lifecycle {
      precondition {
        condition     = detour_data.a.id != ""
        error_message = "x"
      }
    }
  }
  data "detour_lookup" "m" {}
  assert {
    condition     = data.detour_lookup.l.x == 1 && detour_data.b.x == 1
    error_message = "x"
  }
}
check "two" {
  data "detour_lookup" {
    for_each = {}
  }
  depends_on = [detour_data.a]
}
check {
  assert {
    condition = data.detour_lookup.l.x == 1
  }
}
