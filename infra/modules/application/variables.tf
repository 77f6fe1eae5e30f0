variable "name" {
  description = "What every name of Understudy begins with: the same as module `region` was given."
  type        = string
  default     = "understudy"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,23}$", var.name))
    error_message = "name: ${var.name} does not fit before every name. Use at most 24 lower-case letters, digits and dashes."
  }
}

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
    condition = alltrue([
      for item in try(jsondecode(file(coalesce(var.document, replace(var.file, "/\\.toml$/", ".json")))).items, []) :
      item.sk.S != "record" || try(sha256(item.policy.S) == item.policy_hash.S && jsondecode(item.policy.S).database == jsondecode(file(coalesce(var.document, replace(var.file, "/\\.toml$/", ".json")))).database, false)
    ])
    error_message = "document: its policy is not what it was hashed as, or names other databases than the rest of it: it was edited. Run: understudy app show ${var.file} --format terraform > ${coalesce(var.document, replace(var.file, "/\\.toml$/", ".json"))}"
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

  validation {
    condition     = !can(regex("^[0-9]{12}$", var.account_id)) || local.app.account == var.account_id
    error_message = "account_id: the databases of ${var.file} are of account ${local.app.account}, and ${var.account_id} was asked for. Correct the ARNs, or use the other account."
  }

  validation {
    condition     = alltrue([for arn in values(local.app.alarms) : split(":", arn)[4] == var.account_id])
    error_message = "account_id: an alarm of ${var.file} is not of account ${var.account_id}, and nobody would forward it. Make the alarm in this account, and name it in the file."
  }
}

variable "table" {
  description = "The table, as module `state` puts it out in `table`."
  type = object({
    name = string
    arn  = string
  })
  nullable = false

  validation {
    condition     = can(regex("^arn:aws(-[a-z]+)*:dynamodb:${local.app.regions.standby}:${local.app.account}:table/[a-zA-Z0-9_.-]+$", var.table.arn))
    error_message = "table.arn: ${var.table.arn} is no table of account ${local.app.account} in the standby Region ${local.app.regions.standby}. Pass output table of module state."
  }
}

variable "roles" {
  description = "Roles of the functions that decide, tell and look, as output `role_names` of module `region` has them in the standby Region. Without `readiness` nobody is granted to look."
  type = object({
    conductor = string
    notify    = string
    readiness = optional(string)
  })
  nullable = false

  validation {
    condition     = length(distinct(compact(values(var.roles)))) == length(compact(values(var.roles)))
    error_message = "roles: two of ${join(", ", compact(values(var.roles)))} are the same, and who pages or looks must not be able to promote. Pass output role_names of module region."
  }
}

variable "alarms" {
  description = "By voter: the metric behind its alarm, where the alarm is to be made here, in the Region and under the name that the application file gives it. Silence is always an abstention."
  type = map(object({
    namespace           = string
    metric_name         = string
    dimensions          = optional(map(string), {})
    statistic           = optional(string, "Average")
    period              = optional(number, 60)
    evaluation_periods  = optional(number, 3)
    datapoints_to_alarm = optional(number)
    comparison_operator = string
    threshold           = number
    description         = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.alarms), keys(local.app.alarms))) == 0
    error_message = "alarms: ${join(", ", setsubtract(keys(var.alarms), keys(local.app.alarms)))} is no voter with an alarm in ${var.file}. Its voters with one are ${join(", ", keys(local.app.alarms))}."
  }

  validation {
    condition = alltrue([
      for voter in keys(var.alarms) : contains(local.regions, split(":", local.app.alarms[voter])[3]) if contains(keys(local.app.alarms), voter)
    ])
    error_message = "alarms: a voter's alarm is in none of the Regions ${join(", ", local.regions)}, and nothing is made elsewhere. Make it by hand, or move it."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains(["Average", "Maximum", "Minimum", "SampleCount", "Sum"], alarm.statistic)])
    error_message = "alarms: a statistic is none of Average, Maximum, Minimum, SampleCount and Sum. Use one of these."
  }

  validation {
    condition = alltrue([
      for alarm in values(var.alarms) : contains(["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanOrEqualToThreshold", "LessThanThreshold"], alarm.comparison_operator)
    ])
    error_message = "alarms: a comparison_operator is none of GreaterThanOrEqualToThreshold, GreaterThanThreshold, LessThanOrEqualToThreshold and LessThanThreshold. Use one of these."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains([10, 30], alarm.period) || alarm.period >= 60 && alarm.period % 60 == 0])
    error_message = "alarms: a period is neither 10, 30 nor a multiple of 60 seconds. Use 60."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : alarm.evaluation_periods >= 1 && coalesce(alarm.datapoints_to_alarm, 1) >= 1 && coalesce(alarm.datapoints_to_alarm, 1) <= alarm.evaluation_periods])
    error_message = "alarms: datapoints_to_alarm is not between 1 and evaluation_periods. An alarm with more of them never rings."
  }
}

variable "intake_arn" {
  description = "The intake function, as output `function_arns` of module `region` has it: alarms that are made here in the standby Region then wake it directly too, beside their events."
  type        = string
  default     = null

  validation {
    condition     = var.intake_arn == null ? true : can(regex("^arn:aws(-[a-z]+)*:lambda:${local.app.regions.standby}:${local.app.account}:function:[A-Za-z0-9_-]{1,64}$", var.intake_arn))
    error_message = "intake_arn: is no function of account ${local.app.account} in ${local.app.regions.standby}. Pass function_arns[\"intake\"] of module region in the standby Region."
  }
}

variable "topic" {
  description = "The topic of the application file, which is made in the standby Region: a key of one's own (unset: the one of SNS), and who is told, by any name. Mail has to be confirmed by whoever gets it."
  type = object({
    kms_key_arn = optional(string)
    subscriptions = optional(map(object({
      protocol = string
      endpoint = string
    })), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.topic.kms_key_arn == null ? true : can(regex("^arn:aws(-[a-z]+)*:kms:${local.app.regions.standby}:${local.app.account}:key/[a-f0-9-]+$", var.topic.kms_key_arn))
    error_message = "topic.kms_key_arn: is no key of account ${local.app.account} in ${local.app.regions.standby}. A topic is encrypted with a key of its own Region."
  }

  validation {
    condition     = alltrue([for subscription in values(var.topic.subscriptions) : contains(["email", "email-json", "https", "sqs"], subscription.protocol)])
    error_message = "topic.subscriptions: a protocol is none of email, email-json, https and sqs. Use one of these."
  }

  validation {
    condition     = alltrue([for subscription in values(var.topic.subscriptions) : subscription.protocol != "https" || startswith(subscription.endpoint, "https://")])
    error_message = "topic.subscriptions: an endpoint of protocol https does not begin with https://. Write the whole URL."
  }

  validation {
    condition     = alltrue([for subscription in values(var.topic.subscriptions) : subscription.protocol != "sqs" || can(regex("^arn:aws(-[a-z]+)*:sqs:[a-z0-9-]+:${local.app.account}:", subscription.endpoint))])
    error_message = "topic.subscriptions: an endpoint of protocol sqs is no queue of account ${local.app.account}. Write the queue's ARN."
  }
}

variable "rebuild" {
  description = "What the conductor may make replicas of, and under which names: ARNs of replicas that a person may order, of their option, parameter and subnet groups (the default ones are always allowed), and of the keys that they are encrypted with. Unset: none, and a rebuild is done by hand."
  type = object({
    replicas         = set(string)
    option_groups    = optional(set(string), [])
    parameter_groups = optional(set(string), [])
    subnet_groups    = set(string)
    kms_keys         = optional(set(string), [])
  })
  default = null

  validation {
    condition     = var.rebuild == null ? true : alltrue([for arn in var.rebuild.replicas : can(regex("^arn:aws(-[a-z]+)*:rds:(${local.app.regions.primary}|${local.app.regions.standby}):${local.app.account}:db:[A-Za-z0-9-]{1,63}$", arn))])
    error_message = "rebuild.replicas: one is no RDS instance of account ${local.app.account} in ${local.app.regions.primary} or ${local.app.regions.standby}. Write its ARN as it will be."
  }

  validation {
    condition = var.rebuild == null ? true : alltrue([
      for kind, arns in { og = var.rebuild.option_groups, pg = var.rebuild.parameter_groups, subgrp = var.rebuild.subnet_groups } :
      alltrue([for arn in arns : can(regex("^arn:aws(-[a-z]+)*:rds:(${local.app.regions.primary}|${local.app.regions.standby}):${local.app.account}:${kind}:[^*]+$", arn))])
    ])
    error_message = "rebuild: an option, parameter or subnet group is none of account ${local.app.account} in ${local.app.regions.primary} or ${local.app.regions.standby}. Write ARNs with og, pg and subgrp."
  }

  validation {
    condition     = var.rebuild == null ? true : alltrue([for arn in var.rebuild.kms_keys : can(regex("^arn:aws(-[a-z]+)*:kms:(${local.app.regions.primary}|${local.app.regions.standby}):${local.app.account}:key/[a-f0-9-]+$", arn))])
    error_message = "rebuild.kms_keys: one is no key of account ${local.app.account} in ${local.app.regions.primary} or ${local.app.regions.standby}. A replica is encrypted with a key of its own Region."
  }

  validation {
    condition     = var.rebuild == null ? true : length(var.rebuild.replicas) > 0 && length(var.rebuild.subnet_groups) > 0
    error_message = "rebuild: replicas or subnet_groups is empty, and a replica needs a name and a network. Name them, or leave rebuild out."
  }
}
