import unittest
import urllib.request

from .scene import client, unique

SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260301/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=none"


class Buckets(unittest.TestCase):
    def test_versioning_is_answered_as_s3_writes_it(self):
        s3, name = client("s3", "us-east-1"), unique("files")
        s3.create_bucket(Bucket=name)
        asked = urllib.request.Request(f"{s3.meta.endpoint_url}/{name}?versioning", headers={"Authorization": SIGNED})

        def answer():
            with urllib.request.urlopen(asked) as response:
                return response.read().decode()

        self.assertIn("<VersioningConfiguration ", answer())
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        self.assertIn("<Status>Enabled</Status></VersioningConfiguration>", answer())
        self.assertEqual(s3.get_bucket_versioning(Bucket=name)["Status"], "Enabled")
