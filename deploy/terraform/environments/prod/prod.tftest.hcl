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

run "it_is_to_last" {
  command = apply

  assert {
    condition     = length(output.environment.services) == 10 && alltrue([for name in values(output.environment.services) : startswith(name, "posars-prod-")])
    error_message = "Every role must run, under the environment's name."
  }

  assert {
    condition     = strcontains(output.environment.settings.POSARS_DATABASE_URL, "sslmode=verify-full") && startswith(output.environment.settings.POSARS_MASTER_KEY, "kms:")
    error_message = "TLS to the database is checked, and the master key is in KMS."
  }
}

run "stores_drop_files_and_tills_call_by_grpc" {
  command = apply

  variables {
    balancer = { name = "balancer.posars.example", certificate_arn = "arn:aws:acm:sa-east-1:123456789012:certificate/1", grpc_caller_cidrs = ["203.0.113.0/24"] }
    transfer = { users = { centro = { folder = "centro", public_keys = ["ssh-ed25519 AAAA"] } } }
    ci       = { subjects = ["repo:example/posars:environment:prod"] }
  }

  assert {
    condition     = output.environment.grpc_dns_name != null && output.environment.sftp_endpoint != null && output.environment.ci_role_arn != null
    error_message = "All three must be there when asked for."
  }
}
