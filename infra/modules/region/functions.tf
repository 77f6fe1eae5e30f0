locals {
  # A tick's conductor stays awake until 15 s before its end, so that with 75 s it hands over to the next.
  all = {
    intake    = { timeout = 30, memory = 128, concurrency = coalesce(var.concurrency.intake, 10) }
    conductor = { timeout = 75, memory = 256, concurrency = coalesce(var.concurrency.conductor, 4 + 2 * length(var.applications)) }
    notify    = { timeout = 30, memory = 128, concurrency = coalesce(var.concurrency.notify, 4 + 2 * length(var.applications)) }
    gate      = { timeout = 3, memory = 128, concurrency = coalesce(var.concurrency.gate, 50) }
    # Its rounds are over before the next minute's begin, and 65 s leave the last votes time to be written. A second
    # process would not know what the first has seen.
    probe = { timeout = 65, memory = 128, concurrency = coalesce(var.concurrency.probe, 1) }
    # Whoever asks waits 35 s for an answer, so that a late one is still heard.
    runbook = { timeout = 30, memory = 128, concurrency = coalesce(var.concurrency.runbook, 5) }
    # Applications are looked at one after the other, each for as long as a lost Region takes to be given up.
    readiness = { timeout = 60, memory = 256, concurrency = coalesce(var.concurrency.readiness, 1) }
  }

  functions = { for name, function in local.all : name => function if var.packages[name] != null }

  # Who is invoked without anybody waiting: what fails there is kept. The callers of gate and runbook wait.
  waited_for_by_nobody = { for name, function in local.functions : name => function if !contains(["gate", "runbook"], name) }
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_50: traces are not read by anybody here, and X-Ray is one more endpoint that can hang
  #checkov:skip=CKV_AWS_116: the destination on failure takes failed events, with their error beside them; the gate has no events
  #checkov:skip=CKV_AWS_117: what is called is AWS's public API; a VPC's endpoints and NAT would be one more thing to lose
  #checkov:skip=CKV_AWS_173: the environment is encrypted by Lambda's own key; the probe's passwords may read one row, and a key of one's own can be disabled
  #checkov:skip=CKV_AWS_272: the zip is what the plan shows the hash of; signing is the owner's choice
  for_each = local.functions

  function_name = "${var.name}-${each.key}"
  description   = "Understudy: ${each.key}"
  role          = aws_iam_role.function[each.key].arn

  filename         = var.packages[each.key]
  source_code_hash = filebase64sha256(var.packages[each.key])
  handler          = "bootstrap"
  runtime          = "provided.al2023"
  architectures    = [var.architecture]

  timeout                        = each.value.timeout
  memory_size                    = each.value.memory
  reserved_concurrent_executions = each.value.concurrency

  environment {
    variables = merge(
      { UNDERSTUDY_TABLE = var.table.name },
      # The other functions read the table where they run.
      contains(["gate", "probe"], each.key) && local.table_region != local.region ? { UNDERSTUDY_TABLE_REGION = local.table_region } : {},
      each.key == "readiness" ? { UNDERSTUDY_NAME = var.name } : {},
      each.key == "probe" ? { UNDERSTUDY_CANARIES = join(" ", sort(var.probe.canaries)) } : {},
      each.key == "probe" ? var.probe_passwords : {},
    )
  }

  dynamic "vpc_config" {
    for_each = each.key == "probe" && var.probe.vpc != null ? [var.probe.vpc] : []

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function[each.key].name
  }

  # Without its rights a function starts, fails, and is an alarm.
  depends_on = [aws_iam_role_policy.function]
}

resource "aws_cloudwatch_log_group" "function" {
  #checkov:skip=CKV_AWS_158: logs are encrypted by CloudWatch; a key of one's own can be disabled, and then nothing is logged
  #checkov:skip=CKV_AWS_338: the incident's record is in the table and kept for ever; the logs' days are a variable
  for_each = local.functions

  name              = "/aws/lambda/${var.name}-${each.key}"
  retention_in_days = var.log_retention_days
}

resource "aws_lambda_function_event_invoke_config" "this" {
  for_each = local.waited_for_by_nobody

  function_name = aws_lambda_function.this[each.key].function_name

  # A late alarm still says when it changed, and counts by that. A late tick says nothing: the next one is there.
  # A look of an hour waits for the ones before it.
  maximum_event_age_in_seconds = contains(["intake", "readiness"], each.key) ? 3600 : 60
  maximum_retry_attempts       = each.key == "intake" ? 2 : 0

  destination_config {
    on_failure {
      destination = aws_sqs_queue.dead_letters.arn
    }
  }
}

# One queue for whatever failed in this Region: messages of Lambda, EventBridge, Scheduler and the stream say what they are.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name}-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.url
  policy    = data.aws_iam_policy_document.dead_letters.json
}

data "aws_iam_policy_document" "dead_letters" {
  statement {
    sid       = "RulesOfThisRegion"
    actions   = ["sqs:SendMessage"]
    resources = [local.dead_letters_arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:events:${local.region}:${var.account_id}:rule/${var.name}-*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }
  }

  statement {
    sid       = "NothingInTheClear"
    effect    = "Deny"
    actions   = ["sqs:SendMessage", "sqs:ReceiveMessage"]
    resources = [local.dead_letters_arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
