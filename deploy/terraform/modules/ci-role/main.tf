# The role of the pipeline (IAM): it signs in by OpenID Connect, without a stored key, pushes images, runs the migration
# and rolls the services. It reads no data itself. But whoever may say which program runs, and as which role, controls what
# that role may do: who controls the pipeline controls the data. So only a protected environment of it may sign in.

locals {
  host = trimprefix(var.issuer, "https://")
}

resource "aws_iam_openid_connect_provider" "this" {
  count          = var.provider_arn == null ? 1 : 0
  url            = var.issuer
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-ci"
  description          = "Pushes images and rolls services of ${var.name}"
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = var.provider_arn == null ? aws_iam_openid_connect_provider.this[0].arn : var.provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      # Both, and exactly: a pipeline of another repository or branch must not get in.
      Condition = {
        StringEquals = {
          "${local.host}:aud" = "sts.amazonaws.com"
          "${local.host}:sub" = var.subjects
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "deploy"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "SignInAtRegistry", Effect = "Allow", Action = ["ecr:GetAuthorizationToken"], Resource = ["*"] },
      {
        Sid    = "PushImages"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
          "ecr:DescribeImageScanFindings", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
        ]
        Resource = [var.repository_arn]
      },
      # AWS lets nobody name a task definition for reading.
      { Sid = "ReadTaskDefinitions", Effect = "Allow", Action = ["ecs:DescribeTaskDefinition"], Resource = ["*"] },
      {
        Sid      = "WriteTaskDefinitions"
        Effect   = "Allow"
        Action   = ["ecs:RegisterTaskDefinition"]
        Resource = ["arn:aws:ecs:${var.region}:${var.account_id}:task-definition/${var.name}-*:*"]
      },
      { Sid = "RollServices", Effect = "Allow", Action = ["ecs:DescribeServices", "ecs:UpdateService"], Resource = var.service_arns },
      {
        Sid       = "GiveTasksTheirRoles"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = var.task_role_arns
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      # A job's image stands in its definition: a new release registers its own before it migrates with it.
      {
        Sid      = "WriteAndRunJobs"
        Effect   = "Allow"
        Action   = ["batch:RegisterJobDefinition", "batch:SubmitJob"]
        Resource = concat([var.job_queue_arn], flatten([for prefix in var.job_definition_arn_prefixes : [prefix, "${prefix}:*"]]))
      },
      # AWS lets nobody name a job or its definition for reading.
      { Sid = "ReadJobs", Effect = "Allow", Action = ["batch:DescribeJobDefinitions", "batch:DescribeJobs"], Resource = ["*"] },
    ]
  })
}
