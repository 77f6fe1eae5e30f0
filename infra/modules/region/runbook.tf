# People ask and order by this URL. AWS checks who they are, and the function puts their ARN into the timeline.

resource "aws_lambda_function_url" "runbook" {
  for_each = { for name, function in local.functions : name => function if name == "runbook" }

  function_name      = aws_lambda_function.this[each.key].function_name
  authorization_type = "AWS_IAM"
}

resource "aws_lambda_permission" "runbook_url" {
  for_each = toset(var.runbook_callers)

  statement_id           = "Url-${sha1(each.key)}"
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = aws_lambda_function.this["runbook"].function_name
  principal              = each.key
  function_url_auth_type = "AWS_IAM"
}

# As for the gate: the second permission that URLs need, with the condition that only a URL meets. Past the URL nobody
# would have checked who calls.
resource "aws_cloudformation_stack" "runbook_invoke" {
  #checkov:skip=CKV_AWS_124: the stack is permissions, made once; nothing of them happens unseen
  for_each = { for name, function in local.functions : name => function if name == "runbook" && length(var.runbook_callers) > 0 }

  name = "${var.name}-runbook-permission"

  template_body = jsonencode({
    AWSTemplateFormatVersion = "2010-09-09"
    Description              = "Lets the runbook's Function URL invoke the runbook"
    Resources = {
      for caller in var.runbook_callers : "Invoke${sha1(caller)}" => {
        Type = "AWS::Lambda::Permission"
        Properties = {
          Action                = "lambda:InvokeFunction"
          FunctionName          = aws_lambda_function.this[each.key].function_name
          Principal             = caller
          InvokedViaFunctionUrl = true
        }
      }
    }
  })
}
