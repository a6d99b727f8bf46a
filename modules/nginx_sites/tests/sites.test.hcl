mock_provider "debian" {}

variables {
  host = "web"
}

run "files" {
  command = plan

  variables {
    sites = {
      shop = { names = ["shop.example.org", "www.example.org"], root = "/srv/shop" }
    }
  }

  assert {
    condition     = debian_file.site["shop"].content == <<-EOT
      # Written by detour: change it in the configuration.
      server {
        listen 80;
        listen [::]:80;
        server_name shop.example.org www.example.org;
        client_max_body_size 1m;
        root /srv/shop;
        location / {
          try_files $uri $uri/ =404;
        }
      }
    EOT
    error_message = "The site is not served as files."
  }
  assert {
    condition     = debian_directory.root["shop"].path == "/srv/shop" && output.roots == { shop = "/srv/shop" }
    error_message = "The folder of the site is missing."
  }
  assert {
    condition     = output.urls.shop == "http://shop.example.org/"
    error_message = "The site is not where it should be."
  }
  assert {
    condition     = debian_service.nginx.restart_on == tolist([debian_file.site["shop"].content])
    error_message = "nginx is not restarted when a site changes."
  }
}

run "program_with_tls" {
  command = plan

  variables {
    sites = {
      grafana = {
        names       = ["grafana.example.org"]
        proxy       = "http://127.0.0.1:3000"
        max_body    = "20m"
        certificate = "/etc/ssl/grafana.pem"
        key         = "/etc/ssl/private/grafana.key"
        extra       = ["access_log off", "add_header X-Robots-Tag none;"]
      }
    }
  }

  assert {
    condition     = debian_file.site["grafana"].content == <<-EOT
      # Written by detour: change it in the configuration.
      server {
        listen 80;
        listen [::]:80;
        server_name grafana.example.org;
        return 301 https://$host$request_uri;
      }
      server {
        listen 443 ssl;
        listen [::]:443 ssl;
        server_name grafana.example.org;
        ssl_certificate /etc/ssl/grafana.pem;
        ssl_certificate_key /etc/ssl/private/grafana.key;
        ssl_protocols TLSv1.2 TLSv1.3;
        client_max_body_size 20m;
        location / {
          proxy_pass http://127.0.0.1:3000;
          proxy_http_version 1.1;
          proxy_set_header Host $host;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          proxy_set_header X-Forwarded-Proto $scheme;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection $http_connection;
        }
        access_log off;
        add_header X-Robots-Tag none;
      }
    EOT
    error_message = "The program is not reached as it should be."
  }
  assert {
    condition     = length(debian_directory.root) == 0 && output.urls.grafana == "https://grafana.example.org/"
    error_message = "A program has no folder, and its site is under https."
  }
}

run "both_ports" {
  command = plan

  variables {
    sites = {
      a = { names = ["a.example.org"], root = "/srv/a", certificate = "/a.pem", key = "/a.key", redirect = false }
    }
  }

  assert {
    condition     = length(regexall("server \\{", debian_file.site["a"].content)) == 1 && length(regexall("listen", debian_file.site["a"].content)) == 4
    error_message = "One server block is to listen on both ports."
  }
}

run "neither_files_nor_program" {
  command = plan

  variables {
    sites = { a = { names = ["a.example.org"] } }
  }
  expect_failures = [var.sites]
}

run "injected_directives" {
  command = plan

  variables {
    sites = { a = { names = ["a; include /etc/passwd"], root = "/srv/a" } }
  }
  expect_failures = [var.sites]
}

run "a_name_twice" {
  command = plan

  variables {
    sites = {
      a = { names = ["a.example.org"], root = "/srv/a" }
      b = { names = ["a.example.org"], root = "/srv/b" }
    }
  }
  expect_failures = [var.sites]
}
