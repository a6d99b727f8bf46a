detour {
  required_version = ">= 9.0"
}
detour {
  required_version = "newest"
}
detour {
  required_version = "~> 0.1.0"
}
detour {
  required_version = "~> 0.2"
}
