mock_provider "aws" {
  mock_resource "aws_db_instance" {
    defaults = {
      address = "posars.abc.sa-east-1.rds.amazonaws.com"
      master_user_secret = [{
        kms_key_id    = "key"
        secret_arn    = "arn:aws:secretsmanager:sa-east-1:123456789012:secret:rds!db-1"
        secret_status = "active"
      }]
    }
  }

  mock_resource "aws_serverlessapplicationrepository_cloudformation_stack" {
    defaults = {
      outputs = { RotationLambdaARN = "arn:aws:lambda:sa-east-1:123456789012:function:rotation" }
    }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  image_tag    = "1"
  balancer     = { name = "balancer.posars.example", certificate_arn = "arn:aws:acm:sa-east-1:123456789012:certificate/1" }
  identity     = { domain_prefix = "posars-example", companies = { main = ["centro"] } }
  alarm_emails = ["duty@posars.example"]
}

run "it_is_small" {
  command = apply

  assert {
    condition     = length(output.environment.services) == 10 && output.environment.grpc_dns_name == null && output.environment.sftp_endpoint == null && output.environment.ci_role_arn == null
    error_message = "The roles must run, and nothing that costs must be there unasked."
  }

  assert {
    condition     = alltrue([for name in values(output.environment.services) : startswith(name, "posars-dev-")])
    error_message = "Names must say the environment."
  }
}
