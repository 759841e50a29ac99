# Where the containers run (ECS on Fargate) and where their image lies (ECR).

resource "aws_ecs_cluster" "this" {
  #checkov:skip=CKV_AWS_65:They are on, except where an environment is for trying out (var.container_insights).
  name = var.name

  setting {
    name  = "containerInsights"
    value = var.container_insights
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
}

resource "aws_ecr_repository" "this" {
  name = var.name
  # A tag always means the same image: what runs can be told from its name.
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.data_key_arn
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Images without a tag"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 }
        action       = { type = "expire" }
      },
      # What an earlier rule has looked at, a later one leaves alone: so each release keeps both of its images.
      {
        rulePriority = 2
        description  = "The last releases' images that fetch the password"
        selection    = { tagStatus = "tagged", tagPatternList = ["password-*"], countType = "imageCountMoreThan", countNumber = var.releases_max }
        action       = { type = "expire" }
      },
      {
        rulePriority = 3
        description  = "The last releases, to go back to"
        selection    = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = var.releases_max }
        action       = { type = "expire" }
      },
    ]
  })
}
