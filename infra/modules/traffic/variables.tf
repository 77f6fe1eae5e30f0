variable "file" {
  description = "Path of the application file, in TOML."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.file)
    error_message = "file: there is no ${var.file}. Write it as docs/reference/application-file.md says, or correct the path."
  }
}

variable "document" {
  description = "Path of what `understudy app show FILE --format terraform` printed of the file, which it does for a valid one only. Unset: the file's path with `.json` in place of `.toml`."
  type        = string
  default     = null

  validation {
    condition     = fileexists(coalesce(var.document, replace(var.file, "/\\.toml$/", ".json")))
    error_message = "document: there is none, so that nobody has validated ${var.file}. Run: understudy app show ${var.file} --format terraform > ${coalesce(var.document, replace(var.file, "/\\.toml$/", ".json"))}"
  }

  validation {
    condition = !fileexists(coalesce(var.document, replace(var.file, "/\\.toml$/", ".json"))) || (
      try(jsondecode(file(coalesce(var.document, replace(var.file, "/\\.toml$/", ".json")))).source_sha256, "") == try(filesha256(var.file), "")
    )
    error_message = "document: is not of ${var.file} as it stands: the file was changed, and not validated again. Run: understudy app show ${var.file} --format terraform > ${coalesce(var.document, replace(var.file, "/\\.toml$/", ".json"))}"
  }

  validation {
    condition = !fileexists(coalesce(var.document, replace(var.file, "/\\.toml$/", ".json"))) || (
      try(jsondecode(file(coalesce(var.document, replace(var.file, "/\\.toml$/", ".json")))).traffic, {}) != null
    )
    error_message = "document: ${var.file} has no [traffic], so that there are no names to make. Write it as docs/reference/application-file.md says, or leave this module out."
  }
}

variable "records" {
  description = "Make the records as well. A new inverted check is unhealthy until there is data, and writes would begin at the standby: apply with false, wait for a minute, and apply with true. From then on true: false takes the names away, so it has no default."
  type        = bool
  nullable    = false
}

variable "endpoint_checks" {
  description = "By Region of traffic.endpoints, where the file has a read name: what Route 53 asks of the endpoint itself, over HTTPS."
  type = map(object({
    path = string
    port = optional(number, 443)
    text = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(local.readable, keys(var.endpoint_checks))) == 0 && length(setsubtract(keys(var.endpoint_checks), local.readable)) == 0
    error_message = "endpoint_checks: has ${join(", ", keys(var.endpoint_checks))}, and the read name of ${var.file} leads to ${join(", ", local.readable)}. Name each of these, and no other."
  }

  validation {
    condition     = alltrue([for check in values(var.endpoint_checks) : startswith(check.path, "/") && length(check.path) <= 255])
    error_message = "endpoint_checks: a path does not begin with a slash, or has more than 255 characters. Write one like /health."
  }

  validation {
    condition     = alltrue([for check in values(var.endpoint_checks) : check.port >= 1 && check.port <= 65535 && floor(check.port) == check.port])
    error_message = "endpoint_checks: a port is not between 1 and 65535. Leave it out for 443."
  }
}

variable "aliases" {
  description = "By Region of traffic.endpoints: the hosted zone id of the load balancer that the endpoint is, so that records are aliases. Unset: records are CNAMEs."
  type        = map(string)
  default     = null

  validation {
    condition     = var.aliases == null ? true : length(setsubtract(keys(local.traffic.endpoints), keys(var.aliases))) == 0 && length(setsubtract(keys(var.aliases), keys(local.traffic.endpoints))) == 0
    error_message = "aliases: is not for the Regions ${join(", ", keys(local.traffic.endpoints))}, which have endpoints in ${var.file}. Records of one name are all aliases or none is: name each of these, and no other."
  }

  validation {
    condition     = var.aliases == null ? true : alltrue([for id in values(var.aliases) : can(regex("^Z[A-Z0-9]{1,31}$", id))])
    error_message = "aliases: one is no hosted zone id. Pass zone_id of the load balancer, which is its own zone and not yours."
  }
}

variable "ttl" {
  description = "TTL of records that are no alias, in seconds. Longer, and writes linger at a Region that was left."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.ttl >= 1 && var.ttl <= 60 && floor(var.ttl) == var.ttl
    error_message = "ttl: ${var.ttl} is not between 1 and 60 s. Use 60."
  }
}

variable "database" {
  description = "The database writer's name in a private zone, on the same latch as the write name: the zone's id, the name, and the databases' own names, in the primary and in the standby Region. A replica that is rebuilt after a failover has another name than the old writer: put its endpoint in the old writer's place, and apply, before the switchover home. The record of a latched Region leads nobody anywhere."
  type = object({
    zone_id   = string
    name      = string
    endpoints = map(string)
  })
  default = null

  validation {
    condition     = var.database == null ? true : toset(keys(var.database.endpoints)) == toset([local.regions.primary, local.regions.standby])
    error_message = "database.endpoints: is not for ${local.regions.primary} and ${local.regions.standby}. Name the writer's and the replica's endpoint, without the port."
  }

  validation {
    condition     = var.database == null ? true : alltrue([for name in concat([var.database.name], values(var.database.endpoints)) : can(regex("^[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9])$", name))])
    error_message = "database: a name is none of DNS. Write it in lower case, without a port and without a dot at its end."
  }

  validation {
    condition     = var.database == null ? true : !contains(concat(local.names, values(var.database.endpoints)), var.database.name)
    error_message = "database.name: is also a name or an endpoint of ${var.file}, or of a database. Give it one of its own."
  }
}
