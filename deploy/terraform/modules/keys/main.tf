# The two keys of an environment (KMS): one for everything at rest, and the master key above people's own keys.

data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}
data "aws_region" "here" {}

locals {
  # A key's policy speaks of that key alone: "*" as its resource is this key. Without the account in it nobody could
  # change or delete the key again, and policies of roles would not count.
  account_rules_the_key = {
    Sid       = "AccountRulesTheKey"
    Effect    = "Allow"
    Principal = { AWS = "arn:${data.aws_partition.here.partition}:iam::${data.aws_caller_identity.here.account_id}:root" }
    Action    = "kms:*"
    Resource  = "*"
  }
  logs_arn = join(":", [
    "arn", data.aws_partition.here.partition, "logs", data.aws_region.here.region,
    data.aws_caller_identity.here.account_id, "*",
  ])
}

# Encrypts the database, the buckets, secrets, logs and the alarms' topic.
resource "aws_kms_key" "data" {
  description             = "${var.name}: data at rest"
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_window_days
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      local.account_rules_the_key,
      {
        Sid       = "LogsOfThisAccount"
        Effect    = "Allow"
        Principal = { Service = "logs.${data.aws_region.here.region}.amazonaws.com" }
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey"]
        Resource  = "*"
        Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = local.logs_arn } }
      },
      {
        Sid       = "AlarmsOfThisAccount"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "events.amazonaws.com"] }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.here.account_id } }
      },
    ]
  })
}

resource "aws_kms_alias" "data" {
  name          = "alias/${var.name}-data"
  target_key_id = aws_kms_key.data.key_id
}

# Above the keys of people: POSARS_MASTER_KEY. Once it is gone, every name, tax number and wage is gone, in every backup
# too; so it has a key of its own that no AWS service uses, and the longest time to think again.
resource "aws_kms_key" "people" {
  description             = "${var.name}: master key of personal data"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [local.account_rules_the_key]
  })
}

resource "aws_kms_alias" "people" {
  name          = "alias/${var.name}-people"
  target_key_id = aws_kms_key.people.key_id
}
