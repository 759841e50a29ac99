# What a task may reach: its security group, and its two roles with the least that they need.

resource "aws_security_group" "this" {
  name        = local.full_name
  description = "posars ${join(" ", var.command)}"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "balancers" {
  count                        = local.is_served ? length(var.balancer_security_group_ids) : 0
  security_group_id            = aws_security_group.this.id
  description                  = "Calls from the balancer"
  referenced_security_group_id = var.balancer_security_group_ids[count.index]
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_egress_rule" "aws" {
  security_group_id = aws_security_group.this.id
  description       = "Services of AWS and the keys of the token issuer"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "database" {
  security_group_id            = aws_security_group.this.id
  description                  = "PostgreSQL"
  referenced_security_group_id = var.database_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = var.database_security_group_id
  description                  = local.full_name
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

locals {
  trusted_by_tasks = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })

  statements = concat(
    [
      { Sid = "ReadDatabasePassword", Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = [var.password_reader.secret_arn] },
      { Sid = "UseDataKey", Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = [var.data_key_arn] },
    ],
    length(var.reads_queues) == 0 ? [] : [{
      Sid      = "ReadQueues"
      Effect   = "Allow"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
      Resource = var.reads_queues
    }],
    length(var.sends_queues) == 0 ? [] : [{
      Sid      = "WakeConsumers"
      Effect   = "Allow"
      Action   = ["sqs:SendMessage"]
      Resource = var.sends_queues
    }],
    [for bucket in var.reads_buckets : {
      Sid      = "Read${title(bucket.name)}"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion"]
      Resource = ["${bucket.arn}/${bucket.prefix}*"]
    }],
    [for bucket in var.reads_buckets : {
      Sid       = "List${title(bucket.name)}"
      Effect    = "Allow"
      Action    = ["s3:ListBucket"]
      Resource  = [bucket.arn]
      Condition = { StringLike = { "s3:prefix" = ["${bucket.prefix}*"] } }
    }],
    [for bucket in var.writes_buckets : {
      Sid      = "Write${title(bucket.name)}"
      Effect   = "Allow"
      Action   = concat(["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"], bucket.deletes ? ["s3:DeleteObject"] : [])
      Resource = ["${bucket.arn}/${bucket.prefix}*"]
    }],
    # To remove the parts of uploads that never ended.
    [for bucket in var.writes_buckets : {
      Sid      = "Tidy${title(bucket.name)}"
      Effect   = "Allow"
      Action   = ["s3:ListBucketMultipartUploads"]
      Resource = [bucket.arn]
    }],
    var.people_key_arn == null ? [] : [{
      Sid      = "SealAndOpenPersonalData"
      Effect   = "Allow"
      Action   = ["kms:Encrypt", "kms:Decrypt"]
      Resource = [var.people_key_arn]
      # What posars wraps always says for whom; so the role can open nothing that somebody else wrapped with the key.
      Condition = { Null = { "kms:EncryptionContext:posars" = "false" } }
    }],
    var.collector == null ? [] : [
      {
        Sid      = "WriteFigures"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        Resource = [var.collector.log_group_arn, "${var.collector.log_group_arn}:log-stream:*"]
      },
      # X-Ray knows no resource that a policy could name.
      { Sid = "WriteTraces", Effect = "Allow", Action = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource = ["*"] },
    ],
  )
}

resource "aws_iam_role" "task" {
  name               = "${local.full_name}-task"
  description        = "What posars ${join(" ", var.command)} may do"
  assume_role_policy = local.trusted_by_tasks
}

resource "aws_iam_role_policy" "task" {
  name   = "least"
  role   = aws_iam_role.task.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements })
}

resource "aws_iam_role" "execution" {
  name               = "${local.full_name}-start"
  description        = "What ECS needs to start posars ${join(" ", var.command)}"
  assume_role_policy = local.trusted_by_tasks
}

resource "aws_iam_role_policy" "execution" {
  name = "least"
  role = aws_iam_role.execution.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # It signs in at the registry as a whole; what may be pulled is said below.
      { Sid = "SignInAtRegistry", Effect = "Allow", Action = ["ecr:GetAuthorizationToken"], Resource = ["*"] },
      {
        Sid      = "PullImage"
        Effect   = "Allow"
        Action   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
        Resource = [var.repository_arn]
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.this.arn}:log-stream:*"]
      },
    ]
  })
}
