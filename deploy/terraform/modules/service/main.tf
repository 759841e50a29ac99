# One role of posars as a service of ECS on Fargate: its task, its scaling, its log. Called once per role.

locals {
  full_name = "${var.name}-${var.role}"
  port      = 8080
  is_served = length(var.target_group_arns) > 0
  folder    = var.password_reader.folder

  log_of = {
    for container in ["posars", "password", "collector"] : container => {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = var.region
        awslogs-stream-prefix = container
        # A log that is slow to take lines must not stop a sale; lines that find no room are lost.
        mode            = "non-blocking"
        max-buffer-size = "8m"
      }
    }
  }

  environment = merge(
    {
      # What only works has no callers: its port is for the collector beside it, on the task's own loopback.
      POSARS_LISTEN     = local.is_served ? "0.0.0.0:${local.port}" : "127.0.0.1:${local.port}"
      POSARS_DATA       = "/var/lib/posars"
      OTEL_SERVICE_NAME = local.full_name
      AWS_REGION        = var.region
    },
    # From SIGTERM on: 10 s in which /readyz says 503 and the balancer goes elsewhere, then what is under way.
    local.is_served ? { POSARS_DRAIN_WAIT = "10s" } : {},
    var.collector == null ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT = "http://127.0.0.1:4317" },
    var.environment,
  )

  posars = {
    name      = "posars"
    image     = var.image
    command   = var.command
    essential = true
    # No shell is in it and nothing in it is written; what it needs to write lies on volumes.
    readonlyRootFilesystem = true
    user                   = "65532:65532"
    linuxParameters        = { capabilities = { drop = ["ALL"] }, initProcessEnabled = true }
    portMappings           = [{ containerPort = local.port, protocol = "tcp" }]
    environment            = [for name in sort(keys(local.environment)) : { name = name, value = local.environment[name] }]
    mountPoints = [
      # It writes there only to say that it wants a new password.
      { sourceVolume = "password", containerPath = local.folder, readOnly = false },
      { sourceVolume = "data", containerPath = "/var/lib/posars", readOnly = false },
      { sourceVolume = "scratch", containerPath = "/tmp", readOnly = false },
    ]
    ulimits = [{ name = "nofile", softLimit = 65536, hardLimit = 65536 }]
    healthCheck = {
      command     = ["CMD", "/usr/local/bin/posars", "alive", "--at", "127.0.0.1:${local.port}"]
      interval    = 15
      timeout     = 5
      retries     = 4
      startPeriod = 60
    }
    # Longer than posars takes to end, so that ECS never has to kill it.
    stopTimeout      = 40
    dependsOn        = [{ containerName = "password", condition = "HEALTHY" }]
    logConfiguration = local.log_of["posars"]
  }

  password = {
    name                   = "password"
    image                  = var.password_reader.image
    command                = ["always"]
    essential              = true
    readonlyRootFilesystem = true
    linuxParameters        = { capabilities = { drop = var.password_reader.drops } }
    environment = [
      { name = "AWS_REGION", value = var.region },
      { name = "EVERY_S", value = tostring(var.password_reader.every_s) },
      { name = "FOLDER", value = local.folder },
      # The command line's own folder, which it makes at its first call.
      { name = "HOME", value = "/tmp" },
      { name = "SECRET", value = var.password_reader.secret_arn },
    ]
    mountPoints = [
      { sourceVolume = "password", containerPath = local.folder, readOnly = false },
      { sourceVolume = "command-line", containerPath = "/tmp", readOnly = false },
    ]
    healthCheck = {
      command     = ["CMD-SHELL", "test -s ${local.folder}/password"]
      interval    = 5
      timeout     = 2
      retries     = 10
      startPeriod = 60
    }
    logConfiguration = local.log_of["password"]
  }

  collector = var.collector == null ? [] : [{
    name                   = "collector"
    image                  = var.collector.image
    essential              = false
    readonlyRootFilesystem = true
    linuxParameters        = { capabilities = { drop = ["ALL"] } }
    environment = [
      { name = "AOT_CONFIG_CONTENT", value = var.collector.config },
      { name = "ROLE", value = var.role },
    ]
    logConfiguration = local.log_of["collector"]
  }]
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/${var.name}/${var.role}"
  retention_in_days = var.log_days
  kms_key_id        = var.data_key_arn
}

resource "aws_ecs_task_definition" "this" {
  family                   = local.full_name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory_mib
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions    = jsonencode(concat([local.posars, local.password], local.collector))

  runtime_platform {
    cpu_architecture        = var.cpu_architecture
    operating_system_family = "LINUX"
  }

  dynamic "volume" {
    for_each = toset(["password", "data", "scratch", "command-line"])

    content {
      name = volume.key
    }
  }
}

# Tasks that the balancer finds unhealthy for longer than a switch of the database takes.
resource "aws_cloudwatch_metric_alarm" "unhealthy" {
  for_each            = var.request_labels
  alarm_name          = "${local.full_name}-unhealthy-${each.key}"
  alarm_description   = "A task of ${local.full_name} does not get ready; its log is in /${var.name}/${var.role}. Next: docs/runbooks/posars-not-ready.md."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "UnHealthyHostCount"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]

  dimensions = {
    LoadBalancer = each.value.balancer
    TargetGroup  = each.value.group
  }
}

resource "aws_ecs_service" "this" {
  name            = local.full_name
  cluster         = var.cluster_arn
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = var.tasks_min
  propagate_tags  = "SERVICE"
  # Nobody opens a shell in a container: there is none.
  enable_execute_command = false

  # The old tasks end when the new ones serve; both versions run together meanwhile.
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  # The first start may wait for the database, which RDS takes minutes to switch.
  health_check_grace_period_seconds = local.is_served ? 120 : null

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  # The breaker counts tasks that do not start. With several target groups it has been seen to count none that start and
  # never get ready; so the alarm on those takes a version back as well.
  dynamic "alarms" {
    for_each = local.is_served ? [1] : []

    content {
      enable      = true
      rollback    = true
      alarm_names = [for alarm in aws_cloudwatch_metric_alarm.unhealthy : alarm.alarm_name]
    }
  }

  capacity_provider_strategy {
    capacity_provider = var.spot ? "FARGATE_SPOT" : "FARGATE"
    weight            = 1
  }

  network_configuration {
    subnets          = var.subnets
    security_groups  = [aws_security_group.this.id]
    assign_public_ip = var.assign_public_ip
  }

  dynamic "load_balancer" {
    for_each = var.target_group_arns

    content {
      target_group_arn = load_balancer.value
      container_name   = "posars"
      container_port   = local.port
    }
  }

  lifecycle {
    # Scaling sets it.
    ignore_changes = [desired_count]
  }

  depends_on = [aws_iam_role_policy.task, aws_iam_role_policy.execution]
}
