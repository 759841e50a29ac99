mock_provider "aws" {}

variables {
  name              = "posars-test"
  account_id        = "123456789012"
  data_key_arn      = "arn:aws:kms:sa-east-1:123456789012:key/data"
  imports_queue_arn = "arn:aws:sqs:sa-east-1:123456789012:posars-test-imports"
}

run "no_bucket_is_public_plain_or_unversioned" {
  command = apply

  assert {
    condition = alltrue([
      for block in concat(values(aws_s3_bucket_public_access_block.this), [aws_s3_bucket_public_access_block.access]) :
      block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets
    ])
    error_message = "No bucket may be public."
  }

  assert {
    condition = alltrue(flatten([
      for configuration in aws_s3_bucket_server_side_encryption_configuration.this : [
        for rule in configuration.rule : [
          for default in rule.apply_server_side_encryption_by_default :
          default.sse_algorithm == "aws:kms" && default.kms_master_key_id == var.data_key_arn
        ]
      ]
    ]))
    error_message = "Files must be encrypted with our key."
  }

  assert {
    condition = toset([
      for versions in aws_s3_bucket_versioning.this : versions.bucket if versions.versioning_configuration[0].status == "Enabled"
    ]) == toset([for bucket in aws_s3_bucket.this : bucket.id])
    error_message = "Every bucket must keep versions: an import names the version that it read."
  }

  assert {
    condition = alltrue([
      for policy in concat(values(aws_s3_bucket_policy.this), [aws_s3_bucket_policy.access]) :
      jsondecode(policy.policy).Statement[0].Effect == "Deny"
      && jsondecode(policy.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    ])
    error_message = "Every bucket must refuse plain connections."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_s3_bucket_policy.access.policy).Statement :
      statement.Action == "s3:PutObject" && statement.Condition.StringEquals["aws:SourceAccount"] == var.account_id
      if statement.Effect == "Allow"
    ])
    error_message = "Only this account's logs may be written, and nothing be read."
  }
}

run "heads_of_the_audit_chain_are_locked" {
  command = apply

  assert {
    condition     = aws_s3_bucket.this["audit"].object_lock_enabled && !aws_s3_bucket.this["files"].object_lock_enabled
    error_message = "The audit bucket alone must have the lock; files with personal data must be removable."
  }

  assert {
    condition     = aws_s3_bucket_object_lock_configuration.audit.rule[0].default_retention[0].mode == "COMPLIANCE" && aws_s3_bucket_object_lock_configuration.audit.rule[0].default_retention[0].days >= 1826
    error_message = "Heads must be locked for five years at least."
  }
}

run "personal_data_of_imports_ends" {
  command = apply

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.intake.rule[0].expiration[0].days == 90 && aws_s3_bucket_lifecycle_configuration.intake.rule[0].noncurrent_version_expiration[0].noncurrent_days == 7
    error_message = "Dropped files, their versions too, must end."
  }

  assert {
    condition = alltrue(flatten([
      for lifecycle in [aws_s3_bucket_lifecycle_configuration.intake, aws_s3_bucket_lifecycle_configuration.files, aws_s3_bucket_lifecycle_configuration.audit, aws_s3_bucket_lifecycle_configuration.access] :
      anytrue([for rule in lifecycle.rule : length(rule.abort_incomplete_multipart_upload) == 1])
    ]))
    error_message = "Parts of uploads that never ended must go in every bucket."
  }
}

run "a_drop_is_announced_once" {
  command = apply

  assert {
    condition     = aws_s3_bucket_notification.intake.eventbridge && length(aws_s3_bucket_notification.intake.queue) == 0
    error_message = "By default EventBridge hears of it, and the queue does not."
  }
}

run "a_drop_is_announced_to_the_worker" {
  command = apply

  variables {
    announce_to = "queue"
  }

  assert {
    condition     = !aws_s3_bucket_notification.intake.eventbridge && aws_s3_bucket_notification.intake.queue[0].queue_arn == var.imports_queue_arn && aws_s3_bucket_notification.intake.queue[0].filter_prefix == "intake/"
    error_message = "The queue must hear of drops alone, not of what is written beside them."
  }
}
