mock_provider "aws" {}

variables {
  name         = "posars-test"
  region       = "sa-east-1"
  zones        = ["sa-east-1a", "sa-east-1b", "sa-east-1c"]
  data_key_arn = "arn:aws:kms:sa-east-1:123456789012:key/data"
}

run "one_gateway_serves_every_zone" {
  command = apply

  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_route.private_to_internet) == 3
    error_message = "Every private subnet must have a way out over the one gateway."
  }

  assert {
    condition = alltrue([
      for route in aws_route.private_to_internet : route.nat_gateway_id == aws_nat_gateway.this["sa-east-1a"].id
    ])
    error_message = "With one gateway all zones must use it."
  }

  assert {
    condition     = output.task_subnets == output.private_subnets && !output.tasks_have_public_addresses
    error_message = "With a gateway the tasks must be in the private subnets."
  }

  assert {
    condition = length(distinct(concat(
      [for subnet in aws_subnet.public : subnet.cidr_block], [for subnet in aws_subnet.private : subnet.cidr_block]
    ))) == 6
    error_message = "No two subnets may share addresses."
  }

  assert {
    condition     = length(aws_vpc_endpoint.s3.route_table_ids) == 4
    error_message = "Every subnet must reach S3 past the gateway."
  }

  assert {
    condition     = aws_cloudwatch_log_group.flows.kms_key_id == var.data_key_arn && length(aws_default_security_group.empty.ingress) == 0
    error_message = "Flows must be encrypted, and the default group empty."
  }
}

run "a_gateway_a_zone_outlives_a_zone" {
  command = apply

  variables {
    nat_gateways = 3
  }

  assert {
    condition = alltrue([
      for zone, route in aws_route.private_to_internet : route.nat_gateway_id == aws_nat_gateway.this[zone].id
    ])
    error_message = "Each zone must use its own gateway."
  }
}

run "without_a_gateway_tasks_are_in_public_subnets" {
  command = apply

  variables {
    nat_gateways = 0
  }

  assert {
    condition     = output.task_subnets == output.public_subnets && output.tasks_have_public_addresses
    error_message = "Without a gateway tasks need public subnets and addresses."
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_route.private_to_internet) == 0
    error_message = "Nothing of a gateway may be left."
  }
}

run "endpoints_are_for_the_network_alone" {
  command = apply

  variables {
    interface_endpoints = ["sqs", "kms"]
  }

  assert {
    condition     = keys(aws_vpc_endpoint.interface) == ["kms", "sqs"] && aws_vpc_security_group_ingress_rule.endpoints[0].cidr_ipv4 == var.cidr
    error_message = "Endpoints must take calls from the network's addresses alone."
  }
}

run "one_zone_is_refused" {
  command = plan

  variables {
    zones = ["sa-east-1a"]
  }

  expect_failures = [var.zones]
}
