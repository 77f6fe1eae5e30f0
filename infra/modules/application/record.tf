# The record holds the policy beside what the functions write: state, latch and votes. This provider compares and writes
# items as wholes: what it did not write it takes for drift, and removes. So it makes the record, once, and never
# touches it again.

locals {
  record = one([for item in local.app.items : item if item.sk.S == "record"])
  routes = { for item in local.app.items : "${item.pk.S}|${item.sk.S}" => item if item.sk.S != "record" }

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
  }
}

# Where a voter's source is looked for. Nobody else writes these.
resource "aws_dynamodb_table_item" "route" {
  provider = aws.standby
  for_each = local.routes

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
