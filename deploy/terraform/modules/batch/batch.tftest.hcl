mock_provider "aws" {}

variables {
  name           = "posars-test"
  region         = "sa-east-1"
  account_id     = "123456789012"
  image          = "123456789012.dkr.ecr.sa-east-1.amazonaws.com/posars-test:1"
  repository_arn = "arn:aws:ecr:sa-east-1:123456789012:repository/posars-test"
  environment    = { POSARS_DATABASE_URL = "postgres://posars@db:5432/posars?passfile=/run/posars/password" }
  password_reader = {
    image      = "registry/posars:password-1"
    secret_arn = "arn:aws:secretsmanager:sa-east-1:123456789012:secret:db"
    folder     = "/run/posars"
    every_s    = 60
  }
  data_key_arn               = "arn:aws:kms:sa-east-1:123456789012:key/data"
  people_key_arn             = "arn:aws:kms:sa-east-1:123456789012:key/people"
  vpc_id                     = "vpc-1"
  subnets                    = ["subnet-1", "subnet-2"]
  database_security_group_id = "sg-database"
  intake_bucket              = "posars-test-intake"
  intake_bucket_arn          = "arn:aws:s3:::posars-test-intake"
  drop_prefix                = "intake/"
  audit_bucket               = "posars-test-audit"
  audit_bucket_arn           = "arn:aws:s3:::posars-test-audit"
  companies                  = ["main", "filial"]
  sends_queues               = ["arn:aws:sqs:sa-east-1:123456789012:posars-test-read-models"]
  dead_letters_arn           = "arn:aws:sqs:sa-east-1:123456789012:posars-test-imports-dlq"
  alarm_topic_arn            = "arn:aws:sns:sa-east-1:123456789012:posars-test"
}

run "a_dropped_workbook_starts_an_import" {
  command = apply

  assert {
    condition     = jsonencode(jsondecode(aws_cloudwatch_event_rule.dropped.event_pattern).detail.bucket.name) == jsonencode(["posars-test-intake"]) && jsondecode(aws_cloudwatch_event_rule.dropped.event_pattern).detail.object.key[0].prefix == "intake/"
    error_message = "Drops in the intake alone must start jobs, or results would start the next."
  }

  assert {
    condition     = aws_cloudwatch_event_target.import.arn == aws_batch_job_queue.this.arn && aws_cloudwatch_event_target.import.batch_target[0].job_definition == aws_batch_job_definition.this["import"].arn_prefix && aws_cloudwatch_event_target.import.role_arn == aws_iam_role.events.arn
    error_message = "The rule must start the job of imports."
  }

  assert {
    condition     = strcontains(aws_cloudwatch_event_target.import.input_transformer[0].input_template, "s3://<bucket>/<key>?versionId=<version>") && aws_cloudwatch_event_target.import.input_transformer[0].input_paths["version"] == "$.detail.object.version-id"
    error_message = "A job must be told the object and its version."
  }

  assert {
    condition     = aws_cloudwatch_event_target.import.dead_letter_config[0].arn == var.dead_letters_arn
    error_message = "An event that could start no job must not be lost."
  }

  assert {
    condition     = jsondecode(aws_batch_job_definition.this["import"].ecs_properties).taskProperties[0].containers[1].command[1] == "Ref::object"
    error_message = "The job's command must take the object from the event."
  }
}

run "what_was_away_is_tried_again" {
  command = apply

  assert {
    condition = {
      for rule in aws_batch_job_definition.this["import"].retry_strategy[0].evaluate_on_exit : rule.on_exit_code => rule.action
    } == { "3" = "RETRY", "137" = "RETRY", "143" = "RETRY", "*" = "EXIT" }
    error_message = "Only what may pass by itself is tried again."
  }

  # EventBridge's attempts would take the place of the definition's rules.
  assert {
    condition     = aws_cloudwatch_event_target.import.batch_target[0].job_attempts == null
    error_message = "The exit code decides whether a job is tried again."
  }

  # Batch gives a container no entry point of ours; so the image must be one whose own it is.
  assert {
    condition = alltrue([
      for definition in aws_batch_job_definition.this :
      jsondecode(definition.ecs_properties).taskProperties[0].containers[0].image == var.password_reader.image
      && jsonencode(jsondecode(definition.ecs_properties).taskProperties[0].containers[0].command) == jsonencode(["once"])
    ])
    error_message = "The password must be fetched by the image that is made for it."
  }

  assert {
    condition     = aws_cloudwatch_event_target.failed.arn == var.alarm_topic_arn && jsonencode(jsondecode(aws_cloudwatch_event_rule.failed.event_pattern).detail.status) == jsonencode(["FAILED"])
    error_message = "A failed job must be told."
  }
}

run "jobs_are_closed_and_may_do_the_least" {
  command = apply

  assert {
    condition = alltrue(flatten([
      for definition in aws_batch_job_definition.this : [
        for container in jsondecode(definition.ecs_properties).taskProperties[0].containers : container.readonlyRootFilesystem
      ]
    ]))
    error_message = "No container may write to its root."
  }

  assert {
    condition = alltrue([
      for name, definition in aws_batch_job_definition.this :
      jsondecode(definition.ecs_properties).taskProperties[0].taskRoleArn == aws_iam_role.job[name].arn
      && jsondecode(definition.ecs_properties).taskProperties[0].containers[1].dependsOn[0].condition == "SUCCESS"
    ])
    error_message = "Every job must have its own role, and wait for the password."
  }

  assert {
    condition = alltrue(flatten([
      for policy in concat([for policy in aws_iam_role_policy.job : policy.policy], [aws_iam_role_policy.events.policy]) : [
        for statement in jsondecode(policy).Statement : concat(
          [for action in statement.Action : !strcontains(action, "*")],
          [for resource in statement.Resource : resource != "*"],
        )
      ]
    ]))
    error_message = "No policy of a job may hold a bare *."
  }

  assert {
    condition     = jsonencode([for name, policy in aws_iam_role_policy.job : name if strcontains(policy.policy, var.people_key_arn)]) == jsonencode(["import"])
    error_message = "Only an import may seal people."
  }

  assert {
    condition = jsonencode(distinct([
      for statement in jsondecode(aws_iam_role_policy.job["audit-verify"].policy).Statement : statement.Sid
    ])) == jsonencode(["ReadDatabasePassword", "UseDataKey", "KeepHeads", "ListHeads"])
    error_message = "An audit reads the database and no people, and keeps heads."
  }

  assert {
    condition = jsonencode([
      for statement in jsondecode(aws_iam_role_policy.job["backup-verify"].policy).Statement : statement.Sid
    ]) == jsonencode(["ReadDatabasePassword", "UseDataKey"])
    error_message = "The proof of a backup reads databases and nothing else."
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.events.policy, "${aws_batch_job_definition.this["migrate"].arn_prefix}:") && strcontains(aws_iam_role_policy.events.policy, "${aws_batch_job_definition.this["import"].arn_prefix}:*")
    error_message = "EventBridge may start imports and audits, no migration."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.database.security_group_id == "sg-database"
    error_message = "The database must let jobs in."
  }
}

run "a_backup_is_compared_with_what_is_live" {
  command = apply

  assert {
    condition = jsonencode(jsondecode(aws_batch_job_definition.this["backup-verify"].ecs_properties).taskProperties[0].containers[1].command) == jsonencode([
      "backup", "verify", "--database-url", "Ref::restored", "--against", var.environment.POSARS_DATABASE_URL,
    ])
    error_message = "The restored database is named by who submits the job, the live one is known."
  }
}

run "every_night_each_chain_is_proven_and_its_head_kept" {
  command = apply

  assert {
    condition = jsonencode({
      for company, target in aws_cloudwatch_event_target.audit : company => jsondecode(target.input).Parameters.company
    }) == jsonencode({ main = "main", filial = "filial" })
    error_message = "Each company must be proven."
  }

  assert {
    condition     = alltrue([for rule in aws_cloudwatch_event_rule.audit : startswith(rule.schedule_expression, "cron(")])
    error_message = "By the clock, not by hand."
  }

  assert {
    condition     = contains(jsondecode(aws_batch_job_definition.this["audit-verify"].ecs_properties).taskProperties[0].containers[1].command, "s3://posars-test-audit/heads")
    error_message = "The head must be kept in the locked bucket."
  }
}

run "the_worker_takes_over" {
  command = apply

  variables {
    starts_imports = false
  }

  assert {
    condition     = aws_cloudwatch_event_rule.dropped.state == "DISABLED"
    error_message = "Where a worker imports, no job may do so as well."
  }
}
