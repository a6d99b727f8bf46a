output "urls" {
  description = "Where each site is to be found: by its first name"
  value = {
    for name, site in var.sites : name => "${site.certificate == null ? "http" : "https"}://${site.names[0]}/"
  }
}

output "roots" {
  description = "The folders of the sites that are files, once they are there"
  value       = { for name, folder in debian_directory.root : name => folder.path }
}
