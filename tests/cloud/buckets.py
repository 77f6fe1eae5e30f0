"""The versioning of a bucket under the name that S3 gives it. The AWS CLI reads whatever stands there, SDKs do not."""

from typing import Any

from moto.s3.responses import S3Response

get_bucket_versioning = S3Response.get_bucket_versioning


def install() -> None:
    S3Response.get_bucket_versioning = by_its_name


def by_its_name(response: S3Response) -> Any:
    status, headers, body = get_bucket_versioning(response)
    text = body.decode() if isinstance(body, bytes) else body
    return status, headers, text.replace("GetBucketVersioningResponse", "VersioningConfiguration")
