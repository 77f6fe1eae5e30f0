variable "name" {
  description = "What every name begins with. A second Understudy in the same account needs another one."
  type        = string
  default     = "understudy"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,23}$", var.name))
    error_message = "name: ${var.name} does not fit before every name. Use at most 24 lower-case letters, digits and dashes."
  }
}

variable "role" {
  description = "What this Region is to the applications: `standby` runs intake, conductor, notify and a gate; `witness` and `primary` run a gate, and forward their alarms."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["standby", "witness", "primary"], var.role)
    error_message = "role: ${var.role} is none. Use standby, witness or primary."
  }
}

variable "regions" {
  description = "The Regions of the applications, as in the application file."
  type = object({
    primary = string
    standby = string
    witness = optional(string)
  })
  nullable = false

  validation {
    condition = alltrue([
      for region in compact(values(var.regions)) : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]+$", region))
    ])
    error_message = "regions: one of ${join(", ", compact(values(var.regions)))} is no AWS Region. Write it like us-west-2."
  }

  validation {
    condition     = length(distinct(compact(values(var.regions)))) == length(compact(values(var.regions)))
    error_message = "regions: two of ${join(", ", compact(values(var.regions)))} are equal. The primary, the standby and the witness differ, or one outage takes both."
  }

  validation {
    condition     = var.role != "witness" || var.regions.witness != null
    error_message = "regions.witness: is missing, and role is witness. Name the third Region."
  }
}

variable "account_id" {
  description = "The account that everything is in. A provider of another one is refused."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id: ${var.account_id} is no account id. It has twelve digits."
  }
}

variable "table" {
  description = "The table, as module `state` puts it out: `table` in the standby Region, and elsewhere `lookup(module.state.nearest, REGION, module.state.table)`."
  type = object({
    name       = string
    arn        = string
    stream_arn = optional(string)
  })
  nullable = false

  validation {
    condition     = can(regex("^arn:aws(-[a-z]+)*:dynamodb:[a-z0-9-]+:${var.account_id}:table/[a-zA-Z0-9_.-]+$", var.table.arn))
    error_message = "table.arn: ${var.table.arn} is no table of account ${var.account_id}. Pass what module state puts out."
  }

  validation {
    condition     = var.role != "standby" || split(":", var.table.arn)[3] == var.regions.standby
    error_message = "table.arn: ${var.table.arn} is not in the standby Region ${var.regions.standby}, where the conductor reads it. Make the table there."
  }

  validation {
    condition     = var.role != "standby" || var.table.stream_arn != null
    error_message = "table.stream_arn: is missing, and nothing would wake the conductor. Pass output table of module state."
  }
}

variable "packages" {
  description = "Paths of the functions' zip files, each with the `bootstrap` of its architecture. `probe` is made where it is named, and `runbook` and `readiness` in the standby Region where they are."
  type = object({
    intake    = optional(string)
    conductor = optional(string)
    notify    = optional(string)
    gate      = optional(string)
    probe     = optional(string)
    runbook   = optional(string)
    readiness = optional(string)
  })
  nullable = false

  validation {
    condition     = alltrue([for package in compact(values(var.packages)) : fileexists(package)])
    error_message = "packages: there is no file at one of ${join(", ", compact(values(var.packages)))}. Build the functions first, or correct the path."
  }

  validation {
    condition     = var.packages.gate != null
    error_message = "packages.gate: is missing, and nothing could tell Route 53 that a Region is latched off. Add the path of gate.zip."
  }

  validation {
    condition     = var.role != "standby" || alltrue([for package in [var.packages.intake, var.packages.conductor, var.packages.notify] : package != null])
    error_message = "packages: the standby Region runs intake, conductor and notify as well. Add the path of each one's zip."
  }

  validation {
    condition     = var.role == "standby" || alltrue([for package in [var.packages.intake, var.packages.conductor, var.packages.notify] : package == null])
    error_message = "packages: intake, conductor and notify run in the standby Region alone. Leave them out in the ${var.role} Region."
  }

  validation {
    condition     = var.role == "standby" || var.packages.runbook == null
    error_message = "packages.runbook: runs in the standby Region alone, beside the table. Leave it out in the ${var.role} Region."
  }

  validation {
    condition     = var.role == "standby" || var.packages.readiness == null
    error_message = "packages.readiness: runs in the standby Region alone, and looks at all Regions from there. Leave it out in the ${var.role} Region."
  }
}

variable "runbook_callers" {
  description = "ARNs of the roles and users of this account that may call the runbook's URL: whoever is on call. Whether they may approve says the application file."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for caller in var.runbook_callers : can(regex("^arn:aws(-[a-z]+)*:iam::${var.account_id}:(role|user)/[^*]+$", caller))])
    error_message = "runbook_callers: one is no role or user of account ${var.account_id}. Write its IAM ARN; a session's ARN names its role."
  }

  validation {
    condition     = length(var.runbook_callers) == 0 || var.packages.runbook != null
    error_message = "runbook_callers: there is no runbook that they could call. Add packages.runbook in the standby Region, or leave them out."
  }
}

variable "architecture" {
  description = "What the zip files were built for."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture: ${var.architecture} is none of Lambda's. Use arm64 or x86_64, as the zip files were built."
  }
}

variable "applications" {
  description = "Names of the applications of the table. Each gets its ticks, and the functions may touch the records of no other."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.applications) > 0
    error_message = "applications: is empty, so that nothing is looked after. Name at least one."
  }

  validation {
    condition     = alltrue([for application in var.applications : can(regex("^[a-z][a-z0-9-]{0,62}$", application))])
    error_message = "applications: one of ${join(", ", var.applications)} is no application's name. Use lower-case letters, digits and dashes, and begin with a letter."
  }
}

variable "alarms" {
  description = "ARNs of all voters' alarms, of all applications and Regions: pass every Region the same. A Region forwards its own, and the standby's intake is woken by all, and by no other."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for alarm in var.alarms : can(regex("^arn:aws(-[a-z]+)*:cloudwatch:[a-z0-9-]+:${var.account_id}:alarm:.{1,255}$", alarm))])
    error_message = "alarms: one is no CloudWatch alarm of account ${var.account_id}. Alarms of other accounts are not forwarded: make the alarm in this account."
  }

  validation {
    condition     = alltrue([for alarm in var.alarms : try(contains(compact(values(var.regions)), split(":", alarm)[3]), false)])
    error_message = "alarms: one is in none of the Regions ${join(", ", compact(values(var.regions)))}, and nobody would forward it. Make it in one of them."
  }
}

variable "databases" {
  description = "ARNs of the writers and replicas whose RDS events wake intake: pass every Region the same. They are hints, and may be left out."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for database in var.databases : can(regex("^arn:aws(-[a-z]+)*:rds:(${var.regions.primary}|${var.regions.standby}):${var.account_id}:db:[A-Za-z0-9-]{1,63}$", database))])
    error_message = "databases: one is no RDS instance of account ${var.account_id} in ${var.regions.primary} or ${var.regions.standby}. Pass the writer and the replica of the application file."
  }
}

variable "page_topic_arn" {
  description = "SNS topic, in this Region, that alarms on Understudy itself page through. Never the topic that Understudy tells its failovers by: whoever cannot speak cannot say so."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws(-[a-z]+)*:sns:${local.region}:${var.account_id}:[A-Za-z0-9_-]{1,256}$", var.page_topic_arn))
    error_message = "page_topic_arn: ${var.page_topic_arn} is no SNS topic of account ${var.account_id} in ${local.region}. An alarm can only page through a topic of its own Region."
  }

  validation {
    condition     = !contains(var.failover_topic_arns, var.page_topic_arn)
    error_message = "page_topic_arn: ${var.page_topic_arn} is also what failovers are told by. Use a topic of its own, with subscriptions of its own."
  }
}

variable "failover_topic_arns" {
  description = "Topics of the applications, only to see that none of them is `page_topic_arn`."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "probe" {
  description = "What the probe needs beside the table: canaries, URLs outside of the primary Region that are well whatever happens to the applications, and a VPC where what it asks is not public."
  type = object({
    canaries = optional(set(string), [])
    vpc = optional(object({
      subnet_ids         = set(string)
      security_group_ids = set(string)
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.packages.probe == null || length(var.probe.canaries) > 0
    error_message = "probe.canaries: is empty, and a probe without a canary never says Down. Name a URL that answers 200 to 299 whatever happens to the applications."
  }

  validation {
    condition     = alltrue([for canary in var.probe.canaries : can(regex("^https?://[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?(/[!-~]*)?$", canary))])
    error_message = "probe.canaries: one of ${join(", ", var.probe.canaries)} is no URL. Write scheme, host and path, such as https://dynamodb.us-east-2.amazonaws.com/ping."
  }

  validation {
    condition     = var.probe.vpc == null ? true : length(var.probe.vpc.subnet_ids) >= 2 && length(var.probe.vpc.security_group_ids) >= 1
    error_message = "probe.vpc: needs two subnets, in two zones, and a security group."
  }
}

variable "probe_passwords" {
  description = "By variable, as the application files name it: the password with which the probe reads a database. Each is in the function's environment, and so in the state of Terraform."
  type        = map(string)
  default     = {}
  sensitive   = true
  nullable    = false

  validation {
    condition     = alltrue([for variable in keys(var.probe_passwords) : can(regex("^UNDERSTUDY_PROBE_[A-Z0-9_]{1,64}$", variable))])
    error_message = "probe_passwords: one is under a name that no application file may have. Begin it with UNDERSTUDY_PROBE_."
  }
}

variable "concurrency" {
  description = "Reserved concurrency of each function. It is taken out of the account's in this Region, 1,000 unless it is new. Unset: intake 10, conductor and notify 4 and 2 more for each application, gate 50, probe 1, runbook 5, readiness 1."
  type = object({
    intake    = optional(number)
    conductor = optional(number)
    notify    = optional(number)
    gate      = optional(number)
    probe     = optional(number)
    runbook   = optional(number)
    readiness = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for reserved in values(var.concurrency) : reserved == null ? true : reserved >= 1 && floor(reserved) == reserved])
    error_message = "concurrency: one is less than 1, which stops the function, or no whole number. To stop Understudy, pause it."
  }

  validation {
    condition     = var.concurrency.conductor == null ? true : var.concurrency.conductor >= 2 * length(var.applications)
    error_message = "concurrency.conductor: is less than two for each application. A tick stays awake for a minute, and the next comes before it is gone."
  }
}

variable "log_retention_days" {
  description = "Days that the functions' logs are kept."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days. Use one of these."
  }
}
