variable "name" {
  description = "Name of the instance."
  type        = string
  nullable    = false
}

variable "source_arn" {
  description = "ARN of the writer, in another Region."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws(-[a-z]+)*:rds:[a-z0-9-]+:[0-9]{12}:db:[A-Za-z0-9-]{1,63}$", var.source_arn))
    error_message = "source_arn: ${var.source_arn} is no RDS instance's ARN. A name alone is looked for in the replica's own Region."
  }
}

variable "database" {
  description = "As of the writer: a replica that is smaller than the writer cannot take its place."
  type = object({
    name        = string
    version     = string
    class       = string
    gigabytes   = number
    backup_days = number
  })
  nullable = false
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
  description = "Refuse to delete the instance."
  type        = bool
  nullable    = false
}
