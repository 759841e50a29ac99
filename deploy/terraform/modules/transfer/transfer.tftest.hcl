mock_provider "aws" {}

variables {
  name         = "posars-test"
  account_id   = "123456789012"
  bucket       = "posars-test-intake"
  bucket_arn   = "arn:aws:s3:::posars-test-intake"
  drop_prefix  = "intake/"
  data_key_arn = "arn:aws:kms:sa-east-1:123456789012:key/data"
  users = {
    centro = { folder = "centro", public_keys = ["ssh-ed25519 AAAA a", "ssh-ed25519 BBBB b"] }
    norte  = { folder = "norte", public_keys = ["ssh-ed25519 CCCC c"] }
  }
}

run "a_user_has_a_folder_and_keys" {
  command = apply

  assert {
    condition     = aws_transfer_user.this["centro"].home_directory_type == "LOGICAL" && aws_transfer_user.this["centro"].home_directory_mappings[0].entry == "/" && aws_transfer_user.this["centro"].home_directory_mappings[0].target == "/posars-test-intake/intake/centro"
    error_message = "A user must see their own folder as the root."
  }

  assert {
    condition = jsonencode([
      for statement in jsondecode(aws_iam_role_policy.user["norte"].policy).Statement : statement.Resource if statement.Sid == "DropIntoOwnFolder"
    ]) == jsonencode([["arn:aws:s3:::posars-test-intake/intake/norte/*"]])
    error_message = "A user may write to their own folder alone."
  }

  assert {
    condition = alltrue(flatten([
      for policy in aws_iam_role_policy.user : [
        for statement in jsondecode(policy.policy).Statement : [
          for word in concat(statement.Action, statement.Resource) : word != "*" && !endswith(word, ":*")
        ]
      ]
    ]))
    error_message = "No policy may hold a bare *."
  }

  assert {
    condition     = length(aws_transfer_ssh_key.this) == 3 && aws_transfer_user.this["norte"].role == aws_iam_role.user["norte"].arn
    error_message = "Every key must belong to its user, every user have their own role."
  }
}

run "only_sftp_by_default" {
  command = apply

  assert {
    condition     = aws_transfer_server.sftp.protocols == toset(["SFTP"]) && aws_transfer_server.sftp.identity_provider_type == "SERVICE_MANAGED" && length(aws_transfer_server.ftp) == 0
    error_message = "FTP must be asked for."
  }
}

run "ftp_stays_in_the_network" {
  command = apply

  variables {
    ftp = {
      authorizer_arn = "arn:aws:lambda:sa-east-1:123456789012:function:ftp-users"
      vpc_id         = "vpc-1"
      subnets        = ["subnet-1"]
      caller_cidrs   = ["10.30.0.0/16"]
    }
  }

  assert {
    condition     = aws_transfer_server.ftp[0].endpoint_type == "VPC" && length(coalesce(aws_transfer_server.ftp[0].endpoint_details[0].address_allocation_ids, toset([]))) == 0 && aws_transfer_server.ftp[0].identity_provider_type == "AWS_LAMBDA"
    error_message = "FTP must have no address on the internet, and ask a function who its users are."
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.ftp : rule.cidr_ipv4]) == toset(["10.30.0.0/16"])
    error_message = "Only the stores' addresses may call."
  }
}

run "a_folder_with_a_slash_is_refused" {
  command = plan

  variables {
    users = { centro = { folder = "../norte", public_keys = ["ssh-ed25519 AAAA a"] } }
  }

  expect_failures = [var.users]
}

run "ftp_from_anywhere_is_refused" {
  command = plan

  variables {
    ftp = {
      authorizer_arn = "arn:aws:lambda:sa-east-1:123456789012:function:ftp-users"
      vpc_id         = "vpc-1"
      subnets        = ["subnet-1"]
      caller_cidrs   = ["0.0.0.0/0"]
    }
  }

  expect_failures = [var.ftp]
}
