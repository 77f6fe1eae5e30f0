import http.client
import json
import unittest
from urllib.parse import urlsplit

from .scene import deploy, post

ECHO = (
    "def handle(event, context):\n"
    "    return {'statusCode': 404, 'headers': {'understudy-source': 'table'}, 'body': json.dumps(event)}"
)


def request(url, method, path, body=None):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.request(method, path, body)
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
