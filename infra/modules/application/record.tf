# The record holds the policy beside what the functions write: state, latch and votes. This provider compares and writes
# items as wholes: what it did not write it takes for drift, and removes. So it makes the record, once, and never
# touches it again.

locals {
  record = one([for item in local.app.items : item if item.sk.S == "record"])
  routes = { for item in local.app.items : "${item.pk.S}|${item.sk.S}" => item if item.sk.S != "record" }

  # What the record decides by until `policy_command` has been run: nobody loses a right or a voter that it still needs.
  stored = try(jsondecode(jsondecode(aws_dynamodb_table_item.record.item).policy.S), jsondecode(local.record.policy.S))
  # A person's word comes to the runbook, and is looked for nowhere.
  voters = {
    for voter in local.stored.voters : voter.name => try("source#${voter.source.alarm}", "source#probe#${voter.source.probe.region}")
    if !can(voter.source.operator)
  }
  kept = {
    for name, source in local.voters : "${source}|${local.stored.application}#${name}" => {
      pk          = { S = source }
      sk          = { S = "${local.stored.application}#${name}" }
      application = { S = local.stored.application }
      voter       = { S = name }
    }
  }

  key    = { pk = local.record.pk, sk = local.record.sk }
  values = { ":policy" = local.record.policy, ":hash" = local.record.policy_hash }

  # What was read of the record, whatever of it is ignored.
  stored_hash = jsondecode(aws_dynamodb_table_item.record.item).policy_hash.S

  policy_command = join(" ", [
    "aws dynamodb update-item --region ${local.standby} --table-name ${var.table.name}",
    "--key '${jsonencode(local.key)}'",
    "--condition-expression 'attribute_exists(pk)'",
    "--update-expression 'SET policy = :policy, policy_hash = :hash'",
    "--expression-attribute-values '${replace(jsonencode(local.values), "'", "'\\''")}'",
  ])
}

resource "aws_dynamodb_table_item" "record" {
  provider = aws.standby

  table_name = var.table.name
  hash_key   = "pk"
  range_key  = "sk"
  item       = jsonencode(local.record)

  lifecycle {
    ignore_changes = [item]

    # Without the record nothing says that a Region is latched off, and writes go back to it.
    prevent_destroy = true

    postcondition {
      condition     = jsondecode(self.item).pk.S == local.record.pk.S
      error_message = "application: the record here is ${try(jsondecode(self.item).pk.S, "another")}, and ${var.file} is of ${local.app.application}. An application is not renamed: call the module once more for the new one, and leave this call with the old file until the old one is no longer needed."
    }
  }
}

# Where a voter's source is looked for. Nobody else writes these.
resource "aws_dynamodb_table_item" "route" {
  provider = aws.standby
  for_each = merge(local.kept, local.routes)

  table_name = var.table.name
  hash_key   = "pk"
  range_key  = "sk"
  item       = jsonencode(each.value)
}

# What is read of the record shows whether it decides by this file. A warning, at each plan and apply.
check "the_record_decides_by_this_policy" {
  assert {
    condition     = local.stored_hash == local.record.policy_hash.S
    error_message = "The record of ${local.app.application} decides by another policy than ${var.file} as it is now. Terraform leaves it, because its state must not be lost: run what output policy_command says."
  }
}
