import http.client
import json
import unittest
from urllib.parse import urlsplit

from .scene import deploy, post

ECHO = (
    "def handle(event, context):\n"
    "    return {'statusCode': 404, 'headers': {'understudy-source': 'table'}, 'body': json.dumps(event)}"
)


def request(url, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


class FunctionUrls(unittest.TestCase):
    def test_a_request_is_an_invocation_and_its_answer_the_functions(self):
        url = post("urls", function=deploy("import json\n" + ECHO))["url"]
        status, headers, body = request(url, "GET", "/latch/us%2Deast-1?a=b")
        event = json.loads(body)
        self.assertEqual((status, headers["understudy-source"]), (404, "table"))
        self.assertEqual((event["rawPath"], event["rawQueryString"]), ("/latch/us%2Deast-1", "a=b"))
        self.assertEqual(event["requestContext"]["http"]["method"], "GET")
        self.assertNotIn("body", event)

    def test_a_body_is_handed_over_in_base64(self):
        url = post("urls", function=deploy("import json\n" + ECHO))["url"]
        event = json.loads(request(url, "POST", "/", b"hello")[2])
        self.assertEqual((event["body"], event["isBase64Encoded"]), ("aGVsbG8=", True))

    def test_a_function_that_fails_is_a_502(self):
        url = post("urls", function=deploy("def handle(event, context):\n    raise ValueError"))["url"]
        self.assertEqual(request(url, "GET", "/")[0], 502)

    def test_what_has_no_status_is_a_body(self):
        url = post("urls", function=deploy("def handle(event, context):\n    return [1]"))["url"]
        self.assertEqual(request(url, "GET", "/")[::2], (200, b"[1]"))

    def test_with_iam_only_whoever_signed_is_let_in_and_is_named(self):
        url = post("urls", function=deploy("import json\n" + ECHO), auth_type="AWS_IAM")["url"]
        status, _, body = request(url, "POST", "/", b"{}")
        self.assertEqual((status, json.loads(body)), (403, {"Message": "Forbidden"}))
        scope = "Credential={}/20260301/us-west-2/{}/aws4_request, SignedHeaders=host"
        signed = {
            "Authorization": "AWS4-HMAC-SHA256 " + scope.format("ann", "lambda") + ", Signature=0",
            "X-Amz-Date": "x",
        }
        iam = json.loads(request(url, "POST", "/", b"{}", signed)[2])["requestContext"]["authorizer"]["iam"]
        self.assertEqual(iam["userArn"], "arn:aws:iam::123456789012:user/ann")
        for wrong in (
            {**signed, "Authorization": scope.format("ann", "lambda")},
            {**signed, "Authorization": signed["Authorization"].replace("/lambda/", "/s3/")},
            {"Authorization": signed["Authorization"]},
        ):
            self.assertEqual(request(url, "POST", "/", b"{}", wrong)[0], 403)
