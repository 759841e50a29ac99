# The password: who keeps it, who changes it, and how a task gets it into a file.

# RDS makes the schedule of a password that it manages (7 days); this says which days.
resource "aws_secretsmanager_secret_rotation" "managed" {
  count     = local.is_managed ? 1 : 0
  secret_id = local.secret_arn

  rotation_rules {
    automatically_after_days = var.rotation_days
  }
}

# With replicas: the first password. It is in Terraform's state; so it is changed as soon as it exists.
data "aws_secretsmanager_random_password" "first" {
  count               = local.is_managed ? 0 : 1
  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "own" {
  count                   = local.is_managed ? 0 : 1
  name                    = "${var.name}-database"
  description             = "Password of PostgreSQL, in the form that AWS's function for rotation reads"
  kms_key_id              = var.data_key_arn
  recovery_window_in_days = 30
}

resource "aws_secretsmanager_secret_version" "first" {
  count     = local.is_managed ? 0 : 1
  secret_id = aws_secretsmanager_secret.own[0].id
  secret_string_wo = jsonencode({
    engine   = "postgres"
    host     = aws_db_instance.main.address
    port     = local.port
    dbname   = local.database
    username = local.user
    password = data.aws_secretsmanager_random_password.first[0].random_password
  })
  # Never written again: from then on the function that rotates it writes.
  secret_string_wo_version = 1
}

resource "aws_security_group" "rotation" {
  #checkov:skip=CKV2_AWS_5:The function below is in it; checkov does not read the parameters of its stack.
  count       = local.is_managed ? 0 : 1
  name        = "${var.name}-database-rotation"
  description = "The function that changes the password of PostgreSQL"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "rotation_to_aws" {
  count             = local.is_managed ? 0 : 1
  security_group_id = aws_security_group.rotation[0].id
  description       = "Secrets Manager"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "rotation_to_database" {
  count                        = local.is_managed ? 0 : 1
  security_group_id            = aws_security_group.rotation[0].id
  description                  = "PostgreSQL"
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_ingress_rule" "rotation" {
  count                        = local.is_managed ? 0 : 1
  security_group_id            = aws_security_group.database.id
  description                  = "The function that changes the password"
  referenced_security_group_id = aws_security_group.rotation[0].id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

# AWS's own function, published by it in the Serverless Application Repository.
resource "aws_serverlessapplicationrepository_cloudformation_stack" "rotation" {
  count          = local.is_managed ? 0 : 1
  name           = "${var.name}-database-rotation"
  application_id = var.rotation_application_id
  capabilities   = ["CAPABILITY_IAM", "CAPABILITY_RESOURCE_POLICY"]
  parameters = {
    endpoint            = "https://secretsmanager.${var.region}.amazonaws.com"
    functionName        = "${var.name}-database-rotation"
    kmsKeyArn           = var.data_key_arn
    vpcSubnetIds        = join(",", var.rotation_subnets)
    vpcSecurityGroupIds = aws_security_group.rotation[0].id
  }
}

resource "aws_secretsmanager_secret_rotation" "own" {
  count               = local.is_managed ? 0 : 1
  secret_id           = aws_secretsmanager_secret_version.first[0].secret_id
  rotation_lambda_arn = aws_serverlessapplicationrepository_cloudformation_stack.rotation[0].outputs["RotationLambdaARN"]
  rotate_immediately  = true

  rotation_rules {
    automatically_after_days = var.rotation_days
  }
}
