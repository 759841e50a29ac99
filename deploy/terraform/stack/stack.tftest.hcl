mock_provider "aws" {
  mock_resource "aws_db_instance" {
    defaults = {
      address = "posars-test.abc.sa-east-1.rds.amazonaws.com"
      master_user_secret = [{
        kms_key_id    = "key"
        secret_arn    = "arn:aws:secretsmanager:sa-east-1:123456789012:secret:rds!db-1"
        secret_status = "active"
      }]
    }
  }

  mock_resource "aws_serverlessapplicationrepository_cloudformation_stack" {
    defaults = {
      outputs = { RotationLambdaARN = "arn:aws:lambda:sa-east-1:123456789012:function:rotation" }
    }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  name         = "posars-test"
  region       = "sa-east-1"
  keep         = true
  image_tag    = "1"
  network      = { zones = ["sa-east-1a", "sa-east-1b"] }
  database     = { instance_class = "db.t4g.small", multi_az = true, storage_gb = 20, storage_gb_max = 100, backup_days = 35 }
  identity     = { domain_prefix = "posars-test", companies = { main = ["centro"] } }
  balancer     = { name = "balancer.posars.example", certificate_arn = "arn:aws:acm:sa-east-1:123456789012:certificate/1" }
  default_size = { cpu = 256, memory_mib = 512, tasks_min = 1, tasks_max = 4 }
  alarm_emails = ["duty@posars.example"]
  ci           = { subjects = ["repo:example/posars:environment:test"] }
}

run "every_role_is_a_service" {
  command = apply

  assert {
    condition     = toset(keys(output.services)) == toset(["sales", "finance", "inventory", "hr", "reporting", "work-relay", "work-stock", "work-finance", "work-projections", "work-reports"])
    error_message = "Each API and each worker must be a service; imports are jobs by default."
  }

  assert {
    condition     = output.settings.POSARS_MASTER_KEY == "kms:${module.keys.people_key_arn}" && output.settings.POSARS_FILES == "s3://posars-test-files-123456789012/posars" && !strcontains(output.settings.POSARS_DATABASE_URL, "password=")
    error_message = "The roles must be told the key, the bucket and the database, and no password."
  }
}

# For each role, exactly the queues that it reads and those whose consumers it wakes.
run "every_role_has_its_queues_and_no_other" {
  command = apply

  assert {
    condition = jsonencode({
      for role, statements in output.permissions : role => flatten([
        for statement in statements : statement.Resource if statement.Sid == "ReadQueues"
      ])
      }) == jsonencode({
      sales            = []
      finance          = []
      inventory        = []
      hr               = []
      reporting        = []
      work-relay       = []
      work-stock       = [module.queues.arns["sales-inventory"]]
      work-finance     = [module.queues.arns["sales-finance"]]
      work-projections = [module.queues.arns["read-models"]]
      work-reports     = [module.queues.arns["finance-reporting"]]
    })
    error_message = "A role must read the queue of its own consumers, no other."
  }

  assert {
    condition = alltrue([
      for role, statements in output.permissions : jsonencode(sort(flatten([
        for statement in statements : statement.Resource if statement.Sid == "WakeConsumers"
        ]))) == jsonencode(contains(["work-projections", "work-reports"], role) ? [] : sort([
        module.queues.arns["sales-inventory"], module.queues.arns["sales-finance"], module.queues.arns["finance-reporting"], module.queues.arns["read-models"],
      ]))
    ])
    error_message = "Whoever commits must be able to wake every consumer; who only reads may send nothing."
  }

  assert {
    condition = alltrue(flatten([
      for statements in values(output.permissions) : [
        for statement in statements : [
          for word in concat(statement.Action, statement.Sid == "WriteTraces" ? [] : statement.Resource) : word != "*" && !endswith(word, ":*:*")
        ]
      ]
    ]))
    error_message = "No role may do everything, or one thing with everything."
  }

  assert {
    condition = jsonencode([
      for role, statements in output.permissions : role if anytrue([for statement in statements : startswith(statement.Action[0], "s3:")])
    ]) == jsonencode(["work-reports"])
    error_message = "Only who makes reports may read and write files."
  }

  assert {
    condition = jsonencode([
      for role, statements in output.permissions : role if anytrue([for statement in statements : contains(statement.Resource, module.keys.people_key_arn)])
    ]) == jsonencode(["hr", "sales"])
    error_message = "Only who serves people's data, and sales with their buyers, may unseal."
  }
}

run "what_holds_data_is_kept" {
  command = apply

  assert {
    condition     = module.queues.arns["imports"] != module.queues.arns["imports-dlq"] && module.database.read_url == null
    error_message = "Without a replica nobody is told of one."
  }

  assert {
    condition     = length(module.ci_role) == 1 && length(module.grpc_load_balancer) == 0 && length(module.transfer) == 0
    error_message = "gRPC from the internet and SFTP must be asked for."
  }
}

run "the_worker_imports" {
  command = apply

  variables {
    imports_by = "worker"
  }

  assert {
    condition     = contains(keys(output.services), "work-imports")
    error_message = "The role that reads the queue of imports must run."
  }

  # It does not start without.
  assert {
    condition     = module.service["work-imports"].environment.POSARS_INTAKE == "s3://${module.storage.names["intake"]}/intake/"
    error_message = "It must be told where workbooks are dropped."
  }

  assert {
    condition = toset(flatten([
      for statement in output.permissions["work-imports"] : statement.Resource if statement.Sid == "ReadQueues"
      ])) == toset([module.queues.arns["imports"]]) && contains(flatten([
      for statement in output.permissions["work-imports"] : statement.Resource if statement.Sid == "WakeConsumers"
    ]), module.queues.arns["imports-dlq"])
    error_message = "It must read the queue of imports and put aside what it refuses for good."
  }
}

run "a_chain_has_a_replica_sftp_and_grpc" {
  command = apply

  variables {
    database = { instance_class = "db.r7g.large", multi_az = true, replicas = 1, storage_gb = 200, storage_gb_max = 2000, backup_days = 35 }
    balancer = { name = "balancer.posars.example", certificate_arn = "arn:aws:acm:sa-east-1:123456789012:certificate/1", grpc_caller_cidrs = ["203.0.113.0/24"] }
    transfer = { users = { centro = { folder = "centro", public_keys = ["ssh-ed25519 AAAA"] } } }
    # Only what differs is said; the rest is the default.
    sizes = { sales = { tasks_max = 20 } }
  }

  assert {
    condition     = module.database.read_url != null && output.grpc_dns_name != null && output.sftp_endpoint != null
    error_message = "All three must be there."
  }
}

run "long_names_are_refused" {
  command = plan

  variables {
    name = "posars-environment"
  }

  expect_failures = [var.name]
}
