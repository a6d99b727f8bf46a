variable "a" {
  type = "string"
}
variable "b" {
  type = set
}
variable "c" {
  type = strin
}
variable "d" {
  type = lst(string)
}
variable "e" {
  type = map(string, number)
}
variable "f" {
  type = object({ a = string, a = number })
}
variable "g" {
  type = object({ "a b" = string })
}
variable "h" {
  type = tuple(string)
}
variable "i" {
  type = optional(string)
}
variable "j" {
  type = object({ a = optional(number, "x") })
}
variable "k" {
  type = object({ a = optional(number, var.a) })
}
variable "l" {
  type = 1 + 2
}
variable "m" {
  type = object({ a = optional() })
}
variable "n" {
  type = list(map(sett(string)))
}
variable "o" {
  type = string("x")
}
variable "p" {
  type = object({ a = list, b = tuple })
}
variable "short" {
  type = list
}
