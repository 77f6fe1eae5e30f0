variable "name" {
  description = "Name of the instance."
  type        = string
  nullable    = false
}

variable "standby" {
  description = "The standby Region: it gets a copy of the password, under `key_arn`, a key of that Region."
  type = object({
    region  = string
    key_arn = string
  })
  nullable = false
}

variable "database" {
  description = "Name of the database in it, its master user, and its size."
  type = object({
    name         = string
    user         = string
    version      = string
    class        = string
    gigabytes    = number
    backup_days  = number
    secret_round = number
  })
  nullable = false

  validation {
    condition     = !contains(["admin", "postgres", "rdsadmin", "rds_superuser"], lower(var.database.user)) && !startswith(lower(var.database.user), "pg_")
    error_message = "database.user: ${var.database.user} is reserved on RDS for PostgreSQL, or is everybody's first guess. Use a name of your own, such as orders_owner."
  }

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database.user)) && can(regex("^[a-z][a-z0-9_]{0,62}$", var.database.name))
    error_message = "database: user ${var.database.user} or name ${var.database.name} is no PostgreSQL name. Use lower-case letters, digits and underscores, and begin with a letter."
  }

  validation {
    condition     = var.database.backup_days >= 1 && var.database.backup_days <= 35
    error_message = "database.backup_days: ${var.database.backup_days} is not from 1 to 35. Without backups an instance has no replica, and no way back."
  }
}

variable "password" {
  description = "The master user's password, in every run; it is sent only when `database.secret_round` changes, and kept nowhere here."
  type        = string
  ephemeral   = true
  sensitive   = true
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9]{24,128}$", var.password))
    error_message = "password: is not 24 to 128 letters and digits. Make one with `openssl rand -hex 20`."
  }
}

variable "network" {
  description = "Subnets and security groups of the instance."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  nullable = false
}

variable "deletion_protection" {
  description = "Refuse to delete the instance, and take a last snapshot where that is done."
  type        = bool
  nullable    = false
}
