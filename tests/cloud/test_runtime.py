import os
import threading
import time
import unittest

from .scene import client, cloud, control, deploy, eventually, get, payloads, post


def invoke(function, payload=None):
    return post("invoke", function=function, payload=payload, kind="request")


def status_counts(function):
    statuses = [invocation["status"] for invocation in get(f"invocations?function={function}")["invocations"]]
    return {status: statuses.count(status) for status in statuses}


class Requests(unittest.TestCase):
    def test_a_function_answers_and_is_told_what_lambda_tells(self):
        function = deploy(
            "def handle(event, context):\n"
            "    print('seen', event, flush=True)\n"
            "    return {'context': context, 'environment': dict(os.environ), 'pid': os.getpid()}",
            environment={"MINE": "yes"},
            timeout_seconds=5,
        )
        ended = invoke(function, {"n": 1})
        self.assertEqual(ended["status"], "ok")
        environment, context = ended["payload"]["environment"], ended["payload"]["context"]
        self.assertEqual(environment["AWS_LAMBDA_FUNCTION_NAME"], function)
        self.assertEqual(environment["AWS_ENDPOINT_URL"], cloud().endpoint)
        self.assertEqual((environment["AWS_REGION"], environment["MINE"]), ("us-west-2", "yes"))
        proxies = {name: value for name, value in environment.items() if "PROXY" in name.upper()}
        self.assertEqual(
            proxies, {"HTTPS_PROXY": "http://127.0.0.1:9"}, "none of the machine's, and one that is not there"
        )
        self.assertLess(int(context["Lambda-Runtime-Deadline-Ms"]) / 1000, time.time() + 5.1)
        arn = f"arn:aws:lambda:us-west-2:123456789012:function:{function}"
        self.assertEqual(context["Lambda-Runtime-Invoked-Function-Arn"], arn)
        self.assertEqual(get(f"logs?function={function}")["lines"], ["seen {'n': 1}"])
        self.assertEqual(invoke(function)["payload"]["pid"], ended["payload"]["pid"])

    def test_the_log_names_the_function_that_called(self):
        name = deploy(
            """
def handle(event, context):
    key = os.environ["AWS_ACCESS_KEY_ID"]
    scope = f"AWS4-HMAC-SHA256 Credential={key}/20260301/us-west-2/sts/aws4_request, SignedHeaders=host, Signature=none"
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    call = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], body, {"Authorization": scope})
    return urllib.request.urlopen(call).status
"""
        )
        self.assertEqual(invoke(name)["payload"], 200)
        client("sts").get_caller_identity()
        calls = get("requests?service=sts&action=GetCallerIdentity")["requests"]
        self.assertEqual([call["caller"] for call in calls], [name, "test"])

    def test_an_error_is_reported_and_the_process_lives_on(self):
        function = deploy("def handle(event, context):\n    return [os.getpid(), 1 / event['by']]")
        pid = invoke(function, {"by": 1})["payload"][0]
        failed = invoke(function, {"by": 0})
        self.assertEqual(failed["status"], "error")
        self.assertEqual(failed["error"], {"errorType": "ZeroDivisionError", "errorMessage": "division by zero"})
        self.assertEqual(invoke(function, {"by": 1})["payload"][0], pid)

    def test_a_response_may_come_in_chunks(self):
        function = deploy(
            "import http.client\n"
            "def handle(event, context):\n"
            "    request_id = context['Lambda-Runtime-Aws-Request-Id']\n"
            "    connection = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])\n"
            "    path = f'/2018-06-01/runtime/invocation/{request_id}/response'\n"
            "    chunked = {'Transfer-Encoding': 'chunked'}\n"
            "    connection.request('POST', path, iter([b'[1,', b'2]']), chunked, encode_chunked=True)\n"
            "    connection.getresponse().read()\n"
            "    time.sleep(60)"
        )
        ended = invoke(function)
        self.assertEqual((ended["status"], ended["payload"]), ("ok", [1, 2]))
        post("kill", function=function)

    def test_a_crash_is_recorded_and_the_next_invocation_gets_a_new_process(self):
        function = deploy("def handle(event, context):\n    return os.getpid() if event else os._exit(3)")
        crashed = invoke(function, 0)
        self.assertEqual(crashed["status"], "crashed")
        self.assertIn("exit status 3", crashed["error"]["errorMessage"])
        self.assertEqual(invoke(function, 1)["status"], "ok")

    def test_a_process_that_cannot_start_or_initialise_is_no_500(self):
        status, _ = control("POST", "functions", {"name": "ghost", "command": ["/nonexistent"], "region": "us-west-2"})
        self.assertEqual((status, invoke("ghost")["status"]), (200, "crashed"))
        function = deploy("post('/init/error', {'errorType': 'Config', 'errorMessage': 'no table'}); os._exit(1)")
        self.assertEqual(invoke(function)["error"]["errorType"], "Config")

    def test_a_timeout_kills_the_process(self):
        function = deploy(
            "def handle(event, context):\n    return os.getpid() if event else time.sleep(60)", timeout_seconds=0.3
        )
        pid = invoke(function, 1)["payload"]
        timed_out = invoke(function, 0)
        self.assertEqual(timed_out["status"], "timed_out")
        self.assertIn("timed out after 0.30 seconds", timed_out["error"]["errorMessage"])
        self.assertNotEqual(invoke(function, 1)["payload"], pid)
        self.assertRaises(ProcessLookupError, os.kill, pid, 0)

    def test_concurrency_bounds_the_processes_and_the_rest_wait(self):
        function = deploy("def handle(event, context):\n    time.sleep(0.2); return os.getpid()", concurrency=2)
        callers = [threading.Thread(target=invoke, args=(function,)) for _ in range(5)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        ended = get(f"invocations?function={function}")["invocations"]
        self.assertEqual(status_counts(function), {"ok": 5})
        self.assertEqual(len({invocation["response"] for invocation in ended}), 2)

    def test_kill_ends_an_invocation_under_way(self):
        function = deploy("def handle(event, context):\n    print('started', flush=True); time.sleep(60)")
        post("invoke", function=function, kind="event", payload=None)
        eventually(lambda: get(f"logs?function={function}")["lines"])
        self.assertEqual(post("kill", function=function), {"killed": 1})
        eventually(lambda: status_counts(function).get("crashed"))
        eventually(lambda: post("kill", function=function)["killed"])


class Events(unittest.TestCase):
    def test_an_event_that_fails_is_tried_twice_more(self):
        function = deploy("def handle(event, context):\n    raise ValueError(event)")
        self.assertEqual(post("invoke", function=function, payload="x", kind="event"), {})
        eventually(lambda: status_counts(function) == {"error": 3})

    def test_an_event_that_succeeds_is_done(self):
        function = deploy("def handle(event, context):\n    return event")
        post("invoke", function=function, payload={"n": 1}, kind="event")
        eventually(lambda: payloads(function) == [{"n": 1}])

    def test_a_schedule_ticks_at_once_and_again_until_it_is_removed(self):
        function = deploy("def handle(event, context):\n    return event")
        post("wires", kind="schedule", function=function, every_seconds=0.1, payload={"application": "orders"})
        eventually(lambda: payloads(function)[:3] == [{"application": "orders"}] * 3)
        self.assertEqual(control("DELETE", f"wires?kind=schedule&function={function}"), (200, {"removed": 1}))
        eventually(lambda: status_counts(function).keys() == {"ok"})
        settled = status_counts(function)["ok"]
        time.sleep(0.3)
        self.assertLessEqual(status_counts(function)["ok"], settled + 1)

    def test_a_redeployed_function_keeps_its_wires(self):
        function = deploy("def handle(event, context):\n    return event")
        post("wires", kind="schedule", function=function, every_seconds=0.1, payload=1)
        eventually(lambda: payloads(function))
        post("functions", name=function, command=["/bin/false"], region="us-west-2")
        eventually(lambda: status_counts(function).get("crashed"))
        control("DELETE", f"wires?function={function}")
