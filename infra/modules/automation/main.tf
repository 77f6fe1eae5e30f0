data "aws_region" "current" {
  lifecycle {
    postcondition {
      condition     = self.name == local.region
      error_message = "runbook_arn: the module was given a provider of ${self.name}, and the runbook is in ${local.region}. Pass it the provider of the standby Region."
    }
  }
}

locals {
  partition = split(":", var.runbook_arn)[1]
  region    = split(":", var.runbook_arn)[3]

  executions = "arn:${local.partition}:ssm:${local.region}:${var.account_id}:automation-execution/*"

  # Everything but what a document has no text for: a journal, and reports.
  actions = ["status", "explain", "vote", "approve", "decline", "abort", "acknowledge", "weigh_again", "rebuild", "switch_over", "pause", "unpause"]

  # By parameter: what it is, and the field that it becomes.
  optional = {
    Incident = "The incident, as the page and `status` have it."
    Code     = "The code of the question, for approve and decline."
    Replica  = "ARN of the replica, for rebuild."
    Voter    = "The voter that is a person, for vote."
    Verdict  = "down, up or abstain, for vote."
    Expect   = "The phase that is waited for, such as FailedOver: in any other the run fails."
  }
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ssm.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [local.executions]
    }
  }
}

data "aws_iam_policy_document" "run" {
  statement {
    sid       = "Runbook"
    actions   = ["lambda:InvokeFunction"]
    resources = [var.runbook_arn]
  }

  # Nothing else tells who has started a run.
  statement {
    sid       = "WhoRuns"
    actions   = ["ssm:GetAutomationExecution"]
    resources = [local.executions]
  }
}

resource "aws_iam_role" "run" {
  name               = "${var.name}-automation-${local.region}"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "run" {
  name   = "understudy"
  role   = aws_iam_role.run.id
  policy = data.aws_iam_policy_document.run.json
}

resource "aws_ssm_document" "runbook" {
  name            = "${var.name}-runbook"
  document_type   = "Automation"
  document_format = "JSON"

  content = jsonencode({
    schemaVersion = "0.3"
    description   = "Asks Understudy's runbook, or orders by it. Without Execute it says what an order would come to."
    assumeRole    = aws_iam_role.run.arn

    parameters = merge(
      {
        Application = {
          type          = "String"
          description   = "Name of the application."
          allowedValues = sort(var.applications)
        }
        Action = {
          type          = "String"
          description   = "What is asked or ordered."
          allowedValues = local.actions
          default       = "status"
        }
        Execute = {
          type          = "String"
          description   = "Whether an order is entered."
          allowedValues = ["false", "true"]
          default       = "false"
        }
      },
      {
        for name, meaning in local.optional : name => {
          type        = "String"
          description = meaning
          default     = ""
          # Nothing of a text ends up as anything but a text in the request.
          allowedPattern = "^[A-Za-z0-9:/._-]{0,256}$"
        }
      }
    )

    mainSteps = [
      {
        name           = "WhoRuns"
        action         = "aws:executeAwsApi"
        timeoutSeconds = 60
        inputs = {
          Service               = "ssm"
          Api                   = "GetAutomationExecution"
          AutomationExecutionId = "{{automation:EXECUTION_ID}}"
        }
        outputs = [{ Name = "By", Selector = "$.AutomationExecution.ExecutedBy", Type = "String" }]
      },
      {
        name           = "Ask"
        action         = "aws:invokeLambdaFunction"
        timeoutSeconds = 60
        # An order that was not heard of is not made again by itself: nothing is known of it.
        maxAttempts = 1
        isEnd       = true
        inputs = {
          FunctionName   = var.runbook_arn
          InvocationType = "RequestResponse"
          InputPayload = merge(
            {
              automation  = "{{automation:EXECUTION_ID}}"
              by          = "{{WhoRuns.By}}"
              application = "{{Application}}"
              action      = "{{Action}}"
              execute     = "{{Execute}}"
            },
            { for name in keys(local.optional) : lower(name) => "{{${name}}}" }
          )
        }
      },
    ]

    outputs = ["Ask.Payload"]
  })
}
