variable "names" {
  description = "Names of the two buckets."
  type = object({
    primary = string
    standby = string
  })
  nullable = false

  validation {
    condition     = alltrue([for name in values(var.names) : can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", name))]) && var.names.primary != var.names.standby
    error_message = "names: ${var.names.primary} and ${var.names.standby} are no two buckets' names. Use 3 to 63 lower-case letters, digits and dashes, and make them differ."
  }
}

variable "role_name" {
  description = "Name of the role that S3 replicates with."
  type        = string
  nullable    = false
}

variable "readers" {
  description = "ARN of the CloudFront distribution that may read both buckets."
  type        = string
  nullable    = false
}

variable "keep" {
  description = "Whether buckets that hold anything may not be deleted."
  type        = bool
  nullable    = false
}
