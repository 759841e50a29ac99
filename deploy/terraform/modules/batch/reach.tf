# What jobs may do: each has its own role, and Batch and EventBridge one each.

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

  # Every job reaches the database.
  of_every_job = [
    { Sid = "ReadDatabasePassword", Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = [var.password_reader.secret_arn] },
    { Sid = "UseDataKey", Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = [var.data_key_arn] },
  ]

  # An import seals buyers.
  seals_people = [{
    Sid      = "SealAndOpenPersonalData"
    Effect   = "Allow"
    Action   = ["kms:Encrypt", "kms:Decrypt"]
    Resource = [var.people_key_arn]
    # What posars wraps always says for whom.
    Condition = { Null = { "kms:EncryptionContext:posars" = "false" } }
  }]

  statements = {
    import = concat(local.of_every_job, local.seals_people, [
      {
        Sid      = "ReadDropped"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = ["${var.intake_bucket_arn}/${var.drop_prefix}*"]
      },
      {
        Sid      = "WriteResults"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
        Resource = [for prefix in var.result_prefixes : "${var.intake_bucket_arn}/${prefix}*"]
      },
      # How far it is stands in a file that is written again and again.
      {
        Sid      = "ReplaceProgress"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject"]
        Resource = [for prefix in var.result_prefixes : "${var.intake_bucket_arn}/${prefix}*"]
      },
      # Without it a missing result looks like a forbidden one.
      { Sid = "ListIntake", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [var.intake_bucket_arn] },
      { Sid = "WakeConsumers", Effect = "Allow", Action = ["sqs:SendMessage"], Resource = var.sends_queues },
    ])
    migrate       = local.of_every_job
    backup-verify = local.of_every_job
    audit-verify = concat(local.of_every_job, [
      {
        Sid      = "KeepHeads"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:GetObject"]
        Resource = ["${var.audit_bucket_arn}/heads/*"]
      },
      { Sid = "ListHeads", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [var.audit_bucket_arn] },
    ])
  }
}

resource "aws_iam_role" "job" {
  for_each           = local.commands
  name               = "${var.name}-job-${each.key}"
  description        = "What posars ${each.value[0]} may do as a job"
  assume_role_policy = local.trusted_by_tasks
}

resource "aws_iam_role_policy" "job" {
  for_each = local.commands
  name     = "least"
  role     = aws_iam_role.job[each.key].id
  policy   = jsonencode({ Version = "2012-10-17", Statement = local.statements[each.key] })
}

resource "aws_iam_role" "execution" {
  name               = "${var.name}-job-start"
  description        = "What ECS needs to start a job"
  assume_role_policy = local.trusted_by_tasks
}

resource "aws_iam_role_policy" "execution" {
  name = "least"
  role = aws_iam_role.execution.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
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

resource "aws_iam_role" "events" {
  name        = "${var.name}-intake-events"
  description = "EventBridge starts imports and audits"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "events" {
  name = "start-imports"
  role = aws_iam_role.events.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "StartImportsAndAudits"
      Effect = "Allow"
      Action = ["batch:SubmitJob"]
      Resource = concat([aws_batch_job_queue.this.arn], flatten([
        for name in ["import", "audit-verify"] : [aws_batch_job_definition.this[name].arn_prefix, "${aws_batch_job_definition.this[name].arn_prefix}:*"]
      ]))
    }]
  })
}
