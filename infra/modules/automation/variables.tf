variable "name" {
  description = "What every name begins with, as in module `region`."
  type        = string
  default     = "understudy"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,23}$", var.name))
    error_message = "name: ${var.name} does not fit before every name. Use at most 24 lower-case letters, digits and dashes."
  }
}

variable "account_id" {
  description = "The account that everything is in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id: ${var.account_id} is no account id. It has twelve digits."
  }
}

variable "runbook_arn" {
  description = "ARN of the runbook: `function_arns[\"runbook\"]` of module `region` in the standby Region."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws(-[a-z]+)*:lambda:[a-z0-9-]+:${var.account_id}:function:[a-zA-Z0-9-_]+$", var.runbook_arn))
    error_message = "runbook_arn: ${var.runbook_arn} is no function of account ${var.account_id}. Pass what module region puts out."
  }
}

variable "applications" {
  description = "Names of the applications that a run may be about."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.applications) > 0 && alltrue([for name in var.applications : can(regex("^[a-z][a-z0-9-]{0,62}$", name))])
    error_message = "applications: one of ${join(", ", var.applications)} is no name of an application, or there is none. Write those of the application files."
  }
}
