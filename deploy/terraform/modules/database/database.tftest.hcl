mock_provider "aws" {
  mock_resource "aws_db_instance" {
    defaults = {
      address = "posars-test.abc.sa-east-1.rds.amazonaws.com"
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
}

variables {
  name             = "posars-test"
  region           = "sa-east-1"
  vpc_id           = "vpc-1"
  subnets          = ["subnet-1", "subnet-2"]
  rotation_subnets = ["subnet-1", "subnet-2"]
  password_image   = "registry/posars:password-1"
  data_key_arn     = "arn:aws:kms:sa-east-1:123456789012:key/data"
}

run "the_log_outlives_a_zone_and_a_mistake" {
  command = apply

  assert {
    condition     = aws_db_instance.main.multi_az
    error_message = "The database must be in two zones."
  }

  assert {
    condition     = aws_db_instance.main.backup_retention_period == 35 && !aws_db_instance.main.delete_automated_backups
    error_message = "Any second of 35 days must be restorable, also after a deletion."
  }

  assert {
    condition     = aws_db_instance.main.deletion_protection && !aws_db_instance.main.skip_final_snapshot
    error_message = "The database must refuse deletion, and leave a snapshot."
  }

  assert {
    condition     = aws_db_instance.main.storage_encrypted && aws_db_instance.main.kms_key_id == var.data_key_arn
    error_message = "The storage must be encrypted with our key."
  }

  assert {
    condition     = !aws_db_instance.main.publicly_accessible
    error_message = "The database must not be reachable from the internet."
  }

  assert {
    condition = anytrue([
      for parameter in aws_db_parameter_group.this.parameter : parameter.name == "rds.force_ssl" && parameter.value == "1"
    ])
    error_message = "Plain connections must be refused."
  }

  assert {
    condition     = aws_db_instance.main.parameter_group_name == aws_db_parameter_group.this.name
    error_message = "The instance must use the parameter group."
  }
}

run "rds_keeps_the_password" {
  command = apply

  assert {
    condition     = aws_db_instance.main.manage_master_user_password && aws_db_instance.main.master_user_secret_kms_key_id == var.data_key_arn
    error_message = "RDS must manage the password, under our key."
  }

  assert {
    condition     = aws_secretsmanager_secret_rotation.managed[0].secret_id == output.secret_arn && aws_secretsmanager_secret_rotation.managed[0].rotation_rules[0].automatically_after_days == 30
    error_message = "The password must rotate every 30 days."
  }

  assert {
    condition     = output.url == "postgres://posars@posars-test.abc.sa-east-1.rds.amazonaws.com:5432/posars?sslmode=verify-full&sslrootcert=/etc/posars/rds-ca.pem&passfile=/run/posars/password"
    error_message = "The address must ask for TLS, name the certificates and hold no password."
  }

  assert {
    condition     = output.read_url == null
    error_message = "Without a replica there is nothing to read from."
  }

  assert {
    condition     = output.password_reader.secret_arn == output.secret_arn && output.password_reader.image == var.password_image
    error_message = "The container beside posars must read this secret."
  }
}

run "a_replica_has_a_password_that_we_rotate" {
  command = apply

  variables {
    replicas = 1
  }

  assert {
    condition     = aws_db_instance.main.manage_master_user_password == null
    error_message = "RDS refuses a replica of an instance whose password it manages."
  }

  assert {
    condition     = aws_db_instance.replica[0].replicate_source_db == aws_db_instance.main.identifier && aws_db_instance.replica[0].storage_encrypted
    error_message = "The replica must follow the writer, encrypted."
  }

  assert {
    condition     = aws_secretsmanager_secret_rotation.own[0].rotate_immediately && aws_secretsmanager_secret_rotation.own[0].rotation_lambda_arn == "arn:aws:lambda:sa-east-1:123456789012:function:rotation"
    error_message = "The first password must be changed at once by the function."
  }

  assert {
    condition     = output.secret_arn == aws_secretsmanager_secret.own[0].arn && length(aws_secretsmanager_secret_rotation.managed) == 0
    error_message = "Tasks must read the secret of ours."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.rotation[0].referenced_security_group_id == aws_security_group.rotation[0].id
    error_message = "The function must reach the database."
  }

  assert {
    condition     = output.read_url != null
    error_message = "The services must be told of the replica."
  }
}

run "families_and_versions_agree" {
  command = plan

  variables {
    engine_version = "16"
  }

  expect_failures = [var.family]
}

run "no_backups_is_refused" {
  command = plan

  variables {
    backup_days = 0
  }

  expect_failures = [var.backup_days]
}
