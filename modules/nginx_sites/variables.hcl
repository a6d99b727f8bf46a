variable "host" {
  description = "The machine: debian_host.NAME.id"
  type        = string
}

variable "sites" {
  description = "The sites of this machine by a short name of each"
  type = map(object({
    names       = list(string)               # what browsers ask for: ["shop.example.org"]
    root        = optional(string)           # folder of files; or
    proxy       = optional(string)           # where a program answers: "http://127.0.0.1:3000"
    max_body    = optional(string, "1m")     # what browsers may send
    certificate = optional(string)           # path of the chain on the machine; with it, the site is on port 443
    key         = optional(string)           # path of its private key
    redirect    = optional(bool, true)       # with a certificate: port 80 sends to port 443
    extra       = optional(list(string), []) # further directives of the server block: ["access_log off"]
  }))

  validation {
    condition     = alltrue([for name, site in var.sites : can(regex("^[a-z0-9][a-z0-9_-]*$", name))])
    error_message = "The short name of a site is of small letters, digits, - and _: it names a file."
  }
  validation {
    condition     = alltrue([for site in var.sites : (site.root == null) != (site.proxy == null)])
    error_message = "A site has either a root, for files, or a proxy, for a program behind it."
  }
  validation {
    condition     = alltrue([for site in var.sites : length(site.names) > 0])
    error_message = "A site needs at least one name."
  }
  validation {
    condition     = alltrue([for site in var.sites : can(regex("^[0-9]+[kmg]?$", site.max_body))])
    error_message = "What browsers may send is a number of bytes, or one with k, m or g behind it."
  }
  validation {
    condition     = alltrue(flatten([for site in var.sites : [for name in site.names : can(regex("^[A-Za-z0-9.*_-]+$", name))]]))
    error_message = "A name is that of a host, such as \"shop.example.org\" or \"*.example.org\"."
  }
  validation {
    condition     = alltrue([for site in var.sites : site.proxy == null || can(regex("^https?://[^\\s;{}\"]+$", site.proxy))])
    error_message = "A proxy is a URL, such as \"http://127.0.0.1:3000\"."
  }
  validation {
    condition = alltrue(flatten([for site in var.sites : [
      for path in [site.root, site.certificate, site.key] : path == null || can(regex("^/[^\\s;{}\"]+$", path))
    ]]))
    error_message = "Folders and files are named by their whole path on the machine."
  }
  validation {
    condition     = alltrue([for site in var.sites : (site.certificate == null) == (site.key == null)])
    error_message = "A certificate comes with its key."
  }
  validation {
    condition     = length(distinct(flatten([for site in var.sites : site.names]))) == length(flatten([for site in var.sites : site.names]))
    error_message = "Two sites have the same name."
  }
}
