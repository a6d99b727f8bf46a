variable "a" {
  type    = number
  default = "x"
}
variable "b" {
  type    = list(object({ port = number }))
  default = [{ port = 1 }, { port = [] }]
}
variable "c" {
  default = var.a
}
variable "d" {
  default = upper("x")
}
variable "e" {
  default  = null
  nullable = false
}
variable "f" {
  default = eu
}
variable "g" {
  sensitive   = 3
  description = local.x
}
variable "h" {
  sensitive = null
}
variable "i" {
  type    = object({ name = string })
  default = {}
}
