variable "name" {
  description = "What every name begins with."
  type        = string
  nullable    = false
}

variable "site" {
  description = "The name that browsers use, and the zone that it is in."
  type = object({
    name    = string
    zone_id = string
  })
  nullable = false
}

variable "origins" {
  description = "Names behind it: `write` follows the latch, `read` leads to the nearest Region, `files` are the two buckets."
  type = object({
    write = string
    read  = string
    files = object({
      primary = string
      standby = string
    })
  })
  nullable = false

  validation {
    condition     = var.origins.write != var.origins.read
    error_message = "origins: write and read are both ${var.origins.write}. Reads would follow the writer, or writes the nearest Region."
  }
}
