output "table" {
  description = "The table as module `region` takes it in the standby Region: name, arn, stream_arn."
  value = {
    name       = local.table.name
    arn        = local.table.arn
    stream_arn = local.table.stream_arn
  }
}

output "nearest" {
  description = "By Region that has a copy: the table as module `region` takes it there. A Region without one takes `table`."
  value = {
    for region in local.copies : region => {
      name       = local.table.name
      arn        = replace(local.table.arn, ":dynamodb:${var.standby}:", ":dynamodb:${region}:")
      stream_arn = region == var.standby ? local.table.stream_arn : null
    }
  }
}
