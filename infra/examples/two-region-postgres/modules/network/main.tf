# One Region's VPC: load balancer in public subnets, tasks in private ones, databases in subnets that lead nowhere.

data "aws_region" "current" {}

data "aws_availability_zones" "there" {
  #checkov:skip=CKV_AWS_394: only asked whether the zones that were named are among them; a new one changes nothing
  state = "available"

  lifecycle {
    postcondition {
      condition     = length(setsubtract(var.zones, self.names)) == 0
      error_message = "zones: ${join(", ", setsubtract(var.zones, self.names))} is not there for this account. Choose from ${join(", ", self.names)}."
    }
  }
}

locals {
  # By zone: its place among the subnets.
  places = { for place, zone in sort(var.zones) : zone => place }
}

resource "aws_vpc" "this" {
  #checkov:skip=CKV2_AWS_11: flow logs are the owner's choice, and cost by the amount; nothing of Understudy reads them
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = var.name }

  # Subnets are made in these zones: without them, none is.
  depends_on = [data.aws_availability_zones.there]
}

# Whatever is put into no group is let through nowhere.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id
}

resource "aws_subnet" "public" {
  for_each = local.places

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(var.cidr, 8, each.value)

  tags = { Name = "${var.name}-public-${each.key}" }
}

resource "aws_subnet" "private" {
  for_each = local.places

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = cidrsubnet(var.cidr, 8, 10 + each.value)
  map_public_ip_on_launch = false

  tags = { Name = "${var.name}-private-${each.key}" }
}

resource "aws_subnet" "data" {
  for_each = local.places

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = cidrsubnet(var.cidr, 8, 20 + each.value)
  map_public_ip_on_launch = false

  tags = { Name = "${var.name}-data-${each.key}" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_eip" "nat" {
  #checkov:skip=CKV2_AWS_19: the addresses belong to NAT gateways, which this check does not look at
  for_each = local.places

  domain = "vpc"
}

# One for each zone: with one for all, the loss of its zone is the loss of the Region.
resource "aws_nat_gateway" "this" {
  for_each = local.places

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id

  depends_on = [aws_internet_gateway.this]
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }
}

resource "aws_route_table_association" "public" {
  for_each = local.places

  subnet_id      = aws_subnet.public[each.key].id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table" "private" {
  for_each = local.places

  vpc_id = aws_vpc.this.id

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.this[each.key].id
  }
}

resource "aws_route_table_association" "private" {
  for_each = local.places

  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}

# Layers of images come from S3: this way they cost nothing by the gigabyte.
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.this.id
  service_name    = "com.amazonaws.${data.aws_region.current.name}.s3"
  route_table_ids = [for table in aws_route_table.private : table.id]
}
