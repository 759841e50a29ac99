mock_provider "aws" {}

variables {
  name              = "posars-test"
  account_id        = "123456789012"
  intake_bucket_arn = "arn:aws:s3:::posars-test-intake"
  events_rule_arn   = "arn:aws:events:sa-east-1:123456789012:rule/posars-test-intake"
}

run "every_queue_has_its_own_dead_letters" {
  command = apply

  assert {
    condition = alltrue([
      for name, policy in aws_sqs_queue_redrive_policy.this :
      policy.queue_url == aws_sqs_queue.this[name].id
      && jsondecode(policy.redrive_policy).deadLetterTargetArn == aws_sqs_queue.dead_letters[name].arn
      && jsondecode(policy.redrive_policy).maxReceiveCount == 5
    ])
    error_message = "What a consumer cannot read must go to the dead-letter queue of its own queue."
  }

  assert {
    condition     = toset(keys(aws_sqs_queue_redrive_policy.this)) == toset(keys(aws_sqs_queue.this)) && length(aws_sqs_queue.this) >= 5
    error_message = "No queue may be without dead letters."
  }

  assert {
    condition = alltrue([
      for name, policy in aws_sqs_queue_redrive_allow_policy.this :
      jsondecode(policy.redrive_allow_policy).sourceQueueArns == [aws_sqs_queue.this[name].arn]
    ])
    error_message = "Dead letters may come from the queue's own alone."
  }

  assert {
    condition     = alltrue([for name, queue in aws_sqs_queue.dead_letters : queue.name == "${aws_sqs_queue.this[name].name}-dlq"])
    error_message = "The program finds the dead-letter queue by the queue's name and -dlq."
  }

  assert {
    condition     = alltrue([for queue in aws_sqs_queue.dead_letters : queue.message_retention_seconds == 1209600])
    error_message = "Dead letters must wait for people, 14 days."
  }
}

run "messages_are_encrypted_and_polled_long" {
  command = apply

  assert {
    condition = alltrue(concat(
      [for queue in aws_sqs_queue.this : queue.sqs_managed_sse_enabled && queue.receive_wait_time_seconds == 20],
      [for queue in aws_sqs_queue.dead_letters : queue.sqs_managed_sse_enabled],
    ))
    error_message = "Every queue must be encrypted."
  }

  assert {
    condition     = alltrue([for queue in aws_sqs_queue.this : queue.visibility_timeout_seconds == 30])
    error_message = "The program extends a visibility of 30 s."
  }
}

run "nobody_is_let_in_but_two_services" {
  command = apply

  assert {
    condition = alltrue([
      for policy in aws_sqs_queue_policy.this : jsondecode(policy.policy).Statement[0].Effect == "Deny"
      && jsondecode(policy.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    ])
    error_message = "Every queue must refuse plain connections."
  }

  assert {
    condition = {
      for name, policy in aws_sqs_queue_policy.this : name => [
        for statement in jsondecode(policy.policy).Statement :
        "${statement.Principal.Service} ${statement.Action} ${statement.Condition.ArnEquals["aws:SourceArn"]}" if statement.Effect == "Allow"
      ] if length(jsondecode(policy.policy).Statement) > 1
      } == {
      imports       = ["s3.amazonaws.com sqs:SendMessage ${var.intake_bucket_arn}"]
      "imports-dlq" = ["events.amazonaws.com sqs:SendMessage ${var.events_rule_arn}"]
    }
    error_message = "Only S3 may announce on imports, and EventBridge leave what failed, each from its one source."
  }
}
