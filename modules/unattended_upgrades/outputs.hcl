output "path" {
  description = "The file on the machine that holds these settings"
  value       = debian_file.settings.path
}

output "origins" {
  description = "Where updates are taken from"
  value       = local.origins
}
