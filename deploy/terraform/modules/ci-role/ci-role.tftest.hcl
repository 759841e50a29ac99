mock_provider "aws" {}

variables {
  name                        = "posars-test"
  region                      = "sa-east-1"
  account_id                  = "123456789012"
  subjects                    = ["repo:example/posars:environment:test"]
  repository_arn              = "arn:aws:ecr:sa-east-1:123456789012:repository/posars-test"
  service_arns                = ["arn:aws:ecs:sa-east-1:123456789012:service/posars-test/posars-test-sales"]
  task_role_arns              = ["arn:aws:iam::123456789012:role/posars-test-sales-task"]
  job_queue_arn               = "arn:aws:batch:sa-east-1:123456789012:job-queue/posars-test"
  job_definition_arn_prefixes = ["arn:aws:batch:sa-east-1:123456789012:job-definition/posars-test-migrate"]
}

run "only_this_pipeline_signs_in" {
  command = apply

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com" && jsonencode(jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"]) == jsonencode(var.subjects)
    error_message = "Audience and subject must be compared exactly."
  }
}

run "it_rolls_and_reads_no_data" {
  command = apply

  assert {
    condition = jsonencode([
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Sid if contains(statement.Resource, "*")
    ]) == jsonencode(["SignInAtRegistry", "ReadTaskDefinitions", "ReadJobs"])
    error_message = "Only a sign-in and reads have no resource to name."
  }

  assert {
    condition = alltrue(flatten([
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : [
        for action in statement.Action : !strcontains(action, "*") && !contains(["secretsmanager", "kms", "s3", "rds", "sqs"], split(":", action)[0])
      ]
    ]))
    error_message = "The pipeline must not reach secrets, keys, files, the database or the queues."
  }

  assert {
    condition = jsonencode([
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : [statement.Resource, statement.Condition.StringEquals["iam:PassedToService"]] if statement.Sid == "GiveTasksTheirRoles"
    ]) == jsonencode([[var.task_role_arns, "ecs-tasks.amazonaws.com"]])
    error_message = "It may hand over the tasks' own roles, to tasks alone."
  }
}

run "a_pattern_of_pipelines_is_refused" {
  command = plan

  variables {
    subjects = ["repo:example/*"]
  }

  expect_failures = [var.subjects]
}

run "an_issuer_that_the_account_knows_is_used" {
  command = apply

  variables {
    provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.this) == 0 && jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal.Federated == var.provider_arn
    error_message = "An account has one provider for an issuer."
  }
}
