# Route 53's checkers have no credentials, so the gate answers everybody. What it says is no secret, and it can write
# nothing. Its concurrency is its own: nobody who asks it can take the conductor's.

# The provider gives everybody the permission to call the URL by itself, under a name that a second resource could only
# clash with.
resource "aws_lambda_function_url" "gate" {
  #checkov:skip=CKV_AWS_258: Route 53's health checkers cannot sign a request
  function_name      = aws_lambda_function.this["gate"].function_name
  authorization_type = "NONE"
}

# URLs made since October 2025 need a second permission, with a condition that this provider's aws_lambda_permission
# cannot write. Without the condition every account could invoke the function past its URL. CloudFormation can.
resource "aws_cloudformation_stack" "gate_invoke" {
  #checkov:skip=CKV_AWS_124: the stack is one permission, made once; nothing of it happens unseen
  name = "${var.name}-gate-permission"

  template_body = jsonencode({
    AWSTemplateFormatVersion = "2010-09-09"
    Description              = "Lets the gate's Function URL invoke the gate"
    Resources = {
      Invoke = {
        Type = "AWS::Lambda::Permission"
        Properties = {
          Action                = "lambda:InvokeFunction"
          FunctionName          = aws_lambda_function.this["gate"].function_name
          Principal             = "*"
          InvokedViaFunctionUrl = true
        }
      }
    }
  })
}
