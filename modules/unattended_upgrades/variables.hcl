variable "host" {
  description = "The machine: debian_host.NAME.id"
  type        = string
}

variable "everything" {
  description = "Take all updates of the Debian release, not those for security alone"
  type        = bool
  default     = false
}

variable "origins" {
  description = "Further origins to take updates from, as unattended-upgrades writes them: \"origin=Docker,label=Docker CE\""
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for o in var.origins : can(regex("^[a-z]+=[^\"\\n]+$", o))])
    error_message = "An origin is written as in \"origin=Docker,label=Docker CE\"; \"apt-cache policy\" shows them as o=, l= and n=."
  }
}

variable "never" {
  description = "Packages that are left alone: names or regular expressions, such as \"^postgresql-\""
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for p in var.never : can(regex("^[^\"\\s]+$", p))])
    error_message = "A package is named without blanks and quotes."
  }
}

variable "reboot_at" {
  description = "Hour and minute at which the machine may restart if an update asks for it, such as \"04:30\"; null: it never does by itself"
  type        = string
  default     = null

  validation {
    condition     = var.reboot_at == null || can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", var.reboot_at))
    error_message = "The time is written as in \"04:30\"."
  }
}

variable "mail" {
  description = "Address that is told what was done; the machine must be able to send mail. Null: nobody"
  type        = string
  default     = null

  validation {
    condition     = var.mail == null || can(regex("^[^@\"\\s]+(@[^@\"\\s]+)?$", var.mail))
    error_message = "This is no address to send mail to."
  }
}

variable "mail_when" {
  description = "When to tell: \"always\", \"on-change\" or \"only-on-error\""
  type        = string
  default     = "only-on-error"

  validation {
    condition     = contains(["always", "on-change", "only-on-error"], var.mail_when)
    error_message = "There are \"always\", \"on-change\" and \"only-on-error\"."
  }
}
