mock_provider "aws" {}

variables {
  name                       = "posars-test"
  role                       = "sales"
  command                    = ["serve", "sales"]
  image                      = "123456789012.dkr.ecr.sa-east-1.amazonaws.com/posars-test:1"
  environment                = { POSARS_DATABASE_URL = "postgres://posars@db:5432/posars?passfile=/run/posars/password" }
  region                     = "sa-east-1"
  account_id                 = "123456789012"
  cluster_arn                = "arn:aws:ecs:sa-east-1:123456789012:cluster/posars-test"
  cluster_name               = "posars-test"
  repository_arn             = "arn:aws:ecr:sa-east-1:123456789012:repository/posars-test"
  data_key_arn               = "arn:aws:kms:sa-east-1:123456789012:key/data"
  people_key_arn             = "arn:aws:kms:sa-east-1:123456789012:key/people"
  vpc_id                     = "vpc-1"
  subnets                    = ["subnet-1", "subnet-2"]
  database_security_group_id = "sg-database"
  password_reader = {
    image      = "registry/posars:password-1"
    secret_arn = "arn:aws:secretsmanager:sa-east-1:123456789012:secret:db"
    folder     = "/run/posars"
    every_s    = 60
    drops      = ["NET_RAW", "SETUID"]
  }
  target_group_arns           = ["arn:http", "arn:grpc"]
  balancer_security_group_ids = ["sg-balancer"]
  request_labels              = { http = { balancer = "app/posars-test/1", group = "targetgroup/posars-test-sales-http/2" } }
  sends_queues                = ["arn:aws:sqs:sa-east-1:123456789012:posars-test-sales-inventory"]
}

run "a_served_role_is_behind_its_target_groups" {
  command = apply

  assert {
    condition     = toset([for balancer in aws_ecs_service.this.load_balancer : balancer.target_group_arn]) == toset(var.target_group_arns) && alltrue([for balancer in aws_ecs_service.this.load_balancer : balancer.container_port == 8080])
    error_message = "The service must be in both target groups, gRPC and HTTP."
  }

  assert {
    condition     = aws_ecs_service.this.deployment_circuit_breaker[0].enable && aws_ecs_service.this.deployment_circuit_breaker[0].rollback && aws_ecs_service.this.deployment_minimum_healthy_percent == 100
    error_message = "A version that does not start must be taken back, and no task end before another serves."
  }

  assert {
    condition     = aws_ecs_service.this.alarms[0].enable && aws_ecs_service.this.alarms[0].rollback && aws_ecs_service.this.alarms[0].alarm_names == toset([aws_cloudwatch_metric_alarm.unhealthy["http"].alarm_name])
    error_message = "A version whose tasks never get ready must be taken back as well."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.unhealthy["http"].dimensions.LoadBalancer == "app/posars-test/1" && aws_cloudwatch_metric_alarm.unhealthy["http"].dimensions.TargetGroup == "targetgroup/posars-test-sales-http/2"
    error_message = "The alarm must look at the role's own target group."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.balancers[0].referenced_security_group_id == "sg-balancer" && aws_vpc_security_group_ingress_rule.database.security_group_id == "sg-database"
    error_message = "Calls come from the balancer alone, and the database lets the role in."
  }

  assert {
    condition     = aws_appautoscaling_policy.requests["http"].target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].resource_label == "app/posars-test/1/targetgroup/posars-test-sales-http/2"
    error_message = "Requests must scale it."
  }

  assert {
    condition     = aws_appautoscaling_policy.cpu.target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type == "ECSServiceAverageCPUUtilization"
    error_message = "Processor use must scale it."
  }
}

run "containers_are_closed" {
  command = apply

  assert {
    condition = alltrue([
      for container in jsondecode(aws_ecs_task_definition.this.container_definitions) :
      container.readonlyRootFilesystem && jsonencode(container.linuxParameters.capabilities.drop) == jsonencode(container.name == "password" ? var.password_reader.drops : ["ALL"])
    ])
    error_message = "No container may write to its root, or keep capabilities that it does not need."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].user == "65532:65532"
    error_message = "posars must not run as root."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].healthCheck.command[2] == "alive"
    error_message = "posars must be asked whether it lives."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].stopTimeout > 25
    error_message = "ECS must wait longer than posars takes to drain, 25 s."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].dependsOn[0].containerName == "password" && jsondecode(aws_ecs_task_definition.this.container_definitions)[0].dependsOn[0].condition == "HEALTHY"
    error_message = "posars must wait for the password's file."
  }

  assert {
    condition = contains(
      [for variable in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : "${variable.name}=${variable.value}"],
      "POSARS_LISTEN=0.0.0.0:8080"
    )
    error_message = "A served role must listen where the balancer reaches it."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == var.data_key_arn && aws_cloudwatch_log_group.this.retention_in_days > 0
    error_message = "Logs must be encrypted and must end."
  }
}

run "a_role_may_do_the_least" {
  command = apply

  assert {
    condition = alltrue(flatten([
      for policy in [aws_iam_role_policy.task.policy, aws_iam_role_policy.execution.policy] : [
        for statement in jsondecode(policy).Statement : [
          for action in statement.Action : !strcontains(action, "*")
        ]
      ]
    ]))
    error_message = "No action may hold a *."
  }

  assert {
    condition = [
      for statement in concat(jsondecode(aws_iam_role_policy.task.policy).Statement, jsondecode(aws_iam_role_policy.execution.policy).Statement) :
      statement.Sid if contains(statement.Resource, "*")
    ] == ["SignInAtRegistry"]
    error_message = "Only the sign-in at the registry has no resource to name."
  }

  assert {
    condition     = jsonencode([for statement in jsondecode(aws_iam_role_policy.task.policy).Statement : statement.Resource if statement.Sid == "WakeConsumers"]) == jsonencode([var.sends_queues])
    error_message = "It may send to the queues that were given, to no other."
  }

  assert {
    condition     = jsonencode([for statement in jsondecode(aws_iam_role_policy.task.policy).Statement : statement.Resource if statement.Sid == "SealAndOpenPersonalData"]) == jsonencode([[var.people_key_arn]])
    error_message = "It may use the one master key."
  }

  assert {
    condition = jsonencode([
      for statement in jsondecode(aws_iam_role_policy.task.policy).Statement : [statement.Action, statement.Condition] if statement.Sid == "SealAndOpenPersonalData"
    ]) == jsonencode([[["kms:Encrypt", "kms:Decrypt"], { Null = { "kms:EncryptionContext:posars" = "false" } }]])
    error_message = "It may wrap and unwrap what posars wrapped, nothing else."
  }

  assert {
    condition     = !contains([for statement in jsondecode(aws_iam_role_policy.task.policy).Statement : statement.Sid], "ReadQueues")
    error_message = "A role that reads no queue may read none."
  }
}

run "a_worker_reads_its_queue_and_is_not_called" {
  command = apply

  variables {
    role                        = "work-stock"
    command                     = ["work", "stock"]
    people_key_arn              = null
    target_group_arns           = []
    balancer_security_group_ids = ["sg-balancer"]
    request_labels              = {}
    reads_queues                = ["arn:aws:sqs:sa-east-1:123456789012:posars-test-sales-inventory"]
    sends_queues                = []
    scales_on_queues            = ["posars-test-sales-inventory"]
    collector = {
      image         = "collector"
      config        = "receivers: {}"
      log_group_arn = "arn:aws:logs:sa-east-1:123456789012:log-group:/posars-test/figures"
    }
    reads_buckets  = [{ name = "intake", arn = "arn:aws:s3:::intake", prefix = "intake/" }]
    writes_buckets = [{ name = "intake", arn = "arn:aws:s3:::intake", prefix = "results/" }]
  }

  assert {
    condition     = jsonencode([for statement in jsondecode(aws_iam_role_policy.task.policy).Statement : statement.Resource if statement.Sid == "ReadQueues"]) == jsonencode([var.reads_queues])
    error_message = "It may read its own queue, no other."
  }

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.balancers) == 0 && length(aws_ecs_service.this.load_balancer) == 0
    error_message = "Nobody may call a worker."
  }

  assert {
    condition = alltrue([
      for dimension in aws_appautoscaling_policy.queue_age["posars-test-sales-inventory"].target_tracking_scaling_policy_configuration[0].customized_metric_specification[0].dimensions :
      dimension.value == "posars-test-sales-inventory"
    ])
    error_message = "The age of its queue must scale it."
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.task.policy).Statement : statement.Sid if contains(statement.Resource, "*")
    ] == ["WriteTraces"]
    error_message = "Only X-Ray has no resource to name."
  }

  assert {
    condition     = jsonencode([for statement in jsondecode(aws_iam_role_policy.task.policy).Statement : statement.Resource if statement.Sid == "WriteIntake"]) == jsonencode([["arn:aws:s3:::intake/results/*"]])
    error_message = "It may write below its prefix alone."
  }

  assert {
    condition = contains(
      [for variable in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : "${variable.name}=${variable.value}"],
      "POSARS_LISTEN=127.0.0.1:8080"
    )
    error_message = "A worker's port is for its own task."
  }

  assert {
    condition     = length(jsondecode(aws_ecs_task_definition.this.container_definitions)) == 3
    error_message = "The collector must run beside it."
  }
}

run "a_password_in_the_settings_is_refused" {
  command = plan

  variables {
    environment = { POSARS_DATABASE_URL = "postgres://posars:secret@db:5432/posars" }
  }

  expect_failures = [var.environment]
}
