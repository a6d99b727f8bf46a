locals {
  # Where a server block listens, over IPv4 and IPv6.
  listen = {
    for name, site in var.sites : name => {
      for port, tls in { "80" = "", "443" = " ssl" } : port => [
        for address in ["", "[::]:"] : "listen ${address}${port}${tls};"
      ]
    }
  }

  server_name = {
    for name, site in var.sites : name => "server_name ${join(" ", site.names)};"
  }

  # What the site answers.
  answers = {
    for name, site in var.sites : name => concat(
      ["client_max_body_size ${site.max_body};"],
      site.root == null ? [] : ["root ${site.root};", "location / {", "  try_files $uri $uri/ =404;", "}"],
      site.proxy == null ? [] : [
        "location / {",
        "  proxy_pass ${site.proxy};",
        "  proxy_http_version 1.1;",
        "  proxy_set_header Host $host;",
        "  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        "  proxy_set_header X-Forwarded-Proto $scheme;",
        "  proxy_set_header Upgrade $http_upgrade;",
        "  proxy_set_header Connection $http_connection;",
        "}",
      ],
      [for directive in site.extra : "${trimsuffix(directive, ";")};"],
    )
  }

  tls = {
    for name, site in var.sites : name => site.certificate == null ? [] : [
      "ssl_certificate ${site.certificate};",
      "ssl_certificate_key ${site.key};",
      "ssl_protocols TLSv1.2 TLSv1.3;",
    ]
  }

  # One or two server blocks for each site.
  servers = {
    for name, site in var.sites : name => (
      site.certificate == null ? [concat(local.listen[name]["80"], [local.server_name[name]], local.answers[name])] :
      site.redirect ? [
        concat(local.listen[name]["80"], [local.server_name[name], "return 301 https://$host$request_uri;"]),
        concat(local.listen[name]["443"], [local.server_name[name]], local.tls[name], local.answers[name]),
        ] : [
        concat(local.listen[name]["80"], local.listen[name]["443"], [local.server_name[name]], local.tls[name], local.answers[name])
      ]
    )
  }
}

resource "debian_package" "nginx" {
  host = var.host
  name = "nginx"
}

resource "debian_directory" "root" {
  for_each = { for name, site in var.sites : name => site.root if site.root != null }
  host     = debian_package.nginx.host
  path     = each.value
  parents  = true
}

resource "debian_file" "site" {
  for_each = local.servers
  host     = debian_package.nginx.host
  path     = "/etc/nginx/conf.d/${each.key}.conf"
  content = join("\n", concat(
    ["# Written by detour: change it in the configuration."],
    flatten([for server in each.value : ["server {", [for line in server : "  ${line}"], "}"]]),
    [""],
  ))
}

resource "debian_service" "nginx" {
  host       = debian_package.nginx.host
  name       = "nginx"
  enabled    = true
  active     = true
  restart_on = [for name, file in debian_file.site : file.content]
  depends_on = [debian_directory.root]
}
