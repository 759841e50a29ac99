# The queues (SQS) between the log and its consumers, each with its dead-letter queue.
#
# Standard queues, not FIFO: a message is a hint that there is more in the log. Lost, doubled or out of order it changes
# nothing, because the consumer reads the log from its own checkpoint.

locals {
  # The same list as the program's; a test of the project compares them.
  queues = jsondecode(file("${path.module}/queues.json"))
  # After so many receives without a deletion: what nobody could read or deal with.
  receives_max = 5
}

resource "aws_sqs_queue" "this" {
  for_each                = local.queues
  name                    = "${var.name}-${each.key}"
  sqs_managed_sse_enabled = true
  # The consumer extends it while it works, so it is no more than the wait after a consumer died.
  visibility_timeout_seconds = 30
  receive_wait_time_seconds  = 20
  # The sweeper sends again what was not heard, so old hints are of no use; a file waits for as long as SQS allows.
  message_retention_seconds = each.key == "imports" ? 1209600 : 86400
}

resource "aws_sqs_queue" "dead_letters" {
  for_each                  = local.queues
  name                      = "${var.name}-${each.key}-dlq"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue_redrive_policy" "this" {
  for_each  = local.queues
  queue_url = aws_sqs_queue.this[each.key].id
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters[each.key].arn
    maxReceiveCount     = local.receives_max
  })
}

# No other queue may send its dead letters here.
resource "aws_sqs_queue_redrive_allow_policy" "this" {
  for_each  = local.queues
  queue_url = aws_sqs_queue.dead_letters[each.key].id
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.this[each.key].arn]
  })
}

locals {
  all = merge(
    { for name, queue in aws_sqs_queue.this : name => queue },
    { for name, queue in aws_sqs_queue.dead_letters : "${name}-dlq" => queue },
  )
  # Services of AWS that send: S3 announces dropped files, EventBridge leaves here what it could not start a job for.
  senders = {
    imports       = { service = "s3.amazonaws.com", source = var.intake_bucket_arn }
    "imports-dlq" = { service = "events.amazonaws.com", source = var.events_rule_arn }
  }
}

# Roles are let in by their own policies; here is only who must stay out, and which services may send.
resource "aws_sqs_queue_policy" "this" {
  for_each  = local.all
  queue_url = each.value.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "EncryptedConnectionsOnly"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "sqs:*"
        Resource  = each.value.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      [for name, sender in local.senders : {
        Sid       = "AnnouncedByAws"
        Effect    = "Allow"
        Principal = { Service = sender.service }
        Action    = "sqs:SendMessage"
        Resource  = each.value.arn
        Condition = {
          ArnEquals    = { "aws:SourceArn" = sender.source }
          StringEquals = { "aws:SourceAccount" = var.account_id }
        }
      } if name == each.key],
    )
  })
}
