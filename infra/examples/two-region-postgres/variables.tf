variable "account_id" {
  description = "The account that everything is made in. Credentials of another one are refused."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id: ${var.account_id} is no account id. It has twelve digits."
  }
}

variable "stage" {
  description = "How far to go: `workload` makes the workload, the table and the functions; `checks` also the application's record and the health checks; `records` also the names, once the checks are healthy."
  type        = string
  default     = "workload"
  nullable    = false

  validation {
    condition     = contains(["workload", "checks", "records"], var.stage)
    error_message = "stage: ${var.stage} is none. Use workload, checks or records, in this order."
  }
}

variable "mode" {
  description = "`observe` records what would have been done, and does nothing; `approve` asks the approvers. Begin with observe."
  type        = string
  default     = "approve"
  nullable    = false

  validation {
    condition     = contains(["observe", "approve"], var.mode)
    error_message = "mode: ${var.mode} is neither observe nor approve. This example goes no further."
  }
}

variable "application" {
  description = "The application's name, with which every name begins."
  type        = string
  default     = "orders"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,11}$", var.application))
    error_message = "application: ${var.application} does not fit before every name. Use 2 to 12 lower-case letters, digits and dashes, and begin with a letter."
  }
}

variable "regions" {
  description = "The three Regions. The workload is in two of them, and the witness only observes."
  type = object({
    primary = string
    standby = string
    witness = string
  })
  default = {
    primary = "us-east-1"
    standby = "us-west-2"
    witness = "us-east-2"
  }
  nullable = false

  validation {
    condition     = length(distinct(values(var.regions))) == 3
    error_message = "regions: two of ${join(", ", values(var.regions))} are equal. Name three Regions, or one outage takes both."
  }

  # So that the table can become a strongly consistent one in these Regions, without moving the application.
  validation {
    condition = anytrue([
      for set in [
        ["us-east-1", "us-east-2", "us-west-2"],
        ["eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3"],
        ["ap-northeast-1", "ap-northeast-2", "ap-northeast-3"],
      ] : length(setsubtract(values(var.regions), set)) == 0
    ])
    error_message = "regions: ${join(", ", values(var.regions))} form no set for multi-Region strong consistency. Take all of them from one of: us-east-1, us-east-2, us-west-2; eu-central-1, eu-west-1, eu-west-2, eu-west-3; ap-northeast-1, ap-northeast-2, ap-northeast-3."
  }
}

variable "zones" {
  description = "Availability zones of the two Regions of the workload."
  type = object({
    primary = set(string)
    standby = set(string)
  })
  default = {
    primary = ["us-east-1a", "us-east-1b"]
    standby = ["us-west-2a", "us-west-2b"]
  }
  nullable = false

  validation {
    condition     = alltrue([for zone in var.zones.primary : startswith(zone, var.regions.primary)]) && alltrue([for zone in var.zones.standby : startswith(zone, var.regions.standby)])
    error_message = "zones: one of ${join(", ", setunion(var.zones.primary, var.zones.standby))} is not in its Region. Name zones of ${var.regions.primary} for the primary, and of ${var.regions.standby} for the standby."
  }
}

variable "networks" {
  description = "Addresses of the two VPCs. They differ, so that the VPCs can be connected later."
  type = object({
    primary = string
    standby = string
  })
  default = {
    primary = "10.20.0.0/16"
    standby = "10.21.0.0/16"
  }
  nullable = false

  validation {
    condition     = var.networks.primary != var.networks.standby
    error_message = "networks: both VPCs have ${var.networks.primary}, and could never be connected. Give the standby another block."
  }
}

variable "names" {
  description = "Names that clients use: `zone` is the public hosted zone, which is there; `write` and `read` are what Understudy moves, `site` what browsers open, `private` a new zone that both VPCs see, in which `writer` leads to the database."
  type = object({
    zone    = string
    write   = string
    read    = string
    site    = string
    private = optional(string, "orders.internal")
  })
  nullable = false

  validation {
    condition     = alltrue([for name in [var.names.write, var.names.read, var.names.site] : endswith(name, ".${var.names.zone}")])
    error_message = "names: one of ${var.names.write}, ${var.names.read}, ${var.names.site} is not in the zone ${var.names.zone}. End each with .${var.names.zone}."
  }

  validation {
    condition = length(distinct(concat(
      [var.names.write, var.names.read, var.names.site],
      [for region in values(var.regions) : "${region}.${var.names.write}"],
    ))) == 6
    error_message = "names: ${var.names.write}, ${var.names.read}, ${var.names.site} overlap, with each other or with a Region's own name ${var.regions.primary}.${var.names.write}. A name takes one routing policy: make them differ."
  }

  validation {
    condition     = var.names.private != var.names.zone && !endswith(var.names.zone, ".${var.names.private}") && !endswith(var.names.write, ".${var.names.private}")
    error_message = "names.private: ${var.names.private} overlaps ${var.names.zone}, and inside the VPCs it would hide the public names. Use a zone of its own, such as orders.internal."
  }
}

variable "image" {
  description = "The application's image, by digest, in a registry outside the primary Region or copied to both: a tag can mean two things in two Regions. It is an arm64 image."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "image: ${var.image} has no digest. End it with @sha256: and 64 hexadecimal digits, as `docker buildx imagetools inspect` prints them."
  }
}

variable "container" {
  description = "How the image is run: its port, its two paths, its size, and how many tasks run in each Region at all times."
  type = object({
    port   = optional(number, 8080)
    alive  = optional(string, "/alive")
    health = optional(string, "/health")
    cpu    = optional(number, 512)
    memory = optional(number, 1024)
    tasks = optional(object({
      primary = optional(number, 3)
      standby = optional(number, 2)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.container.health != "/" && var.container.health != var.container.alive
    error_message = "container.health: ${var.container.health} says nothing of the database. Give a path that answers 200 only after a query, and let alive be another one."
  }
}

variable "database" {
  description = "PostgreSQL: the same version, class and size in both Regions. Raise `secret_round` to give it a new password."
  type = object({
    name         = optional(string, "orders")
    user         = optional(string, "orders_owner")
    version      = optional(string, "16")
    class        = optional(string, "db.t4g.large")
    gigabytes    = optional(number, 100)
    backup_days  = optional(number, 7)
    secret_round = optional(number, 1)
  })
  default  = {}
  nullable = false
}

variable "database_password" {
  description = "The master user's password, in every run; it is sent only when `database.secret_round` changes, and kept nowhere here."
  type        = string
  ephemeral   = true
  sensitive   = true
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9]{24,128}$", var.database_password))
    error_message = "database_password: is not 24 to 128 letters and digits. Make one with `openssl rand -hex 20`."
  }
}

variable "approvers" {
  description = "ARNs of who may approve a failover, of this account."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.approvers) > 0 && alltrue([for approver in var.approvers : can(regex("^arn:aws:iam::${var.account_id}:(role|user)/.+$", approver))])
    error_message = "approvers: one is no role or user of account ${var.account_id}, or nobody is named. Mode approve needs somebody to ask."
  }
}

variable "pages" {
  description = "Address that is written to by e-mail of failovers, and of trouble with Understudy itself. It confirms each subscription once."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[^@ ]+@[^@ ]+[.][^@ ]+$", var.pages))
    error_message = "pages: ${var.pages} is no e-mail address. Silence is never an outcome: name who is told."
  }
}

variable "packages" {
  description = "Folder of the functions' zip files, where `make package` writes them."
  type        = string
  default     = "../../../target/package/arm64"
  nullable    = false
}

variable "application_file" {
  description = "The application file of the second stage, and beside it, ending in .json, what `understudy app show FILE --format terraform` printed of it."
  type        = string
  default     = "orders.toml"
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that logs are kept, of tasks and functions."
  type        = number
  default     = 90
  nullable    = false
}

variable "deletion_protection" {
  description = "Refuse to delete databases, load balancers and the table. Turned off by an apply of its own before everything is taken down."
  type        = bool
  default     = true
  nullable    = false
}
