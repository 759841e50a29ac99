# Jobs (Batch on Fargate): a dropped workbook starts an import, the clock an audit; migrations and the proof of a backup are
# started by hand or by a pipeline.

locals {
  folder = var.password_reader.folder

  # What each job runs. `Ref::object` is given by the rule below.
  commands = {
    import       = concat(["import", "Ref::object"], var.import_options)
    migrate      = ["migrate"]
    audit-verify = ["audit", "verify", "--company", "Ref::company", "--keep", "s3://${var.audit_bucket}/heads"]
    # Of a database that was restored beside the live one. It opens nothing of people, so it needs no key of theirs.
    backup-verify = ["backup", "verify", "--database-url", "Ref::restored", "--against", var.environment["POSARS_DATABASE_URL"]]
  }

  log = {
    for container in ["posars", "password"] : container => {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = var.region
        awslogs-stream-prefix = container
      }
    }
  }

  environment = merge({ POSARS_DATA = "/var/lib/posars", AWS_REGION = var.region }, var.environment)

  # A job lives minutes and a password weeks: it is fetched once, before posars starts.
  password = {
    name      = "password"
    image     = var.password_reader.image
    essential = false
    command   = ["once"]
    environment = [
      { name = "AWS_REGION", value = var.region },
      { name = "EVERY_S", value = tostring(var.password_reader.every_s) },
      { name = "FOLDER", value = local.folder },
      { name = "HOME", value = "/tmp" },
      { name = "SECRET", value = var.password_reader.secret_arn },
    ]
    mountPoints            = [{ sourceVolume = "password", containerPath = local.folder }, { sourceVolume = "command-line", containerPath = "/tmp" }]
    readonlyRootFilesystem = true
    resourceRequirements   = [{ type = "VCPU", value = "0.25" }, { type = "MEMORY", value = "512" }]
    logConfiguration       = local.log["password"]
  }

  posars = {
    name        = "posars"
    image       = var.image
    essential   = true
    user        = "65532:65532"
    environment = [for name in sort(keys(local.environment)) : { name = name, value = local.environment[name] }]
    mountPoints = [
      { sourceVolume = "password", containerPath = local.folder, readOnly = true },
      { sourceVolume = "data", containerPath = "/var/lib/posars" },
      { sourceVolume = "scratch", containerPath = "/tmp" },
    ]
    readonlyRootFilesystem = true
    linuxParameters        = { initProcessEnabled = true }
    resourceRequirements   = [{ type = "VCPU", value = tostring(var.vcpu) }, { type = "MEMORY", value = tostring(var.memory_mib) }]
    dependsOn              = [{ containerName = "password", condition = "SUCCESS" }]
    logConfiguration       = local.log["posars"]
  }
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:How long it is kept is var.log_days; what was done is in the event log for ever.
  name              = "/${var.name}/jobs"
  retention_in_days = var.log_days
  kms_key_id        = var.data_key_arn
}

resource "aws_security_group" "this" {
  name        = "${var.name}-jobs"
  description = "Jobs of ${var.name}"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "aws" {
  security_group_id = aws_security_group.this.id
  description       = "Services of AWS"
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
  description                  = "${var.name}-jobs"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_batch_compute_environment" "this" {
  name  = var.name
  type  = "MANAGED"
  state = "ENABLED"

  compute_resources {
    type               = "FARGATE"
    max_vcpus          = var.vcpus_max
    subnets            = var.subnets
    security_group_ids = [aws_security_group.this.id]
  }
}

resource "aws_batch_job_queue" "this" {
  name     = var.name
  state    = "ENABLED"
  priority = 1

  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.this.arn
  }

  # A job that Fargate can never start would block all behind it.
  job_state_time_limit_action {
    action           = "CANCEL"
    max_time_seconds = 3600
    reason           = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
    state            = "RUNNABLE"
  }
}

resource "aws_batch_job_definition" "this" {
  for_each              = local.commands
  name                  = "${var.name}-${each.key}"
  type                  = "container"
  platform_capabilities = ["FARGATE"]
  propagate_tags        = true
  # What a job is about, unless who submits it says otherwise.
  parameters = each.key == "audit-verify" ? { company = "main" } : {}

  ecs_properties = jsonencode({
    taskProperties = [{
      containers           = [local.password, merge(local.posars, { command = each.value })]
      executionRoleArn     = aws_iam_role.execution.arn
      taskRoleArn          = aws_iam_role.job[each.key].arn
      networkConfiguration = { assignPublicIp = var.assign_public_ip ? "ENABLED" : "DISABLED" }
      runtimePlatform      = { cpuArchitecture = var.cpu_architecture, operatingSystemFamily = "LINUX" }
      volumes              = [for name in ["password", "data", "scratch", "command-line"] : { name = name }]
    }]
  })

  # An import goes on where it was: what was recorded is found and not recorded twice.
  retry_strategy {
    attempts = 3

    # Something needed was away (3), or the task was killed (137, 143): again. All else says why and ends.
    evaluate_on_exit {
      action       = "RETRY"
      on_exit_code = "3"
    }

    evaluate_on_exit {
      action       = "RETRY"
      on_exit_code = "137"
    }

    evaluate_on_exit {
      action       = "RETRY"
      on_exit_code = "143"
    }

    evaluate_on_exit {
      action       = "EXIT"
      on_exit_code = "*"
    }
  }

  timeout {
    attempt_duration_seconds = var.timeout_s
  }
}

# What people drop becomes a job each. EventBridge delivers once or more; the second job finds the first one's result.
resource "aws_cloudwatch_event_rule" "dropped" {
  name        = "${var.name}-intake"
  description = "A workbook was dropped"
  state       = var.starts_imports ? "ENABLED" : "DISABLED"
  event_pattern = jsonencode({
    source      = ["aws.s3"]
    detail-type = ["Object Created"]
    detail = {
      bucket = { name = [var.intake_bucket] }
      object = {
        key = [{ prefix = var.drop_prefix }]
        # Folders are objects of no bytes.
        size = [{ numeric = [">", 0] }]
      }
    }
  })
}

resource "aws_cloudwatch_event_target" "import" {
  rule     = aws_cloudwatch_event_rule.dropped.name
  arn      = aws_batch_job_queue.this.arn
  role_arn = aws_iam_role.events.arn

  batch_target {
    # Without a version: the last one registered, by Terraform or by a pipeline.
    job_definition = aws_batch_job_definition.this["import"].arn_prefix
    job_name       = "${var.name}-import"
    # No attempts here: they would take the place of the definition's, which go by the exit code.
  }

  # EventBridge, other than S3's own announcements, does not URL-encode keys: the key here is the object's.
  input_transformer {
    input_paths = {
      bucket  = "$.detail.bucket.name"
      key     = "$.detail.object.key"
      version = "$.detail.object.version-id"
    }
    input_template = "{\"Parameters\": {\"object\": \"s3://<bucket>/<key>?versionId=<version>\"}}"
  }

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = var.dead_letters_arn
  }
}

# Every night each company's chain is proven, from the head that was kept the night before, and its head is kept where
# nobody can change it. A proof that fails is a failed job.
resource "aws_cloudwatch_event_rule" "audit" {
  for_each            = toset(var.companies)
  name                = "${var.name}-audit-${each.key}"
  description         = "Prove the log of ${each.key}"
  schedule_expression = "cron(0 5 * * ? *)"
}

resource "aws_cloudwatch_event_target" "audit" {
  for_each = toset(var.companies)
  rule     = aws_cloudwatch_event_rule.audit[each.key].name
  arn      = aws_batch_job_queue.this.arn
  role_arn = aws_iam_role.events.arn
  input    = jsonencode({ Parameters = { company = each.key } })

  batch_target {
    job_definition = aws_batch_job_definition.this["audit-verify"].arn_prefix
    job_name       = "${var.name}-audit-verify"
  }
}

# A failed job is told to who is on duty.
resource "aws_cloudwatch_event_rule" "failed" {
  name        = "${var.name}-failed-jobs"
  description = "A job failed for good"
  event_pattern = jsonencode({
    source      = ["aws.batch"]
    detail-type = ["Batch Job State Change"]
    detail      = { status = ["FAILED"], jobQueue = [aws_batch_job_queue.this.arn] }
  })
}

resource "aws_cloudwatch_event_target" "failed" {
  rule = aws_cloudwatch_event_rule.failed.name
  arn  = var.alarm_topic_arn

  input_transformer {
    input_paths = {
      job    = "$.detail.jobName"
      id     = "$.detail.jobId"
      reason = "$.detail.statusReason"
    }
    input_template = "\"<job> (<id>) failed: <reason>. Its log is in /${var.name}/jobs. Next: docs/runbooks/posars-job-failed.md.\""
  }
}
