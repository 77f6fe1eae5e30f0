variable "name" {
  description = "Name of the table."
  type        = string
  default     = "understudy"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.name))
    error_message = "name: ${var.name} is no table's name. Use 3 to 255 letters, digits, dots, dashes and underscores."
  }
}

variable "standby" {
  description = "The standby Region: the table is made there, and nowhere else. The provider that the module is given has to be of this Region."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]+$", var.standby))
    error_message = "standby: ${var.standby} is no AWS Region. Write it like us-west-2."
  }
}

variable "adopt" {
  description = "Regions of a multi-Region strongly consistent table that was made by hand, as infra/README.md says: this module then makes none, and looks at that one. Two Regions and a witness, or three."
  type = object({
    replicas = set(string)
    witness  = optional(string)
  })
  default = null

  validation {
    condition = var.adopt == null ? true : anytrue([
      for regions in [
        ["us-east-1", "us-east-2", "us-west-2"],
        ["eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3"],
        ["ap-northeast-1", "ap-northeast-2", "ap-northeast-3"],
      ] : length(setsubtract(setunion(var.adopt.replicas, compact([var.adopt.witness])), regions)) == 0
    ])
    error_message = "adopt: these Regions form no set for multi-Region strong consistency. Take all of them from one of: us-east-1, us-east-2, us-west-2; eu-central-1, eu-west-1, eu-west-2, eu-west-3; ap-northeast-1, ap-northeast-2, ap-northeast-3. Otherwise leave adopt out, and have the table in the standby Region alone."
  }

  validation {
    condition     = var.adopt == null ? true : length(setunion(var.adopt.replicas, compact([var.adopt.witness]))) == 3 && length(var.adopt.replicas) + length(compact([var.adopt.witness])) == 3
    error_message = "adopt: multi-Region strong consistency takes three different Regions: three replicas, or two replicas and a witness."
  }

  validation {
    condition     = var.adopt == null ? true : contains(var.adopt.replicas, var.standby)
    error_message = "adopt.replicas: the standby Region ${var.standby} is not among them, and intake, conductor and notify read the table where they run. Add it."
  }
}

variable "deletion_protection" {
  description = "Refuse to delete the table. The record says which Region is latched off: without it, writes go back to the old one."
  type        = bool
  default     = true
  nullable    = false
}
