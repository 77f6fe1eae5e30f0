variable "name" {
  description = "What every name begins with."
  type        = string
  nullable    = false
}

variable "names" {
  description = "What clients of this Region's load balancer may call it: `endpoint`, which is made here, and the names that lead to it from elsewhere."
  type = object({
    zone_id  = string
    endpoint = string
    also     = set(string)
  })
  nullable = false
}

variable "network" {
  description = "The Region's network, as module network puts it out."
  type = object({
    vpc_id = string
    subnet_ids = object({
      public  = list(string)
      private = list(string)
    })
    security_group_ids = object({
      balancer = string
      tasks    = string
    })
  })
  nullable = false
}

variable "image" {
  description = "What runs, by its digest, so that both Regions run the same."
  type        = string
  nullable    = false
}

variable "container" {
  description = "How it is run: its port, its size, and its paths. `alive` answers 200 while the process does, `health` while its database does too."
  type = object({
    port   = number
    alive  = string
    health = string
    cpu    = number
    memory = number
  })
  nullable = false
}

variable "tasks" {
  description = "How many tasks run, always."
  type        = number
  nullable    = false

  validation {
    condition     = var.tasks >= 1
    error_message = "tasks: ${var.tasks} would begin to start when the Region is needed, along with everybody else's. Run at least one."
  }
}

variable "database" {
  description = "Where tasks find PostgreSQL: `local` is this Region's instance, `writer` the name that follows the latch, `secret_arn` the password's copy in this Region, `secret_key_arn` what it is encrypted with."
  type = object({
    local          = string
    writer         = string
    name           = string
    user           = string
    secret_arn     = string
    secret_key_arn = string
  })
  nullable = false
}

variable "log_retention_days" {
  description = "Days that the tasks' logs are kept."
  type        = number
  nullable    = false
}

variable "deletion_protection" {
  description = "Refuse to delete the load balancer."
  type        = bool
  nullable    = false
}
