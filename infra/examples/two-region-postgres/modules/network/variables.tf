variable "name" {
  description = "What every name begins with."
  type        = string
  nullable    = false
}

variable "cidr" {
  description = "Addresses of the VPC, a block of 16 bits."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrsubnet(var.cidr, 8, 0)) && endswith(var.cidr, "/16")
    error_message = "cidr: ${var.cidr} is no block of 16 bits. Write it like 10.20.0.0/16."
  }
}

variable "zones" {
  description = "Availability zones, two or three."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.zones) >= 2 && length(var.zones) <= 3
    error_message = "zones: ${join(", ", var.zones)} are not two or three. Multi-AZ and the load balancer need two."
  }
}

variable "container_port" {
  description = "Port that the tasks listen on."
  type        = number
  nullable    = false
}
